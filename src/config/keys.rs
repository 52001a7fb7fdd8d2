//! Every key there is. The one place to add a key: unknown keys, defaults, suggestions and messages follow from it.

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Never printed. `KEY_file` names a file that holds it.
    Secret,
    Path,
    Url,
    Bool,
    /// A whole number from 0.
    Count,
    /// A whole number from 1.
    AtLeastOne,
    Duration,
    /// `10%` or `50`.
    Limit,
    Choice(&'static [&'static str]),
    /// The least important events that are logged.
    Level,
    Flags,
    Bitmasks,
    Urls,
    Texts,
    /// An LDAP attribute: its name, or `{name, is_binary}`.
    Attribute,
    /// A country in two letters.
    Region,
    /// How a text is made from attributes: a name, a list of names, or a table.
    AttributeText,
    /// Tables that give a role to the members of groups.
    Entitlements,
    /// Rules that change records.
    Transform,
    /// A table of names of attributes and keys of metadata.
    MetadataKeys,
    /// Accepted and without effect; says why.
    Dead(&'static str),
}

impl Kind {
    /// What to write, to follow "must be".
    pub(super) fn wanted(self) -> String {
        match self {
            Self::Text | Self::Secret | Self::Dead(_) => "a text".into(),
            Self::Path => "a path".into(),
            Self::Url => "an address".into(),
            Self::Bool => "`true` or `false`".into(),
            Self::Count => "a whole number".into(),
            Self::AtLeastOne => "a whole number from 1".into(),
            Self::Duration => "a duration such as `30s`, `5m` or `14d`".into(),
            Self::Limit => "a share such as `10%` or a number such as `50`".into(),
            Self::Choice(choices) => one_of(choices),
            Self::Level => one_of(LEVELS),
            Self::Flags => "a list of feature flags".into(),
            Self::Bitmasks => "a list of 32-bit numbers such as `[2, 0x10]`".into(),
            Self::Urls => "an address or a list of addresses".into(),
            Self::Texts => "a list of texts".into(),
            Self::Region => "a country in two letters such as `DE`".into(),
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
pub(super) fn one_of(choices: &[&str]) -> String {
    let quoted: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    /// Levels with dots between them. Below `sources` the second level is a kind and stands for any source of it.
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    /// As it would stand in a file. `off` is an absent limit.
    pub(super) default: Option<&'static str>,
}

const fn key(path: &'static str, kind: Kind) -> Key {
    Key {
        path,
        kind,
        default: None,
    }
}

const fn or(path: &'static str, kind: Kind, default: &'static str) -> Key {
    Key {
        path,
        kind,
        default: Some(default),
    }
}

/// Levels of `log_level`.
pub(super) const LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];

/// Members of `feature_flags`.
pub(super) const FLAGS: &[&str] = &[
    "sso_login",
    "verify_email",
    "verify_phone",
    "dry_run",
    "deactivate_only",
    "plain_localpart",
];

/// Kinds of sources; each is also a name that implies it.
pub(super) const SOURCE_KINDS: &[&str] = &["ldap", "csv", "ukt"];

/// Members of an attribute that is written as a table.
pub(super) const ATTRIBUTE_MEMBERS: &[Key] = &[key("name", Kind::Text), key("is_binary", Kind::Bool)];

/// Members of a text that is written as a table.
pub(super) const TEXT_MEMBERS: &[Key] = &[
    key("name", Kind::Texts),
    key("is_binary", Kind::Bool),
    key("constant", Kind::Text),
    key("template", Kind::Text),
    key("value", Kind::Choice(&["first", "only", "first_sorted"])),
    key("matching", Kind::Text),
    key("case", Kind::Choice(&["lower", "upper"])),
    key("unicode", Kind::Choice(&["nfc"])),
];

/// Members of a table that gives a role to the members of groups.
pub(super) const ENTITLEMENT_MEMBERS: &[Key] = &[
    key("role", Kind::Text),
    key("group", Kind::Texts),
    or("nested", Kind::Bool, "true"),
    or("allow_empty", Kind::Bool, "false"),
];

impl Kind {
    /// The keys that may stand below a key of this kind.
    pub(super) fn members(self) -> &'static [Key] {
        match self {
            Self::Attribute => ATTRIBUTE_MEMBERS,
            Self::AttributeText => TEXT_MEMBERS,
            Self::Entitlements => ENTITLEMENT_MEMBERS,
            _ => &[],
        }
    }
}

const NO_CACHE: &str = "nothing is kept between runs";
const NEVER_READ: &str = "no released version ever read it; see `sources.ldap.tls`";

/// All keys.
pub(super) const KEYS: &[Key] = &[
    or("log_level", Kind::Level, "info"),
    key("feature_flags", Kind::Flags),
    or("dry_run", Kind::Bool, "false"),
    key("provider", Kind::Text),
    key("policy_file", Kind::Path),
    key("metrics.file", Kind::Path),
    key("notify.healthchecks", Kind::Url),
    key("notify.webhook.url", Kind::Url),
    key("notify.webhook.secret", Kind::Secret),
    key("notify.webhook.secret_file", Kind::Path),
    key("notify.webhook.on", Kind::Texts),
    or("output.names", Kind::Choice(&["auto", "show", "hide"]), "auto"),
    key("cache_path", Kind::Dead(NO_CACHE)),
    key("zitadel.url", Kind::Url),
    key("zitadel.key_file", Kind::Path),
    key("zitadel.token", Kind::Secret),
    key("zitadel.token_file", Kind::Path),
    key("zitadel.client_id", Kind::Text),
    key("zitadel.client_secret", Kind::Secret),
    key("zitadel.client_secret_file", Kind::Path),
    or("zitadel.require_policy", Kind::Bool, "false"),
    key("zitadel.organization_id", Kind::Text),
    key("zitadel.project_id", Kind::Text),
    key("zitadel.idp_id", Kind::Text),
    or("zitadel.role", Kind::Text, "User"),
    key("zitadel.owned_roles", Kind::Texts),
    key("zitadel.metadata_attributes", Kind::MetadataKeys),
    or("zitadel.localpart", Kind::Choice(&["uuid", "plain"]), "uuid"),
    or("zitadel.link", Kind::Choice(&["new", "existing"]), "new"),
    or(
        "zitadel.metadata",
        Kind::Choice(&["confirm", "presence", "skip"]),
        "confirm",
    ),
    or("zitadel.lag_wait", Kind::Duration, "5m"),
    or("zitadel.heartbeat", Kind::Bool, "false"),
    key("zitadel.phone_region", Kind::Region),
    key("udm.url", Kind::Url),
    key("udm.user", Kind::Text),
    key("udm.password", Kind::Secret),
    key("udm.password_file", Kind::Path),
    key("udm.tls.server_certificate", Kind::Path),
    or("udm.tls.danger_disable_tls_verify", Kind::Bool, "false"),
    or("udm.connect_timeout", Kind::Duration, "6s"),
    or("udm.read_timeout", Kind::Duration, "30m"),
    key("udm.users.ou", Kind::Text),
    or("udm.users.key", Kind::Text, "univentionObjectIdentifier"),
    key("udm.users.properties", Kind::Texts),
    key("udm.users.marker_property", Kind::Text),
    key("udm.groups.ou", Kind::Text),
    or("udm.groups.key", Kind::Text, "univentionObjectIdentifier"),
    key("udm.groups.properties", Kind::Texts),
    key("udm.groups.marker_property", Kind::Text),
    or("policy.create", Kind::Bool, "true"),
    or("policy.update", Kind::Bool, "true"),
    or("policy.remove", Kind::Bool, "true"),
    or("policy.delete_deactivates", Kind::Bool, "false"),
    or("policy.create_deactivated", Kind::Bool, "false"),
    or("policy.end_sessions", Kind::Bool, "false"),
    or("policy.update_provider_mismatch", Kind::Bool, "true"),
    or("policy.adopt", Kind::Bool, "true"),
    or("policy.create_disabled", Kind::Bool, "false"),
    or(
        "policy.disabled",
        Kind::Choice(&["delete", "deactivate", "keep"]),
        "delete",
    ),
    or(
        "policy.absent",
        Kind::Choice(&["keep", "deactivate", "delete"]),
        "keep",
    ),
    or("policy.grace.after", Kind::Duration, "off"),
    or("policy.grace.runs", Kind::AtLeastOne, "off"),
    or("policy.listed", Kind::Choice(&["delete", "deactivate"]), "delete"),
    key("policy.retired_providers", Kind::Texts),
    or("guard.max_removals", Kind::Limit, "10%"),
    or("guard.max_logins_changed", Kind::Limit, "10%"),
    or("guard.max_adoptions_renaming", Kind::Limit, "10%"),
    or("guard.max_memberships_removed", Kind::Limit, "20%"),
    or("guard.max_changes", Kind::Limit, "off"),
    or("guard.max_per_kind.create", Kind::Limit, "off"),
    or("guard.max_per_kind.adopt", Kind::Limit, "off"),
    or("guard.max_per_kind.update", Kind::Limit, "off"),
    or("guard.max_per_kind.enable", Kind::Limit, "off"),
    or("guard.max_per_kind.disable", Kind::Limit, "off"),
    or("guard.max_per_kind.delete", Kind::Limit, "off"),
    or("guard.max_per_kind.note", Kind::Limit, "off"),
    or("guard.max_missing", Kind::Limit, "20%"),
    or("guard.max_rejected", Kind::Limit, "0"),
    key("guard.protected", Kind::Texts),
    or("guard.allow_empty", Kind::Bool, "false"),
    or("guard.min_users", Kind::Count, "off"),
    key("guard.canaries", Kind::Texts),
    or("apply.concurrency.min", Kind::AtLeastOne, "1"),
    or("apply.concurrency.max", Kind::AtLeastOne, "8"),
    or("apply.rate_limit", Kind::AtLeastOne, "off"),
    or("apply.deadline", Kind::Duration, "off"),
    key("lock.dir", Kind::Path),
    or("run.every", Kind::Duration, "off"),
    or("run.at_start", Kind::Bool, "true"),
    or("run.poll", Kind::Duration, "off"),
    key("sources.ldap.kind", Kind::Choice(SOURCE_KINDS)),
    key("sources.ldap.url", Kind::Urls),
    key("sources.ldap.base_dn", Kind::Text),
    or(
        "sources.ldap.bind",
        Kind::Choice(&["simple", "external"]),
        "simple",
    ),
    key("sources.ldap.bind_dn", Kind::Text),
    key("sources.ldap.bind_password", Kind::Secret),
    key("sources.ldap.bind_password_file", Kind::Path),
    key("sources.ldap.user_filter", Kind::Text),
    or("sources.ldap.scope", Kind::Choice(&["sub", "one", "base"]), "sub"),
    key("sources.ldap.ignore_dn_regex", Kind::Text),
    key("sources.ldap.requested_attributes", Kind::Texts),
    key("sources.ldap.transform", Kind::Transform),
    key("sources.ldap.authentication.username_attribute", Kind::Text),
    key("sources.ldap.authentication.username_filter_template", Kind::Text),
    key("sources.ldap.authentication.timeout", Kind::Duration),
    or("sources.ldap.timeout", Kind::Duration, "30s"),
    key("sources.ldap.connect_timeout", Kind::Duration),
    or("sources.ldap.deadline", Kind::Duration, "1h"),
    or("sources.ldap.page_size", Kind::Count, "1000"),
    or("sources.ldap.use_attribute_filter", Kind::Bool, "false"),
    or("sources.ldap.check_for_deleted_entries", Kind::Bool, "false"),
    key("sources.ldap.cache_path", Kind::Dead(NO_CACHE)),
    key("sources.ldap.start_tls", Kind::Dead(NEVER_READ)),
    key("sources.ldap.no_tls_verify", Kind::Dead(NEVER_READ)),
    key("sources.ldap.root_certificates_path", Kind::Dead(NEVER_READ)),
    key("sources.ldap.attributes.first_name", Kind::AttributeText),
    key("sources.ldap.attributes.last_name", Kind::AttributeText),
    key("sources.ldap.attributes.email", Kind::AttributeText),
    key("sources.ldap.attributes.preferred_username", Kind::AttributeText),
    key("sources.ldap.attributes.phone", Kind::AttributeText),
    key("sources.ldap.attributes.preferred_language", Kind::AttributeText),
    key("sources.ldap.active", Kind::Texts),
    key("sources.ldap.entitlements", Kind::Entitlements),
    key("sources.ldap.groups.base_dn", Kind::Text),
    key("sources.ldap.groups.filter", Kind::Text),
    or(
        "sources.ldap.groups.scope",
        Kind::Choice(&["sub", "one", "base"]),
        "sub",
    ),
    key("sources.ldap.groups.ignore_dn_regex", Kind::Text),
    key("sources.ldap.groups.requested_attributes", Kind::Texts),
    key("sources.ldap.groups.transform", Kind::Transform),
    key("sources.ldap.groups.attributes.group_id", Kind::Attribute),
    key("sources.ldap.groups.members", Kind::Texts),
    or("sources.ldap.groups.nested", Kind::Bool, "true"),
    key("sources.ldap.expected_references", Kind::Texts),
    key("sources.ldap.attributes.user_id", Kind::Attribute),
    key("sources.ldap.attributes.status", Kind::Attribute),
    key("sources.ldap.attributes.disable_bitmasks", Kind::Bitmasks),
    key("sources.ldap.attributes.last_modified", Kind::Attribute),
    key("sources.ldap.tls.client_key", Kind::Path),
    key("sources.ldap.tls.client_certificate", Kind::Path),
    key("sources.ldap.tls.server_certificate", Kind::Path),
    or("sources.ldap.tls.danger_disable_tls_verify", Kind::Bool, "false"),
    or("sources.ldap.tls.danger_use_start_tls", Kind::Bool, "false"),
    or("sources.ldap.min_users", Kind::Count, "off"),
    key("sources.ldap.canaries", Kind::Texts),
    key("sources.csv.kind", Kind::Choice(SOURCE_KINDS)),
    key("sources.csv.file_path", Kind::Path),
    key("sources.csv.list_separator", Kind::Text),
    or("sources.csv.min_users", Kind::Count, "off"),
    key("sources.csv.canaries", Kind::Texts),
    key("sources.ukt.kind", Kind::Choice(SOURCE_KINDS)),
    key("sources.ukt.endpoint_url", Kind::Url),
    key("sources.ukt.oauth2_url", Kind::Url),
    key("sources.ukt.client_id", Kind::Text),
    key("sources.ukt.client_secret", Kind::Secret),
    key("sources.ukt.client_secret_file", Kind::Path),
    key("sources.ukt.scope", Kind::Text),
    key("sources.ukt.grant_type", Kind::Text),
    or("sources.ukt.timeout", Kind::Duration, "30s"),
    or("sources.ukt.deadline", Kind::Duration, "1h"),
];

/// What stands at a path of the table.
#[derive(Debug)]
pub(super) enum Entry {
    Key(&'static Key),
    /// A level above keys.
    Section,
    Unknown,
}

/// Looks up a path of the table, such as `sources.ldap.url`.
pub(super) fn find(path: &str) -> Entry {
    if let Some(key) = KEYS.iter().find(|key| key.path == path) {
        return Entry::Key(key);
    }
    if let Some((attribute, name)) = path.rsplit_once('.')
        && let Some(key) = KEYS.iter().find(|key| key.path == attribute)
        && let Some(member) = key.kind.members().iter().find(|member| member.path == name)
    {
        return Entry::Key(member);
    }
    if path == "sources" || members(path).next().is_some() {
        Entry::Section
    } else {
        Entry::Unknown
    }
}

/// The names one level below a section; some more than once. The empty path is the top.
pub(super) fn members<'n>(section: &str) -> impl Iterator<Item = &'n str> {
    KEYS.iter().filter_map(move |key| {
        let below = if section.is_empty() {
            key.path
        } else {
            key.path.strip_prefix(section)?.strip_prefix('.')?
        };
        below.split('.').next()
    })
}

/// The names of the attributes of people that are made of an LDAP entry.
pub(super) fn texts_of_people<'n>() -> impl Iterator<Item = &'n str> {
    let texts = KEYS.iter().filter(|key| key.kind == Kind::AttributeText);
    texts.filter_map(|key| key.path.strip_prefix("sources.ldap.attributes."))
}

/// Whether the keys of the table at this path of a file are names or values of the administrator, whose order and letter case
/// matter.
pub(super) fn is_ordered(path: &[String]) -> bool {
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    matches!(
        path.as_slice(),
        ["sources", _, "transform", _, ..] | ["sources", _, "groups", "transform", _, ..]
    )
}

/// Whether some kind of source, or the fixed part, knows this path of a file.
pub(super) fn known_to_any(path: &[String]) -> bool {
    let known = |path: &[&str]| !matches!(find(&path.join(".")), Entry::Unknown);
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["sources", _, below @ ..] => SOURCE_KINDS
            .iter()
            .any(|kind| known(&[&["sources", *kind], below].concat())),
        path => known(path),
    }
}

#[cfg(test)]
mod tests;
