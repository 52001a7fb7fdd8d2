//! The real binary as an administrator meets it: every word it prints, its exit code, and what reached the target.

mod ad_connect;
mod ad_connect_settings;
mod check;
mod commands;
mod configuration;
mod explain;
mod failures;
mod log;
mod metrics;
mod mocks;
mod names;
mod notify;
mod outcomes;
mod preflight;
mod rejected;
mod secrets;
mod stage;
mod streams;
mod unreadable;
