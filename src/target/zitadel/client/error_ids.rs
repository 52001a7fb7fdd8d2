//! The ids of Zitadel's errors with their meanings. All refusals are interpreted with this table.

use crate::target::TargetErrorKind as Kind;

pub(in crate::target::zitadel) const LINK_TAKEN: &str =
    "another account has the link to the identity provider";
pub(in crate::target::zitadel) const FREE_THE_LINK: &str = "find the account that has the person's id of the identity provider (in Zitadel: the user, Identity \
                             Providers), and remove the link there if it is not that account's";

/// Ids that the code refers to by name.
pub(in crate::target::zitadel) mod id {
    pub(in crate::target::zitadel) const TAKEN: &str = "V3-DKcYh";
    pub(in crate::target::zitadel) const PHONE_INVALID: &str = "PHONE-so0wa";
    pub(in crate::target::zitadel) const ALREADY_INACTIVE: &str = "COMMAND-5gunjw0cd7";
    pub(in crate::target::zitadel) const NOT_INACTIVE: &str = "COMMAND-s5qqcz97hf";
    pub(in crate::target::zitadel) const ALREADY_DELETED: &str = "COMMAND-bd4ir1mblj";
    pub(in crate::target::zitadel) const NO_PHONE: &str = "COMMAND-ieJ2e";
    pub(in crate::target::zitadel) const NO_METADATA: &str = "META-2nnds";
    pub(in crate::target::zitadel) const NO_METADATA_KEY: &str = "META-ncnw3";
    pub(in crate::target::zitadel) const GRANT_UNCHANGED: &str = "COMMAND-Rs8fy";
    pub(in crate::target::zitadel) const GRANT_GONE: &str = "COMMAND-1My0t";
    pub(in crate::target::zitadel) const NO_LINK: &str = "COMMAND-1M9xR";
    pub(in crate::target::zitadel) const NO_ORGANIZATION_METADATA: &str = "QUERY-Rph32";
    pub(in crate::target::zitadel) const NO_MEMBER: &str = "AUTHZ-cdgFk";
    pub(in crate::target::zitadel) const NO_POLICY: &str = "QUERY-Rph32";
    pub(in crate::target::zitadel) const NO_PROVIDER: &str = "COMMAND-39nf2";
}

pub(in crate::target::zitadel) struct Meaning {
    pub(in crate::target::zitadel) id: &'static str,
    /// Some ids come with two statuses and have two meanings.
    pub(in crate::target::zitadel) status: Option<u16>,
    pub(in crate::target::zitadel) kind: Kind,
    pub(in crate::target::zitadel) hint: Option<&'static str>,
}

const fn means(id: &'static str, kind: Kind, hint: Option<&'static str>) -> Meaning {
    Meaning {
        id,
        status: None,
        kind,
        hint,
    }
}

const fn means_at(id: &'static str, status: u16, kind: Kind) -> Meaning {
    Meaning {
        id,
        status: Some(status),
        kind,
        hint: None,
    }
}

pub(in crate::target::zitadel) const fn bad(attribute: &'static str) -> Kind {
    Kind::InvalidAttribute {
        attribute: Some(attribute),
    }
}

const RIGHTS: Option<&str> =
    Some("give the service account the role ORG_USER_MANAGER in the organization `zitadel.organization_id`");
const TOKEN: Option<&str> =
    Some("check that the token or key has not expired and that the service account is active");
const PROJECT: Option<&str> =
    Some("check `zitadel.project_id`, and that the project belongs to the organization or is granted to it");

