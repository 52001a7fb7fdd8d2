//! What a run refuses, and what it never touches.

mod mappings;

use std::fs;

use testkit::people::Person;
use testkit::zitadel::{ReadSide, UserSeed, ZitadelDouble};

use crate::program::write_private;
use crate::safety::lab::{Lab, Run, finish, staff};

const DELETE_ABSENT: &str = "policy: {absent: delete}\n";

/// Twelve people have accounts, and so many of them are in the file now.
fn shrunk(left: usize) -> Lab {
    let lab = Lab::csv(&staff(12));
    lab.run("sync").exits(0);
    lab.people(&staff(left));
    lab.configure(DELETE_ABSENT);
    lab
}

fn token(run: &Run) -> String {
    let (_, rest) = run.err.split_once("--approve ").expect("a token is offered");
    rest.split('`').next().unwrap().to_owned()
}

#[test]
fn the_plan_prints_the_proof_of_completeness() {
    let lab = Lab::csv(&staff(3));
    lab.configure_source(
        "    min_users: 2\n    canaries: [ada@example.com]\n",
        "guard: {min_users: 3}\n",
    );
    lab.run("plan")
        .exits(0)
        .says("Source csv: 3 read")
        .says("Proof of source csv: 3 people, at least 2 demanded, 1 of 1 canaries found")
        .says("Proof of all sources: 3 people, at least 3 demanded");
}

#[test]
fn a_source_that_lacks_its_canary_stops_the_run() {
    let lab = Lab::csv(&staff(3));
    lab.configure_source("    canaries: [zoe@example.com]\n", "");
    lab.run("sync")
        .exits(4)
        .says("1 of 1 people in `sources.csv.canaries` are missing")
        .does_not_say("--approve");
    assert_eq!(lab.names().len(), 0);
}

