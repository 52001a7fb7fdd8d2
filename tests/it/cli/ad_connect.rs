//! Kopano ad-connect's file and program name, with a directory and a target.

use std::os::unix::fs::symlink;

use testkit::people::Person;
use testkit::slapd::Slapd;
use testkit::zitadel::UserState;

use super::stage::{Run, Stage};

const SAMPLE: &str = include_str!("../../corpus/dialects/adc.yaml");

fn staff() -> Vec<Person> {
    [("ada", "Archer"), ("bob", "Baker")]
        .map(|(uid, name)| Person::new(uid, uid, name))
        .into()
}

/// The sample of the manual for this directory, and for the target of the stage.
pub(super) fn installation() -> (Stage, Slapd) {
    let slapd = Slapd::with_people(&staff());
    let stage = Stage::empty();
    let sample = SAMPLE
        .replace("ldap://your-ldap-server.local", &slapd.url())
        .replace("cn=readonly,dc=lg,dc=local", Slapd::BIND_DN)
        .replace("readonly", Slapd::BIND_PASSWORD)
        .replace("dc=lg,dc=local", Slapd::BASE_DN);
    stage.write("adc.yaml", stage.config_with(&sample));
    std::fs::remove_file(stage.path("config.yaml")).unwrap();
    (stage, slapd)
}

pub(super) fn adc(stage: &Stage, arguments: &str) -> Run {
    let link = stage.path("adc");
    if !link.exists() {
        symlink(env!("CARGO_BIN_EXE_directory-sync"), &link).unwrap();
    }
    let mut command = stage.command(link, arguments);
    stage.finish(command.env("AD_CONNECT_CONFIG", "adc.yaml"))
}

pub(super) fn set(stage: &Stage, from: &str, to: &str) {
    let text = stage.read("adc.yaml");
    assert!(text.contains(from), "{from} in {text}");
    stage.write("adc.yaml", text.replace(from, to));
}

/// The sample is a dry run. Without that line, it imports all people, with the directory's id.
#[test]
fn imp_imports_what_the_sample_shows() {
    let (stage, _slapd) = installation();
    let run = adc(&stage, "imp");
    assert!(
        run.out.contains("Plan: 2 to create") && run.out.contains("Dry run"),
        "{run:?}"
    );
    assert_eq!(run.exit, 0, "{run:?}");
    stage.assert_untouched();
    set(&stage, "dry-run: true", "dry-run: false");
    assert_eq!(adc(&stage, "imp").exit, 0);
    let users = stage.zitadel.users();
    let mut emails: Vec<_> = users.iter().map(|user| user.email.as_str()).collect();
    emails.sort_unstable();
    assert_eq!(emails, ["ada@example.com", "bob@example.com"]);
    for user in &users {
        let id = hex::decode(&user.nick_name).unwrap();
        assert_eq!(String::from_utf8(id).unwrap().len(), 36, "an entryUUID");
    }
    let again = stage.run("imp -c adc.yaml");
    assert_eq!(again.exit, 0, "{again:?}");
    assert!(again.out.contains("2 unchanged"), "{again:?}");
}

/// A person who is missing in the directory loses the account, by deactivation if the file says so.
#[test]
fn who_is_gone_is_deactivated() {
    let (stage, slapd) = installation();
    set(&stage, "dry-run: true", "dry-run: false");
    assert_eq!(adc(&stage, "imp").exit, 0);
    slapd.delete(&staff()[0].dn());
    let run = adc(&stage, "imp");
    assert_eq!(run.exit, 0, "{run:?}");
    let states: Vec<_> = stage
        .zitadel
        .users()
        .iter()
        .map(|user| (user.email.clone(), user.state))
        .collect();
    assert_eq!(states.len(), 2, "{run:?}");
    assert!(
        states.contains(&("ada@example.com".to_owned(), UserState::Inactive)),
        "{states:?} {run:?}"
    );
}

/// A mistake ends with 2, with their name of the key, its line, and nothing written.
#[test]
fn a_mistake_is_reported_before_anything_is_written() {
    let (stage, _slapd) = installation();
    set(&stage, "no-delete", "no-deletes");
    let run = adc(&stage, "imp");
    assert_eq!(run.exit, 2);
    assert_eq!(
        run.err,
        "error: unknown key `settings.no-deletes`\n  at adc.yaml:10\nhint: did you mean `settings.no-delete`?\n"
    );
    stage.assert_untouched();
}
