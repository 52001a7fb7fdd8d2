/// How a call reaches Zitadel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum Transport {
    /// The gateway in front of the API. Every server has it; it limits the size of replies.
    Rest,
    /// The API itself, since v4: compressed, without a size limit.
    Connect,
}
