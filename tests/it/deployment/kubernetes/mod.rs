//! The manifests for Kubernetes.

pub(super) mod cron_job;
pub(super) mod helm;
pub(super) mod schemas;
