//! What every run has: settings, streams, the connection to the target, its outputs, and the errors that end it.

pub(super) mod connect;
pub(super) mod error;
pub(super) mod options;
pub(super) mod outputs;
pub(super) mod process;
pub(super) mod refusal;
pub(super) mod request;
pub(super) mod settings;
