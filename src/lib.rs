//! Keeps the accounts of an identity provider in line with LDAP, CSV and other directories.

pub mod config;
pub mod http;
pub mod model;
pub mod plan;
pub mod source;
pub mod target;
pub mod tls;
