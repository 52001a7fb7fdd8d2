//! `--html`: a page about a run, for a browser.

mod stage;
mod written;
