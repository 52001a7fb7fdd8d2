//! An administrator acts on an account after everything was read and right before a run writes to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use testkit::people::Person;
use testkit::ukt::UktDouble;
use testkit::zitadel::{UserState, UserView};

use crate::safety::lab::{Lab, staff};

/// A change by hand, and the message about it.
struct Act {
    name: &'static str,
    method: &'static str,
    path: String,
    body: Json,
    said: &'static str,
}

/// Where the one role grant of an account is changed.
fn grant(lab: &Lab, account: &str) -> String {
    let query = json!({"queries": [{"userIdQuery": {"userId": account}}]});
    let (_, found) = lab
        .zitadel
        .act("POST", "/management/v1/users/grants/_search", &query);
    let grant = found["result"][0]["id"].as_str().unwrap();
    format!("/management/v1/users/{account}/grants/{grant}")
}

fn human(account: &str, body: Json, said: &'static str, name: &'static str) -> Act {
    Act {
        name,
        method: "PUT",
        path: format!("/v2/users/human/{account}"),
        body,
        said,
    }
}

/// The account gets another owner, in each of the ways that can be seen.
fn handings_over(account: &str) -> Vec<Act> {
    let address = json!({"email": {"email": "boss@example.org", "isVerified": true}});
    let owner = json!({"profile": {"givenName": "New", "familyName": "Owner", "nickName": "6e6577"}});
    vec![
        human(
            account,
            json!({"username": "boss@example.org"}),
            "it has another login name",
            "renamed",
        ),
        human(account, address, "it has another address", "other address"),
        human(account, owner, "it has another id", "other id"),
    ]
}

/// Likewise, or nothing shows any more that this tool looks after it.
fn takings(lab: &Lab, account: &str) -> Vec<Act> {
    let mut acts = handings_over(account);
    let path = grant(lab, account);
    acts.push(Act {
        name: "role taken",
        method: "DELETE",
        path: path.clone(),
        body: json!({}),
        said: "it holds other roles",
    });
    acts.push(Act {
        name: "role given",
        method: "PUT",
        path,
        body: json!({"roleKeys": ["Admin", "User"]}),
        said: "it holds other roles",
    });
    acts.push(Act {
        name: "no localpart",
        method: "DELETE",
        path: format!("/management/v1/users/{account}/metadata/localpart"),
        body: json!({}),
        said: "it has no `localpart`",
    });
    acts
}

/// The account as the administrator left it.
#[track_caller]
fn after(lab: &Lab, act: Act, arguments: &str, account: &str) -> UserView {
    lab.zitadel
        .act_before(("GET", "/v2/users/"), act.method, &act.path, act.body);
    lab.run(arguments).exits(1).says(act.said);
    lab.zitadel.user(account).unwrap()
}

/// Whatever an administrator changes about an account after the lists were read keeps it from being removed in that run.
#[test]
fn an_account_that_changes_right_before_its_removal_stays() {
    for fate in ["delete", "deactivate"] {
        for place in 0..6 {
            let people = staff(10);
            let lab = Lab::csv(&people);
            lab.run("sync").exits(0);
            lab.people(&people[..9]);
            lab.configure(&format!(
                "policy:\n  absent: {fate}\nguard:\n  protected: [boss@example.org]\n"
            ));
            let config = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
            let owned = config.replacen("sources:", "  owned_roles: [Admin]\nsources:", 1);
            std::fs::write(lab.path("config.yaml"), owned).unwrap();
            let id = lab.account(&people[9].email).id;
            let act = takings(&lab, &id).swap_remove(place);
            let name = act.name;
            let account = after(&lab, act, "sync", &id);
            assert_eq!(account.state, UserState::Active, "{name} {fate}");
            assert!(
                !account.metadata.contains_key("directory-sync.disabled_by"),
                "{name} {fate}"
            );
        }
    }
}

/// An absence that is over, or has begun anew, right before the removal it would end in keeps the account.
#[test]
fn an_absence_that_is_over_right_before_the_removal_keeps_the_account() {
    const SINCE: &str = "directory-sync.missing_since";
    for fate in ["delete", "deactivate"] {
        for anew in [None, Some("1700000000")] {
            let people = staff(10);
            let lab = Lab::csv(&people);
            lab.configure(&format!("policy:\n  absent: {fate}\n  grace:\n    runs: 2\n"));
            lab.run("sync").exits(0);
            lab.people(&people[..9]);
            lab.run("sync").exits(0).says("1 marked as absent");
            let mut wanted = lab.account(&people[9].email);
            let act = Act {
                name: "note",
                method: if anew.is_some() { "POST" } else { "DELETE" },
                path: format!("/management/v1/users/{}/metadata/{SINCE}", wanted.id),
                body: anew.map_or(json!({}), |since| json!({"value": STANDARD.encode(since)})),
                said: "it was not removed: its person was not missing all the time",
            };
            wanted.metadata.remove(SINCE);
            let note = anew.map(|since| (SINCE.to_owned(), since.to_owned()));
            wanted.metadata.extend(note);
            assert_eq!(after(&lab, act, "sync", &wanted.id), wanted, "{fate}");
        }
    }
}

