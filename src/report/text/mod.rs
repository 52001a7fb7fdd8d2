//! Output for people.

pub(super) mod config;
mod counts;
pub(super) mod messages;
pub(super) mod one_line;
pub(super) mod plan;
pub(super) mod progress;
pub(super) mod proof;
pub(super) mod summary;
pub(super) mod values;
pub(super) mod verdict;
pub(super) mod view;
