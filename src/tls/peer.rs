//! The kind of server, and explanations of errors.

/// Which server a message is about, because their configuration differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A directory, with its own certificates in `tls.*`.
    Directory,
    /// A service over HTTPS, with the system's certificates.
    Service,
}

/// What is wrong, and the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
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
