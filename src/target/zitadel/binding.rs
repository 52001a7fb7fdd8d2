//! Names and undo facts of an organization, from the settings alone. Sends nothing to Zitadel.

use crate::config::{MetadataCheck, ZitadelSettings};
use crate::target::{Facts, Objection, TargetName};

pub const KIND: &str = "zitadel";

pub fn name(settings: &ZitadelSettings) -> TargetName {
    let key = format!("{} {}", settings.url, settings.organization_id);
    TargetName {
        kind: KIND,
        product: "Zitadel",
        title: title(&key),
        key,
    }
}

/// Title of a target for people: `organization 123 at https://zitadel.example`.
pub fn title(key: &str) -> String {
    match key.rsplit_once(' ') {
        Some((url, organization)) => {
            format!("organization {organization} at {}", url.trim_end_matches('/'))
        }
        None => key.to_owned(),
    }
}

/// The project whose roles are added and removed.
const PROJECT: &str = "project";
/// Keys of the roles that the run managed, whatever the configuration contains now.
const ROLES: &str = "roles";
/// The identity provider whose links the run wrote, if it wrote any.
const IDENTITY_PROVIDER: &str = "identity_provider";

pub(super) fn facts(settings: &ZitadelSettings) -> Facts {
    let provider = settings.idp_id.iter().filter(|_| settings.sso_login);
    let roles = settings.roles().into_iter().map(str::to_owned);
    let facts = [
        (PROJECT, vec![settings.project_id.clone()]),
        (ROLES, roles.collect()),
        (IDENTITY_PROVIDER, provider.cloned().collect()),
    ];
    let facts = facts.into_iter().filter(|(_, texts)| !texts.is_empty());
    facts.map(|(name, texts)| (name.to_owned(), texts)).collect()
}

/// Roles of another project cannot be taken back.
pub fn objection(settings: &ZitadelSettings, facts: &Facts) -> Option<Objection> {
    let project = texts(facts, PROJECT).join(", ");
    (project != settings.project_id).then(|| {
        let what = format!(
            "its run gave roles of project {project}, and the configuration names project {}",
            settings.project_id
        );
        (what, "name the project of that run in the configuration")
    })
}

/// Settings for an undo: links and roles as in the run that is undone, and all metadata is read, whatever the
/// configuration contains now.
pub fn as_of(settings: &ZitadelSettings, facts: &Facts) -> ZitadelSettings {
    let provider = texts(facts, IDENTITY_PROVIDER).first().cloned();
    let mut former = settings.clone();
    former.metadata = MetadataCheck::Confirm;
    former.sso_login = provider.is_some();
    former.idp_id = provider.or(former.idp_id);
    former.further_roles.extend_from_slice(texts(facts, ROLES));
    former
}

fn texts<'a>(facts: &'a Facts, name: &str) -> &'a [String] {
    facts.get(name).map_or(&[], Vec::as_slice)
}
