//! Where Zitadel stores an attribute of a user.

/// Zitadel's value for a user without a language. Writing it removes the language.
pub(in crate::target::zitadel) const NO_LANGUAGE: &str = "und";

/// Key of the deactivation mark.
pub(in crate::target::zitadel) const MARK: &str = "directory-sync.disabled_by";

/// The part of a user that contains an attribute. It decides which calls read and write the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) enum Part {
    /// A field of the profile. Each write of the profile contains all names.
    Name(&'static str),
    /// Another field of the profile, and the text that stands for no value.
    Profile {
        field: &'static str,
        none: &'static str,
    },
    /// The nickname, in the profile. Each write of the profile contains it.
    Nickname,
    Email,
    /// Removed by a separate call.
    Phone,
    Username,
    /// A key of the metadata; `None` for a key of the configuration.
    Metadata(Option<&'static str>),
    /// The metadata key of one of this tool's own records.
    Record(&'static str),
    Grants,
    Links,
    /// Part of the answer about another attribute, and never written.
    Flag,
}

impl Part {
    /// Returns whether the call that updates a user writes a change of the attribute. `is_set`: it gets a value.
    pub(in crate::target::zitadel) fn is_in_update(self, is_set: bool) -> bool {
        match self {
            Self::Name(_) | Self::Profile { .. } | Self::Nickname => true,
            // A phone number is removed by a separate call. The others always have a value.
            Self::Email | Self::Phone | Self::Username => is_set,
            Self::Metadata(_) | Self::Record(_) | Self::Grants | Self::Links | Self::Flag => false,
        }
    }

    /// Returns whether a change of the attribute may lose something that only a snapshot of the user contains.
    pub(in crate::target::zitadel) fn needs_snapshot(self) -> bool {
        match self {
            Self::Name(_) | Self::Profile { .. } | Self::Email | Self::Phone => true,
            Self::Nickname
            | Self::Username
            | Self::Metadata(_)
            | Self::Record(_)
            | Self::Grants
            | Self::Links
            | Self::Flag => false,
        }
    }

    /// Returns whether a change of the attribute decides whose account it is, or who may sign in.
    pub(in crate::target::zitadel) fn is_about_person(self) -> bool {
        match self {
            Self::Name(_) | Self::Nickname | Self::Email | Self::Username | Self::Links => true,
            Self::Profile { .. }
            | Self::Phone
            | Self::Metadata(_)
            | Self::Record(_)
            | Self::Grants
            | Self::Flag => false,
        }
    }

    /// The fixed metadata key.
    pub(in crate::target::zitadel) fn key(self) -> Option<&'static str> {
        match self {
            Self::Metadata(key) => key,
            Self::Record(key) => Some(key),
            _ => None,
        }
    }
}
