//! `zitadel.*`

use url::Url;

use super::{credentials, metadata};
use crate::config::document::values;
use crate::config::read::Reader;
use crate::config::read::flags::Flags;
use crate::config::settings::{Link, Localpart, MetadataCheck, SourceKind, SourceSettings, ZitadelSettings};
use crate::plan::Policy;

/// Reads the target; `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>, flags: Flags) -> Option<ZitadelSettings> {
    let url = url(reader);
    let credentials = credentials::read(reader);
    let organization_id = reader.required("zitadel.organization_id");
    let project_id = reader.required("zitadel.project_id");
    let idp_id = idp_id(reader, flags);
    let role = reader.required("zitadel.role");
    let owned_roles = owned_roles(reader);
    let metadata_attributes = metadata::read(reader);
    let localpart = reader.choice(
        "zitadel.localpart",
        &[("uuid", Localpart::Uuid), ("plain", Localpart::Plain)],
    );
    let link = link(reader, flags);
    let metadata = reader.choice(
        "zitadel.metadata",
        &[
            ("confirm", MetadataCheck::Confirm),
            ("presence", MetadataCheck::Presence),
            ("skip", MetadataCheck::Skip),
        ],
    );
    let lag_wait = reader.duration("zitadel.lag_wait");
    let phone_region = reader.parsed("zitadel.phone_region", values::region);
    Some(ZitadelSettings {
        heartbeat: reader.boolean("zitadel.heartbeat"),
        url: url?,
        credentials: credentials?,
        organization_id: organization_id?,
        project_id: project_id?,
        idp_id,
        role: role?,
        further_roles: Vec::new(),
        owned_roles: owned_roles?,
        metadata_attributes: metadata_attributes?,
        sso_login: flags.sso_login,
        verify_email: flags.verify_email,
        verify_phone: flags.verify_phone,
        localpart: localpart?,
        link: link?,
        metadata: metadata?,
        claims_accounts: !reader.absent("provider"),
        lag_wait: lag_wait?,
        end_sessions: false,
        phone_region,
    })
}

fn owned_roles(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    const PATH: &str = "zitadel.owned_roles";
    let mut roles: Vec<String> = reader.list(PATH).into_iter().map(|item| item.text).collect();
    if roles.iter().any(|role| role.trim().is_empty()) {
        return reader.refuse(PATH, format!("`{PATH}` contains an empty text"), None);
    }
    roles.sort_unstable();
    roles.dedup();
    Some(roles)
}

impl ZitadelSettings {
    /// Adds the roles that rules of these sources give.
    #[must_use]
    pub(in crate::config) fn with_roles_of(mut self, sources: &[SourceSettings]) -> Self {
        let given = sources.iter().flat_map(|source| match &source.kind {
            SourceKind::Ldap(ldap) => ldap.entitlements.as_slice(),
            SourceKind::Csv(_) | SourceKind::Ukt(_) => &[],
        });
        let mut roles: Vec<String> = given.map(|rule| rule.role.clone()).collect();
        roles.retain(|role| *role != self.role);
        roles.sort_unstable();
        roles.dedup();
        self.further_roles = roles;
        self
    }

    /// Adds what follows from this policy.
    #[must_use]
    pub(in crate::config) fn under(self, policy: &Policy) -> Self {
        Self {
            end_sessions: policy.end_sessions,
            ..self
        }
    }

    /// Warnings about owned roles that no source gives, because a rule may have been removed with its source.
    pub(in crate::config) fn notes_of_roles(&self) -> impl Iterator<Item = String> {
        let is_given = |role: &String| *role == self.role || self.further_roles.contains(role);
        let lost = self.owned_roles.iter().filter(move |role| !is_given(role));
        lost.map(|role| {
            format!(
                "`zitadel.owned_roles` names `{role}`, which no source gives, so it is removed from every person; \
                 add a rule to `entitlements`, or remove it from `owned_roles`"
            )
        })
    }
}

fn url(reader: &mut Reader<'_>) -> Option<Url> {
    const PATH: &str = "zitadel.url";
    let text = reader.required(PATH)?;
    let url = reader.url(PATH, &text, &["http", "https"])?;
    if !url.username().is_empty() || url.password().is_some() {
        return reader.refuse(
            PATH,
            format!("`{PATH}` must not contain a user name or password"),
            Some("use `zitadel.key_file` or `zitadel.token_file`"),
        );
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        let base = format!("use `{}`", url.origin().ascii_serialization());
        return reader.refuse(
            PATH,
            format!("`{PATH}` must be the base address without a path, not `{text}`"),
            Some(&base),
        );
    }
    reader.warn_of_clear_text(PATH, &url, "the credential", "use an `https://` address");
    Some(url)
}

/// Links of existing accounts are only possible if links are enabled.
fn link(reader: &mut Reader<'_>, flags: Flags) -> Option<Link> {
    const PATH: &str = "zitadel.link";
    let link = reader.choice(PATH, &[("new", Link::New), ("existing", Link::Existing)])?;
    if link == Link::Existing && !flags.sso_login {
        let what = format!("`{PATH}: existing` needs the feature flag `sso_login`");
        let hint = "add `sso_login` to `feature_flags`, or leave this key out";
        return reader.refuse(PATH, what, Some(hint));
    }
    Some(link)
}

fn idp_id(reader: &mut Reader<'_>, flags: Flags) -> Option<String> {
    const PATH: &str = "zitadel.idp_id";
    if !flags.sso_login {
        // It was required in files of famedly-sync before 0.11.
        return reader.text(PATH);
    }
    if reader.absent(PATH) {
        reader.missing(
            PATH,
            Some("the feature flag `sso_login` needs the id of the identity provider; add it, or remove the flag"),
        );
    }
    reader.filled(PATH)
}
