//! How the tool signs in: a personal access token, a service-account key, or a client secret.

pub(in crate::target::zitadel) mod auth;
pub(in crate::target::zitadel) mod client_secret;
pub(in crate::target::zitadel) mod key;
pub(in crate::target::zitadel) mod refusal;
pub(in crate::target::zitadel) mod token;
