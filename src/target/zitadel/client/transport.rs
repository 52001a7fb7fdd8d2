//! The two ways to a server.

/// How a call reaches Zitadel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum Transport {
    /// The gateway in front of the API: every server has it, and it caps replies.
    Rest,
    /// The API itself, since v4: compressed and without a cap.
    Connect,
}
