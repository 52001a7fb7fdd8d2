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
mod html;
mod program;
mod sources;

mod safety;
mod scenarios;
mod schemas;
mod service;
mod target_contract;
mod udm;
mod undo;
