//! What was asked of a run, and how far it may go.

use crate::cli::Global;
use crate::config::Settings;
use crate::http::Backoff;

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// To the end.
    Write,
    /// Up to the guard.
    DryRun,
    /// Up to the guard; pending changes have an exit code of their own.
    DetailedDryRun,
}

/// What was asked for.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) mode: Mode,
    pub(super) global: &'a Global,
    pub(super) settings: &'a Settings,
    /// Between tries of a request.
    pub(super) pauses: Backoff,
    /// What the run is called in its first line.
    pub(super) title: &'static str,
}

impl Request<'_> {
    /// The organization that the run is about.
    pub(super) fn scope(&self) -> String {
        let zitadel = self.settings.zitadel.as_ref();
        zitadel.map_or_else(String::new, |zitadel| {
            format!("{} {}", zitadel.url, zitadel.organization_id)
        })
    }
}
