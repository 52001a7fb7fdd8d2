//! Keeps the accounts of a target in line with LDAP, CSV and the UKT list.
//!
//! A run goes one way through these modules; [`run`] reads like the list:
//!
//! 1. [`config`] turns defaults, file, environment and flags into [`config::Settings`], or names every mistake.
//! 2. [`source`] reads people, all sources side by side, and merges them into [`model::DesiredState`].
//! 3. [`target`] normalizes people to what it would store and streams its accounts.
//! 4. [`plan`] pairs people with accounts, decides by the policy and lets the guard approve. It is pure.
//! 5. [`apply`] carries the approved plan out.
//! 6. [`report`] tells people and programs: the plan before, the outcome after.
//!
//! [`model`] is the data they share, [`transform`] the rules that change records. [`http`] and [`tls`] are the way out to other
//! machines, [`telemetry`] the log. [`names`] decides whether people are named in what is written. [`saved`] has plan files and undo
//! files, [`credential`] knows when keys and certificates end, [`lock`] keeps a second run away, [`signals`] hears that this one is
//! to end.
//!
//! Invariants, which the tests in `tests/it/architecture` check:
//! - [`model`] depends on nothing of ours, [`plan`] only on [`model`], and neither on network, clock or environment.
//! - [`source`] and [`target`] know neither each other nor [`report`] or [`apply`].
//! - Only [`config`] reads files of settings and the environment.
//! - Nothing is written without an [`plan::ApprovedPlan`], and only the guard makes one. A dry run is the same path,
//!   stopped early.

pub mod apply;
pub mod cli;
pub mod config;
pub mod credential;
pub mod exit;
pub mod http;
mod json_schema;
pub mod lock;
pub mod model;
pub mod names;
pub mod plan;
pub mod report;
pub mod run;
pub mod saved;
pub mod signals;
pub mod source;
pub mod target;
pub mod telemetry;
pub mod tls;
pub mod transform;
