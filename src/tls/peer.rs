//! Who was spoken to, and what went wrong in words.

/// Whom a message is for: what can be configured differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A directory, with certificates of its own in `tls.*`.
    Directory,
    /// A service that is asked over HTTPS, with the system's certificates.
    Service,
}

/// What is wrong, and the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Words {
    pub(super) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: Some(hint.into()),
        }
    }
}

pub(super) fn check_it(peer: Peer) -> &'static str {
    match peer {
        Peer::Directory => "check the server's certificate and `tls.server_certificate`",
        Peer::Service => "check the server's certificate and this system's CA certificates",
    }
}
