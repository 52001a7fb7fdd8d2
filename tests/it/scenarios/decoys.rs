//! Accounts that look like managed ones and are not: no run may touch them.

use std::collections::BTreeMap;

use serde_json::json;
use testkit::zitadel::{UserSeed, UserView, ZitadelDouble};

/// Planted before every scenario.
pub(super) struct Decoys(Vec<(UserView, BTreeMap<&'static str, u64>)>);

impl Decoys {
    pub(super) fn plant(zitadel: &ZitadelDouble) -> Self {
        let other_project = zitadel.add_user(seed("other-project"));
        grant_on_other_project(zitadel, &other_project);
        zitadel.grant_project(&zitadel.project_id(), &zitadel.other_organization_id(), &["User"]);
        zitadel.add_users([
            seed("no-role"),
            UserSeed {
                organization: Some(zitadel.other_organization_id()),
                ..seed("other-organization")
            },
            UserSeed {
                username: "machine".to_owned(),
                machine: true,
                roles: vec!["User".to_owned()],
                ..seed("machine")
            },
            // Made by hand, with the role: without an external id it belongs to no one.
            UserSeed {
                nick_name: String::new(),
                metadata: Vec::new(),
                roles: vec!["User".to_owned()],
                ..seed("by-hand")
            },
        ]);
        Self(Self::now(zitadel))
    }

    fn now(zitadel: &ZitadelDouble) -> Vec<(UserView, BTreeMap<&'static str, u64>)> {
        let decoys = zitadel.all_users().into_iter().filter(Self::is_one);
        decoys
            .map(|decoy| (decoy.clone(), zitadel.event_counts(&decoy.id)))
            .collect()
    }

    /// Whether an account is a decoy, or one that Zitadel's double comes with.
    pub(super) fn is_one(account: &UserView) -> bool {
        account.machine || account.email.ends_with("@decoy.example")
    }

    /// Nothing happened to them, not even something that was undone again.
    pub(super) fn assert_untouched(&self, zitadel: &ZitadelDouble) {
        assert_eq!(Self::now(zitadel), self.0, "decoys must stay untouched");
    }
}

/// Everything that makes an account a managed one, but the role.
fn seed(name: &str) -> UserSeed {
    UserSeed {
        id: Some(format!("decoy-{name}")),
        email: format!("{name}@decoy.example"),
        email_verified: true,
        given_name: "Dee".to_owned(),
        family_name: "Coy".to_owned(),
        display_name: "Coy, Dee".to_owned(),
        nick_name: hex::encode(name),
        metadata: vec![
            ("localpart".to_owned(), name.as_bytes().to_vec()),
            ("preferred_username".to_owned(), name.as_bytes().to_vec()),
        ],
        ..UserSeed::default()
    }
}

fn grant_on_other_project(zitadel: &ZitadelDouble, user: &str) {
    let project = zitadel.add_project(&zitadel.organization_id(), "Wiki", &["User"]);
    let body = json!({"projectId": project, "roleKeys": ["User"]});
    let (status, answer) = zitadel.act("POST", &format!("/management/v1/users/{user}/grants"), &body);
    assert_eq!(status, 200, "{answer}");
}
