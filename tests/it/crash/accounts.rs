//! The accounts before a disturbed run, and all that is there after it.

use std::collections::BTreeMap;

use testkit::zitadel::{UserSeed, UserState, ZitadelDouble};

use super::links::former;
use super::work::{SINCE, Work};

/// Everything the double holds, without the ids and times that differ from run to run.
pub(crate) fn everything(zitadel: &ZitadelDouble) -> BTreeMap<String, String> {
    let users = zitadel.all_users().into_iter();
    users
        .map(|mut user| {
            user.metadata.entry(SINCE.to_owned()).and_modify(|since| {
                if !since.starts_with("2020") {
                    *since = "now".to_owned();
                }
            });
            (user.username.clone(), serde_json::to_string(&user).expect("JSON"))
        })
        .collect()
}

/// The same, and who is signed in.
pub(crate) fn everything_with_sessions(zitadel: &ZitadelDouble) -> BTreeMap<String, String> {
    let sessions = zitadel.sessions().into_iter();
    let sessions = sessions.map(|(name, count)| (format!("sessions of {name}"), count.to_string()));
    everything(zitadel).into_iter().chain(sessions).collect()
}

/// An account that needs this work, and is otherwise as it should be.
pub(super) fn account(work: Work, email: &str) -> UserSeed {
    let localpart = testkit::zitadel::localpart(email);
    let mut user = UserSeed {
        email: email.to_owned(),
        email_verified: true,
        given_name: "Ada".to_owned(),
        family_name: "Lovelace".to_owned(),
        display_name: "Lovelace, Ada".to_owned(),
        nick_name: hex::encode(email),
        phone: "+4930901820".to_owned(),
        phone_verified: true,
        metadata: vec![entry("localpart", &localpart), entry("preferred_username", email)],
        roles: vec!["User".to_owned()],
        ..UserSeed::default()
    };
    match work {
        Work::Nothing
        | Work::Exchange
        | Work::Create
        | Work::Delete
        | Work::RemovePhone
        | Work::Note
        | Work::Link => {}
        Work::Relink => user.nick_name = hex::encode(former(email)),
        Work::TakeRole => user.roles.push("Guest".to_owned()),
        Work::Disable | Work::Return => {
            user.metadata.extend([
                entry(SINCE, "2020-01-01T00:00:00Z"),
                entry("directory-sync.missing_runs", "1"),
            ]);
        }
        Work::Adopt => {
            user.nick_name.clear();
            user.metadata.clear();
            user.roles.clear();
        }
        Work::GrantRole => user.roles.clear(),
        Work::WidenGrant => user.roles = vec!["Admin".to_owned()],
        Work::SetLocalpart => drop(user.metadata.remove(0)),
        Work::ChangeName => user.family_name = "Byron".to_owned(),
        Work::SetPhone => user.phone.clear(),
        Work::ChangeMetadata => user.metadata[1].1 = b"augusta".to_vec(),
        Work::Rename => user.email = format!("was.{email}"),
        Work::RewritePlainId => user.nick_name = email.to_owned(),
        Work::RewriteBase64Id => user.nick_name = base64(email),
        Work::Enable | Work::SignOut => {
            user.state = Some(UserState::Inactive);
            user.metadata
                .push(entry("directory-sync.disabled_by", "directory-sync"));
            if work == Work::SignOut {
                user.metadata.push(entry("directory-sync.sign_out", "pending"));
            }
        }
    }
    user
}

fn entry(key: &str, value: &str) -> (String, Vec<u8>) {
    (key.to_owned(), value.as_bytes().to_vec())
}

fn base64(text: &str) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

/// Accounts that are none of the tool's business.
pub(super) fn strangers(zitadel: &ZitadelDouble) {
    zitadel.add_user(UserSeed {
        email: "by.hand@example.org".to_owned(),
        ..UserSeed::default()
    });
    zitadel.add_user(UserSeed {
        email: "elsewhere@example.org".to_owned(),
        organization: Some(zitadel.other_organization_id()),
        nick_name: hex::encode("nothing.0@example.org"),
        ..UserSeed::default()
    });
    zitadel.add_user(UserSeed {
        machine: true,
        username: "robot".to_owned(),
        ..UserSeed::default()
    });
}
