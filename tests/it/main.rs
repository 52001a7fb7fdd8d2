//! The tests that need a server, one binary for all of them.

mod target_contract;
