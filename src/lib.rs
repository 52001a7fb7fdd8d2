//! Keeps the accounts of an identity provider in line with LDAP, CSV and other directories.

pub mod apply;
pub mod cli;
pub mod config;
pub mod exit;
pub mod http;
pub mod model;
pub mod plan;
pub mod report;
pub mod source;
pub mod target;
pub mod telemetry;
pub mod tls;
