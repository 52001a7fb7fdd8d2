//! Integration tests: one binary, one module a subject.

mod config;
mod deployment;
mod rooms;
