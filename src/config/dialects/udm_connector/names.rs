//! The keys of the file and ours.

/// Keys of a section, and ours. Of two names for the same key, the first one is current.
pub(super) type Keys = [(&'static str, &'static str)];

pub(super) const UDM: &Keys = &[
    ("uri", "udm.url"),
    ("user", "udm.user"),
    ("password", "udm.password"),
    ("ca_cert", "udm.tls.server_certificate"),
    ("skip_writes", "dry_run"),
    ("connect_timeout", "udm.connect_timeout"),
    ("read_timeout", "udm.read_timeout"),
    ("user_ou", "udm.users.ou"),
    ("user_primary_key_property", "udm.users.key"),
    ("user_pkey_property", "udm.users.key"),
    ("user_properties", "udm.users.properties"),
    ("group_ou", "udm.groups.ou"),
    ("group_primary_key_property", "udm.groups.key"),
    ("group_pkey_property", "udm.groups.key"),
    ("group_properties", "udm.groups.properties"),
];

pub(super) const SOURCE: &Keys = &[
    ("ldap_uri", "sources.ldap.url"),
    ("bind_dn", "sources.ldap.bind_dn"),
    ("password", "sources.ldap.bind_password"),
    ("bind_pw", "sources.ldap.bind_password"),
    ("ca_cert", "sources.ldap.tls.server_certificate"),
    ("timeout", "sources.ldap.timeout"),
    ("search_pagesize", "sources.ldap.page_size"),
    ("ignore_dn_regex", "sources.ldap.ignore_dn_regex"),
    ("user_base", "sources.ldap.base_dn"),
    ("user_scope", "sources.ldap.scope"),
    ("user_filter", "sources.ldap.user_filter"),
    ("user_attrs", "sources.ldap.requested_attributes"),
    ("user_trans", "sources.ldap.transform"),
    ("group_base", "sources.ldap.groups.base_dn"),
    ("group_scope", "sources.ldap.groups.scope"),
    ("group_filter", "sources.ldap.groups.filter"),
    ("group_attrs", "sources.ldap.groups.requested_attributes"),
    ("group_trans", "sources.ldap.groups.transform"),
];

/// Keys of `source` that are accepted and have no effect.
pub(super) const IDLE: [&str; 4] = [
    "sasl_method",
    "trace_level",
    "user_range_attrs",
    "group_range_attrs",
];

/// Their rules and ours.
pub(super) const RULES: &Keys = &[
    ("decompose_attrs", "decompose"),
    ("recode_attrs", "recode"),
    ("remove_values", "remove_values"),
    ("replace_values", "replace_values"),
    ("sanitizer", "sanitize"),
    ("rename_attrs", "rename"),
    ("fallback_attrs", "fallback"),
    ("fixed_attrs", "fixed"),
    ("remove_attrs", "remove"),
    ("compose_attrs", "compose"),
];

/// Default values of the file.
pub(super) const DEFAULTS: &Keys = &[
    ("udm.users.key", "univentionObjectIdentifier"),
    ("udm.groups.key", "univentionObjectIdentifier"),
    ("sources.ldap.timeout", "5"),
    ("sources.ldap.page_size", "500"),
    ("sources.ldap.user_filter", "(objectClass=user)"),
    ("sources.ldap.groups.filter", "(objectClass=group)"),
    ("sources.ldap.active", "always"),
    ("policy.absent", "delete"),
];