/// All known ids. Other errors are interpreted by their status.
pub(in crate::target::zitadel) const MEANINGS: &[Meaning] = &[
    // Errors about the service account.
    means("AUTH-7fs1e", Kind::Unauthorized, TOKEN),
    means("AUTH-toLo1", Kind::Unauthorized, TOKEN),
    means(
        "AUTH-Bs7Ds",
        Kind::Misconfigured,
        Some("check `zitadel.organization_id`"),
    ),
    means("AUTH-5mWD2", Kind::Unauthorized, RIGHTS),
    means("AUTH-AWfge", Kind::Unauthorized, RIGHTS),
    means("AUTH-Swrgg2", Kind::Unauthorized, RIGHTS),
    means(id::NO_MEMBER, Kind::Unauthorized, RIGHTS),
    means("EVENT-Shu7e", Kind::Unauthorized, RIGHTS),
    // Errors about values of the person's record.
    means(
        id::TAKEN,
        Kind::Conflict,
        Some("another account has the name, the grant or the link to the identity provider"),
    ),
    means("COMMAND-7yiox1isql", Kind::Conflict, None),
    means(
        "COMMAND-SFd21",
        bad("email"),
        Some("the domain of the address is verified by another organization"),
    ),
    means(id::PHONE_INVALID, bad("phone"), None),
    means("PHONE-Zt0NV", bad("phone"), None),
    means("EMAIL-spblu", bad("email"), None),
    means("EMAIL-599BI", bad("email"), None),
    means("EMAIL-599GV", bad("email"), None),
    means("V2-zzad3", bad("email"), None),
    means("USER-UCej2", bad("first_name"), None),
    means("USER-4hB7d", bad("last_name"), None),
    // Errors about the user.
    means("QUERY-Dfbg2", Kind::NotFound, None),
    means("QUERY-Rgh32", Kind::NotFound, None),
    means("COMMAND-ugjs0upun6", Kind::NotFound, None),
    means(id::ALREADY_DELETED, Kind::NotFound, None),
    means("COMMAND-5gp2p62iin", Kind::NotFound, None),
    means("COMMAND-9hy5kzbuk6", Kind::NotFound, None),
    means("COMMAND-uXHNj", Kind::NotFound, None),
    means("COMMAND-4f8sg", Kind::NotFound, None),
    means("COMMAND-vzktar7b7f", Kind::NotFound, None),
    means_at(id::NO_PHONE, 404, Kind::NotFound),
    // Already in the desired state. The caller treats these as success.
    means(id::ALREADY_INACTIVE, Kind::Protocol, None),
    means(id::NOT_INACTIVE, Kind::Protocol, None),
    means_at(id::NO_PHONE, 400, Kind::Protocol),
    means(id::NO_METADATA, Kind::Protocol, None),
    means(id::NO_METADATA_KEY, Kind::Protocol, None),
    means(id::GRANT_UNCHANGED, Kind::Protocol, None),
    means(id::GRANT_GONE, Kind::Protocol, None),
    means(id::NO_LINK, Kind::Protocol, None),
    means("COMMAND-3M9sd", Kind::Protocol, None),
    // States that forbid the call.
    means(
        "COMMAND-gvx4kct9r2",
        Kind::Protocol,
        Some("the account waits for its first login; delete it or finish that first"),
    ),
    // Errors about what the configuration names.
    means(
        id::NO_PROVIDER,
        Kind::Misconfigured,
        Some("check `zitadel.idp_id`"),
    ),
    means("COMMAND-mm9F4", Kind::Misconfigured, Some("check `zitadel.role`")),
    means("COMMAND-4m9ff", Kind::Misconfigured, PROJECT),
    means("COMMAND-3n77S", Kind::Misconfigured, PROJECT),
    means("COMMAND-m9gsd", Kind::Misconfigured, PROJECT),
    means("COMMAND-huvKF", Kind::Misconfigured, PROJECT),
    // Errors of the server.
    means("QUERY-AG4gs", Kind::Unreachable, None),
    means("QUERY-Dun75", Kind::Unreachable, None),
    means(
        "QUOTA-vjAy8",
        Kind::Throttled { after: None },
        Some("the quota of the instance is used up"),
    ),
    means(
        "LIMITS-molsj",
        Kind::Throttled { after: None },
        Some("the instance is blocked"),
    ),
];
