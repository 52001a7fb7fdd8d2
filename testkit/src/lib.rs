//! Doubles, server harnesses and generators for the tests of directory-sync.

pub mod zitadel;
