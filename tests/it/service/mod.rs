//! `run`: the process that stays, with its triggers, signals and what it tells of itself.

mod commands;
mod connector;
mod limits;
mod process;
mod soak;
mod stay;
mod triggers;
mod unit;
