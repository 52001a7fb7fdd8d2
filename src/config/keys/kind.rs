//! The kinds of keys, and their valid values.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Kind {
    Text,
    /// Never printed. `KEY_file` is the path of a file that contains it.
    Secret,
    Path,
    Url,
    Bool,
    /// A whole number from 0.
    Count,
    /// A whole number from 1.
    AtLeastOne,
    Duration,
    /// A time limit, or `off`.
    Deadline,
    /// `10%` or `50`.
    Limit,
    Choice(&'static [&'static str]),
    /// The lowest level that is logged.
    Level,
    Flags,
    Bitmasks,
    Urls,
    Texts,
    /// An LDAP attribute: its name, or `{name, is_binary}`.
    Attribute,
    /// A two-letter country code.
    Region,
    /// How a text is made from attributes: a name, a list of names, or a table.
    AttributeText,
    /// Tables that give a role to the members of groups.
    Entitlements,
    /// Rules that change records.
    Transform,
    /// Any of these words.
    Words(&'static [&'static str]),
    /// A table of attribute names and metadata keys.
    MetadataKeys,
    /// Accepted and without effect, with the reason.
    Dead(&'static str),
}

impl Kind {
    /// What to write instead of a wrong value, if that does not follow from the valid values.
    pub(in crate::config) fn advice(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Secret | Self::Path | Self::Url => {
                Some("write one value after the key, without `[`, `-` or keys below it")
            }
            Self::Duration | Self::Deadline => {
                Some("write a number and a unit (`ms`, `s`, `m`, `h`, `d`), or a number of seconds")
            }
            Self::Count | Self::AtLeastOne => Some("write digits alone, such as `500`"),
            Self::Texts => Some("write `[a, b]` after the key, or a line `- a` for each text"),
            _ => None,
        }
    }

    /// The valid values, to follow "must be".
    pub(in crate::config) fn wanted(self) -> String {
        match self {
            Self::Text | Self::Secret | Self::Dead(_) => "a text".into(),
            Self::Path => "a path".into(),
            Self::Url => "an address".into(),
            Self::Bool => "`true` or `false`".into(),
            Self::Count => "a whole number".into(),
            Self::AtLeastOne => "a whole number from 1".into(),
            Self::Duration => "a duration such as `30s`, `5m` or `14d`".into(),
            Self::Deadline => "a duration such as `30s`, `5m` or `14d`, or `off`".into(),
            Self::Limit => "a percentage such as `10%` or a number such as `50`".into(),
            Self::Choice(choices) => one_of(choices),
            Self::Level => one_of(LEVELS),
            Self::Words(words) => format!("a list of {}", one_of(words)),
            Self::Flags => "a list of feature flags".into(),
            Self::Bitmasks => "a list of 32-bit numbers such as `[2, 0x10]`".into(),
            Self::Urls => "an address or a list of addresses".into(),
            Self::Texts => "a list of texts".into(),
            Self::Region => "a two-letter country code such as `DE`".into(),
            Self::Attribute => "the name of an attribute, or `{name: NAME, is_binary: true}`".into(),
            Self::MetadataKeys => "a table of attributes and the keys of their metadata".into(),
            Self::Transform => "a table of rules".into(),
            Self::Entitlements => "a list of tables with `role` and `group`".into(),
            Self::AttributeText => {
                "the name of an attribute, a list of names, or a table with `name`, `template` or `constant`"
                    .into()
            }
        }
    }
}

/// The choices as part of a sentence.
pub(in crate::config) fn one_of(choices: &[&str]) -> String {
    let quoted: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

#[derive(Debug)]
pub(in crate::config) struct Key {
    /// Levels with dots in between. Below `sources`, the second level is a kind and stands for any source of it.
    pub(in crate::config) path: &'static str,
    pub(in crate::config) kind: Kind,
    /// As in a file. `off` is an absent limit.
    pub(in crate::config) default: Option<&'static str>,
}

pub(super) const fn key(path: &'static str, kind: Kind) -> Key {
    Key {
        path,
        kind,
        default: None,
    }
}

pub(super) const fn or(path: &'static str, kind: Kind, default: &'static str) -> Key {
    Key {
        path,
        kind,
        default: Some(default),
    }
}

/// Levels of `log_level`.
pub(in crate::config) const LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];

/// Members of `feature_flags`.
pub(in crate::config) const FLAGS: &[&str] = &[
    "sso_login",
    "verify_email",
    "verify_phone",
    "dry_run",
    "deactivate_only",
    "plain_localpart",
];

/// Members of `notify.webhook.on`.
pub(super) const OCCASIONS: &[&str] = &["failure", "refused", "changed", "success"];

/// Kinds of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum SourceType {
    Ldap,
    Csv,
    Ukt,
}

impl SourceType {
    /// In the order of [`SOURCE_KINDS`].
    pub(in crate::config) const ALL: [Self; SOURCE_KINDS.len()] = [Self::Ldap, Self::Csv, Self::Ukt];

    /// Also a name of a source that implies the kind.
    pub(in crate::config) const fn name(self) -> &'static str {
        match self {
            Self::Ldap => "ldap",
            Self::Csv => "csv",
            Self::Ukt => "ukt",
        }
    }
}

/// The names of the kinds of sources.
pub(in crate::config) const SOURCE_KINDS: &[&str] = &[
    SourceType::Ldap.name(),
    SourceType::Csv.name(),
    SourceType::Ukt.name(),
];

/// Members of an attribute in the form of a table.
pub(in crate::config) const ATTRIBUTE_MEMBERS: &[Key] =
    &[key("name", Kind::Text), key("is_binary", Kind::Bool)];

/// Members of a text in the form of a table.
pub(in crate::config) const TEXT_MEMBERS: &[Key] = &[
    key("name", Kind::Texts),
    key("is_binary", Kind::Bool),
    key("constant", Kind::Text),
    key("template", Kind::Text),
    key("value", Kind::Choice(&["first", "only", "first_sorted", "all"])),
    key("matching", Kind::Text),
    key("case", Kind::Choice(&["lower", "upper"])),
    key("unicode", Kind::Choice(&["nfc"])),
];

/// Members of a table that gives a role to the members of groups.
pub(in crate::config) const ENTITLEMENT_MEMBERS: &[Key] = &[
    key("role", Kind::Text),
    key("group", Kind::Texts),
    or("nested", Kind::Bool, "true"),
    or("allow_empty", Kind::Bool, "false"),
];

impl Kind {
    /// The keys that are valid below a key of this kind.
    pub(in crate::config) fn members(self) -> &'static [Key] {
        match self {
            Self::Attribute => ATTRIBUTE_MEMBERS,
            Self::AttributeText => TEXT_MEMBERS,
            Self::Entitlements => ENTITLEMENT_MEMBERS,
            _ => &[],
        }
    }
}
