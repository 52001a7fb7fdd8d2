//! Outputs of a run besides the terminal: files, the account at the target, notifications.

pub(in crate::run) mod former_report;
pub(in crate::run) mod heartbeat;
pub(in crate::run) mod metrics_file;
pub(in crate::run) mod notify;
pub(in crate::run) mod page_file;
pub(in crate::run) mod paths;
pub(in crate::run) mod report_file;
