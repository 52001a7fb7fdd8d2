//! The real binary as an administrator meets it: every word it prints, its exit code, and what reached the target.

mod ad_connect;
mod ad_connect_settings;
mod check;
mod check_codes;
mod commands;
mod config_show;
mod diff_config;
mod errors;
mod explain;
mod names;
mod output;
mod stage;