/// A leaver's account that has another name by now is another person's, perhaps.
#[test]
fn a_leaver_who_is_renamed_right_before_the_removal_stays() {
    for fate in ["delete", "deactivate"] {
        let people = staff(10);
        let lab = Lab::csv(&people);
        let ukt = UktDouble::start();
        lab.configure_source(
            &format!(
                "  ukt:\n    endpoint_url: {}\n    oauth2_url: {}\n    client_id: sync\n    client_secret: \"s&cret +%\"\n    \
                 scope: openid read-maillist\n    grant_type: client_credentials\n",
                ukt.list_url(),
                ukt.token_url()
            ),
            &format!("policy:\n  listed: {fate}\n"),
        );
        lab.run("sync").exits(0);
        lab.people(&people[..9]);
        ukt.set_list(&[&people[9].email]);
        let id = lab.account(&people[9].email).id;
        for act in handings_over(&id).into_iter().take(2) {
            let account = after(&lab, act, "sync", &id);
            assert_eq!(account.state, UserState::Active, "{fate}");
            let back =
                json!({"username": people[9].email, "email": {"email": people[9].email, "isVerified": true}});
            lab.zitadel.act("PUT", &format!("/v2/users/human/{id}"), &back);
        }
        lab.run("sync").exits(0);
        let left = lab.zitadel.user(&id);
        assert!(left.is_none_or(|account| account.state == UserState::Inactive));
    }
}

/// A person with an account, with another name, address, or both in the source, and an administrator who gives the
/// account to another person: it stays theirs.
#[test]
fn an_account_that_was_given_to_another_person_is_not_overwritten() {
    let changes: [fn(&Lab, &Person); 3] = [
        |lab, ada| lab.slapd().replace(&ada.dn(), "sn", &["Married"]),
        |lab, ada| lab.address(&ada.uid, "ada.married@example.com"),
        |lab, ada| {
            lab.slapd().replace(&ada.dn(), "sn", &["Married"]);
            lab.address(&ada.uid, "ada.married@example.com");
        },
    ];
    for change in changes {
        for place in 0..4 {
            let people = staff(10);
            let lab = Lab::ldap(&people);
            lab.run("sync").exits(0);
            change(&lab, &people[0]);
            let id = lab.account("ada").id;
            let names = json!({"profile": {"givenName": "New", "familyName": "Owner"}});
            let mut acts = handings_over(&id);
            acts.push(human(&id, names, "it has other names", "other names"));
            let act = acts.swap_remove(place);
            let (path, body) = (act.path.clone(), act.body.clone());
            let account = after(&lab, act, "sync", &id);
            // As if the administrator had done it and no run had followed.
            assert_eq!(lab.zitadel.act("PUT", &path, &body).0, 200);
            assert_eq!(lab.zitadel.user(&id).unwrap(), account);
            assert_ne!(account.family_name, "Married");
            assert_ne!(account.username, "ada.married@example.com");
        }
    }
}

/// An account that was about to be let in again, or to become a person's, is not if it is another's by then.
#[test]
fn an_account_of_another_person_is_neither_enabled_nor_adopted() {
    let people = staff(10);
    let lab = Lab::ldap(&people);
    lab.configure("policy:\n  disabled: deactivate\n");
    lab.run("sync").exits(0);
    lab.disable("ada");
    lab.run("sync").exits(0).says("1 deactivated");
    lab.slapd().replace(&people[0].dn(), "shadowFlag", &["0"]);
    let id = lab.account("ada").id;
    let given = handings_over(&id).swap_remove(2);
    assert_eq!(after(&lab, given, "sync", &id).state, UserState::Inactive);

    let lab = Lab::ldap(&people);
    let path = "/v2/users/human";
    let body = json!({
        "organization": {"orgId": lab.zitadel.organization_id()}, "username": people[0].email,
        "profile": {"givenName": "Ada", "familyName": "Hand"}, "email": {"email": people[0].email, "isVerified": true},
    });
    let (status, made) = lab.zitadel.act("POST", path, &body);
    assert!(status < 300, "{made}");
    let id = made["userId"].as_str().unwrap().to_owned();
    let blocked = Act {
        name: "deactivated",
        method: "POST",
        path: format!("/v2/users/{id}/deactivate"),
        body: json!({}),
        said: "it was deactivated in the meantime",
    };
    let account = after(&lab, blocked, "sync", &id);
    assert_eq!((&*account.nick_name, account.state), ("", UserState::Inactive));
}

/// An account steps aside for an exchange of login names only while it is the person's.
#[test]
fn an_account_of_another_person_does_not_step_aside() {
    let people = staff(20);
    let lab = Lab::ldap(&people);
    lab.run("sync").exits(0);
    lab.address("ada", "between@example.com");
    lab.address("ben", &people[0].email);
    lab.address("ada", &people[1].email);
    let id = lab.account("ada").id;
    let given = handings_over(&id).swap_remove(0);
    let account = after(&lab, given, "sync", &id);
    assert_eq!(account.username, "boss@example.org");
    assert_eq!(lab.account("ben").username, people[1].email);
}

/// A change of plain values costs no look.
#[test]
fn a_plain_value_is_written_without_a_look() {
    let mut people = staff(10);
    let lab = Lab::csv(&people);
    lab.run("sync").exits(0);
    people[0].phone = Some("+4930901820".to_owned());
    lab.people(&people);
    lab.zitadel.reset_counts();
    lab.run("sync").exits(0).says("1 updated");
    let counts = lab.zitadel.request_counts();
    assert_eq!(counts.get("GET /v2/users/{userId}"), None, "{counts:?}");
}
