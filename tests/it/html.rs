//! `--html`: a page about a run, for a browser.

mod browsed;
mod browser;
mod groups;
mod stage;
mod written;