/// A token from an option, a variable, or a file lets exactly these removals through.
#[test]
fn a_token_fits_a_cronjob() {
    let lab = shrunk(1);
    let refused = lab
        .run("sync")
        .exits(4)
        .says("11 of 12 accounts (91.7 %) would be removed");
    let token = token(&refused);
    assert!(
        token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
    for wrong in ["nonsense", "no$token", "--x"] {
        lab.run(&format!("sync --approve={wrong}")).exits(4);
    }
    let file = lab.path("token");
    lab.run("sync --approve-file token").exits(4).says("is ignored");
    fs::write(&file, "").unwrap();
    lab.run("sync --approve-file token").exits(4);
    assert_eq!(lab.names().len(), 12);
    fs::write(&file, format!("{token}\n")).unwrap();
    lab.people(&staff(2));
    lab.run("sync --approve-file token").exits(4);
    lab.people(&staff(1));
    let mut command = lab.command("sync");
    command.env("DIRECTORY_SYNC_APPROVE_FILE", &file);
    finish(command).exits(0);
    assert_eq!(lab.names(), ["ada@example.com"]);
}

/// Twelve people get other addresses, which is refused; before the token is used, the source says still others.
#[test]
fn a_token_for_these_names_lets_no_other_names_through() {
    let lab = Lab::ldap(&staff(12));
    lab.run("sync").exits(0);
    let rename = |domain: &str| {
        for person in staff(12) {
            lab.address(&person.uid, &format!("{}@{domain}", person.uid));
        }
    };
    rename("new.example");
    let token = token(&lab.run("sync").exits(4));
    rename("evil.example");
    let refused = lab
        .run(&format!("sync --approve {token} --report report.json"))
        .exits(4);
    let refused = refused.says(
        "refused: the given token does not match: it was printed for other changes, or for another target",
    );
    assert_ne!(self::token(&refused), token);
    let error = lab.json("report.json")["error"].to_string();
    assert!(error.contains("the given token does not match"), "{error}");
    assert!(lab.names().iter().all(|name| name.ends_with("@example.com")));
    rename("new.example");
    lab.run(&format!("sync --approve {token} --report report.json"))
        .exits(0)
        .says("Guard: approved by the token: 12 of 12 accounts (100.0 %) would get another login name");
    assert!(lab.names().iter().all(|name| name.ends_with("@new.example")));
    let limits = lab.json("report.json")["limits"].to_string();
    assert!(limits.contains("approved by the token"), "{limits}");
}

/// The same accounts with the same ids: at another address of the server, and in another organization at the same
/// address.
#[test]
fn a_token_is_good_for_its_server_and_organization_alone() {
    let lab = shrunk(1);
    let config = fs::read_to_string(lab.path("config.yaml")).unwrap();
    let key = format!("key_file: {}", lab.path("key.json").display());
    let config = config.replace(&key, &format!("token: {}", lab.zitadel.personal_access_token()));
    let configure = |config: String| write_private(&lab.path("config.yaml"), config);
    configure(config.clone());
    let token = token(&lab.run("sync").exits(4));
    let sync = format!("sync --approve {token}");
    let refused = |run: Run| {
        run.exits(4)
            .says("11 of 12 accounts (91.7 %) would be removed")
            .says("it was printed for other changes, or for another target")
    };

    configure(config.replace("127.0.0.1", "localhost"));
    refused(lab.run(&sync));

    let (ours, other) = (lab.zitadel.organization_id(), "700000000000000007");
    let saved = lab.zitadel.export().to_string().replace(&ours, other);
    let elsewhere = ZitadelDouble::import(serde_json::from_str(&saved).unwrap(), 0).unwrap();
    configure(config.replace(&ours, other));
    let mut command = lab.command(&sync);
    command.env("http_proxy", elsewhere.url());
    refused(finish(command));
    assert!(elsewhere.requests() > 0 && elsewhere.writes().is_empty());

    configure(config);
    assert_eq!(lab.names().len(), 12);
    lab.run(&sync).exits(0).says("11 deleted");
}

/// Accounts that were made by hand, known by their login names, get the addresses of their people, and a name that changed
/// at a wedding: they are the same people.
#[test]
fn adopting_everyone_gives_no_person_the_name_of_another() {
    let people = staff(5);
    let lab = Lab::csv(&people);
    lab.zitadel.add_users(people.iter().map(|person| UserSeed {
        username: person.email.clone(),
        email: format!("old-{}", person.email),
        given_name: person.first_name.clone(),
        family_name: "Maiden".to_owned(),
        ..UserSeed::default()
    }));
    lab.run("sync").exits(0).says("5 adopted");
    for person in people {
        let account = lab.account(&person.email);
        assert_eq!(
            (account.username, account.email, account.family_name),
            (person.email.clone(), person.email, "Test".to_owned())
        );
    }
}

#[test]
fn a_limit_for_one_kind_of_change_is_kept() {
    let lab = shrunk(10);
    lab.configure(&format!(
        "{DELETE_ABSENT}guard: {{max_removals: 2, max_per_kind: {{delete: 1}}}}\n"
    ));
    lab.run("sync")
        .exits(4)
        .says("2 of 12 accounts (16.7 %) would be deleted; `guard.max_per_kind.delete` is 1");
    lab.configure(&format!(
        "{DELETE_ABSENT}guard: {{max_removals: 2, max_per_kind: {{delete: 2}}}}\n"
    ));
    lab.run("sync").exits(0);
}

/// The same changes count against another limit, too, which lets them through.
#[test]
fn a_token_lifts_the_limit_that_refused() {
    let lab = shrunk(10);
    lab.configure(&format!(
        "{DELETE_ABSENT}guard: {{max_removals: 2, max_per_kind: {{delete: 1}}}}\n"
    ));
    let refused = lab.run("sync").exits(4);
    let (_, token) = refused.err.split_once("--approve ").expect("a token is offered");
    let token = token.split('`').next().unwrap_or_default();
    lab.run(&format!("sync --approve {token}"))
        .exits(0)
        .says("2 deleted");
}

#[test]
fn a_protected_account_survives_its_person() {
    let lab = shrunk(10);
    lab.configure(&format!("{DELETE_ABSENT}guard: {{protected: ['BEN2*']}}\n"));
    lab.run("sync --report report.json")
        .exits(0)
        .says("skipped 1: `guard.protected` names it");
    let kept = &lab.json("report.json")["kept_accounts"];
    assert_eq!(
        *kept,
        serde_json::json!([{
            "account": lab.account("ben2@example.com").id,
            "id": hex::encode("ben2@example.com"),
            "reason": "`guard.protected` names it",
        }])
    );
    assert_eq!(lab.names().len(), 11);
    assert!(lab.names().contains(&"ben2@example.com".to_owned()));
}
