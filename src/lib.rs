//! Keeps the accounts of a target in line with LDAP, CSV and the UKT list.
//!
//! A run passes these modules in order; [`run`] follows the same order:
//!
//! 1. [`config`] turns defaults, file, environment and flags into [`config::Settings`], or reports every mistake.
//! 2. [`source`] reads people from all sources in parallel, and merges them into [`model::DesiredState`].
//! 3. [`target`] normalizes people to the form that it stores, and streams its accounts.
//! 4. [`plan`] pairs people with accounts, decides according to the policy, and lets the guard approve. It is pure.
//! 5. [`apply`] applies the approved plan.
//! 6. [`report`] informs people and programs: the plan before, the outcome after.
//!
//! [`model`] contains the data that they share, [`transform`] the rules that change records. [`http`] and [`tls`]
//! connect to other machines, [`telemetry`] is the log. [`names`] decides whether people are named in output,
//! and [`wrap`] fits lines to a terminal.
//! [`saved`] contains plan files and undo files, [`credential`] knows when keys and certificates expire, [`lock`]
//! prevents a second run, [`signals`] ends a run.
//!
//! Invariants, which the tests in `tests/it/architecture` check:
//! - [`model`] depends on no other module, [`plan`] only on [`model`], and neither on network, clock or environment.
//! - [`source`] and [`target`] do not depend on each other, nor on [`report`] or [`apply`].
//! - Only [`config`] reads files of settings and the environment.
//! - Nothing is written without an [`plan::ApprovedPlan`], and only the guard creates one. A dry run is the same
//!   code, stopped early.

#[macro_use]
mod forward;

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
pub mod wrap;
