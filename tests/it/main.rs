//! Integration tests: one binary, one module a subject.

mod ad;
mod architecture;
mod auth;
mod chaos;
mod cli;
mod config;
mod crash;
mod deployment;
mod fuzz;
mod groups;
mod program;

mod safety;
mod scenarios;
mod service;
mod sources_bounds;
mod sources_certificates;
mod sources_failures;
mod sources_groups;
mod sources_ldap;
mod sources_lockouts;
mod sources_ranges;
mod sources_reader;
mod sources_references;
mod sources_tls;
mod sources_transform;
mod sources_ukt;
mod target_contract;
mod udm;
mod undo;
