//! Accounts in the files: without default values, and with ids that are the same in each run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use testkit::zitadel::{Channel, UserSeed, UserState, UserView, ZitadelDouble};

/// One account in `accounts-before.json` and `accounts-after.json`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    /// Given by the file, or `<e-mail>` for an account that Zitadel gave an id.
    pub(super) id: String,
    #[serde(default = "active")]
    state: UserState,
    /// The e-mail unless given.
    #[serde(default)]
    username: String,
    #[serde(default)]
    given_name: String,
    #[serde(default)]
    family_name: String,
    #[serde(default)]
    nick_name: String,
    #[serde(default)]
    display_name: String,
    email: String,
    #[serde(default)]
    email_verified: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    phone: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    phone_verified: bool,
    /// Unless it is `und`, which means none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    /// `Project: Role, Role`
    #[serde(default)]
    grants: Vec<String>,
    /// Channel and recipient of each verification code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    codes: Vec<(Channel, String)>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Link {
    idp: String,
    user_id: String,
    user_name: String,
}

fn active() -> UserState {
    UserState::Active
}

/// The project on which the double grants roles.
const PROJECT: &str = "Messenger: ";

impl Account {
    /// Puts the account in.
    pub(super) fn plant(self, zitadel: &ZitadelDouble) {
        let idp = zitadel.idp_id();
        let roles = self.grants.iter().flat_map(|grant| {
            let roles = grant.strip_prefix(PROJECT);
            roles
                .unwrap_or_else(|| panic!("a grant is written as `{PROJECT}Role`: {grant}"))
                .split(", ")
        });
        zitadel.add_user(UserSeed {
            roles: roles.map(str::to_owned).collect(),
            id: Some(self.id),
            state: Some(self.state),
            username: self.username,
            given_name: self.given_name,
            family_name: self.family_name,
            nick_name: self.nick_name,
            display_name: self.display_name,
            email: self.email,
            email_verified: self.email_verified,
            phone: self.phone,
            phone_verified: self.phone_verified,
            language: self.language,
            metadata: self
                .metadata
                .into_iter()
                .map(|(key, value)| (key, value.into_bytes()))
                .collect(),
            links: self
                .links
                .into_iter()
                .map(|link| (idp.clone(), link.user_id, link.user_name))
                .collect(),
            ..UserSeed::default()
        });
    }

    /// The current state of an account.
    pub(super) fn now(zitadel: &ZitadelDouble, view: UserView) -> Self {
        let codes = zitadel.codes().into_iter().filter(|code| code.user_id == view.id);
        let link = |link: testkit::zitadel::LinkView| Link {
            idp: link.idp_id,
            user_id: link.user_id,
            user_name: link.user_name,
        };
        let grant = |grant: testkit::zitadel::GrantView| {
            let state = if grant.active { "" } else { " (inactive)" };
            format!("{}: {}{state}", grant.project, grant.roles.join(", "))
        };
        Self {
            codes: codes.map(|code| (code.channel, code.recipient)).collect(),
            id: view.id,
            state: view.state,
            username: view.username,
            given_name: view.given_name,
            family_name: view.family_name,
            nick_name: view.nick_name,
            display_name: view.display_name,
            email: view.email,
            email_verified: view.email_verified,
            phone: view.phone,
            phone_verified: view.phone_verified,
            language: match view.language.as_str() {
                "und" => String::new(),
                _ => view.language,
            },
            metadata: view.metadata,
            links: view.links.into_iter().map(link).collect(),
            grants: view.grants.into_iter().map(grant).collect(),
        }
    }
}
