//! `auth`: whether one person can log in, and which step fails.

pub(crate) mod terminal;

use std::io::Write as _;
use std::process::Stdio;

use testkit::people::Person;
use testkit::slapd::Slapd;

use crate::safety::lab::{Lab, Run, ended, finish, staff};

const TEMPLATE: &str = "username_filter_template: (&(objectClass=inetOrgPerson)(mail=%s))";

/// Ada and two others, each with a password.
fn lab() -> Lab {
    let people = staff(3);
    let lab = Lab::ldap(&people);
    for person in &people {
        lab.slapd().replace(
            &person.dn(),
            "userPassword",
            &[&format!("secret of {}", person.uid)],
        );
    }
    lab.configure_source(&format!("    authentication: {{{TEMPLATE}}}\n"), "");
    lab
}

/// Tries to log in with a password that is piped in.
fn auth(lab: &Lab, name: &str, password: &str) -> Run {
    let mut command = lab.command("auth");
    command.arg("--").arg(name).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A run that needs no password does not wait for it.
    let _ = child.stdin.take().unwrap().write_all(password.as_bytes());
    let run = ended(child);
    let secret = password.trim();
    assert!(
        secret.is_empty() || !run.out.contains(secret) && !run.err.contains(secret),
        "{}{}",
        run.out,
        run.err
    );
    run
}

#[test]
fn the_right_password_is_accepted_and_each_step_is_reported() {
    let lab = lab();
    let dn = staff(1)[0].dn();
    for password in ["secret of ada\n", "secret of ada\r\nmore\n", "secret of ada"] {
        auth(&lab, "ADA@example.com", password)
            .exits(0)
            .says("ok       source `ldap`: connection and bind")
            .does_not_say("checked")
            .says(&format!("ok       source `ldap`: search: found `{dn}`"))
            .says(&format!(
                "ok       source `ldap`: password: the directory accepts it for `{dn}`"
            ));
    }
    let mut hidden = lab.command("auth -- ada@example.com");
    hidden.env("DIRECTORY_SYNC__OUTPUT__NAMES", "auto");
    finish(hidden).says("search: found `#").does_not_say(&dn);
    assert_eq!(lab.zitadel.requests(), 0);
    // The target need not be there, and an attribute says as much as a filter.
    lab.configure_source("    authentication: {username_attribute: uid, timeout: 5}\n", "");
    auth(&lab, "ada", "secret of ada").exits(0);
}

#[test]
fn a_wrong_password_and_an_empty_one_are_refused() {
    let lab = lab();
    auth(&lab, "ada@example.com", "secret of ben\n")
        .exits(1)
        .says("invalidCredentials (49)")
        .says("the password is wrong");
    for empty in ["", "\n", "\r\n"] {
        auth(&lab, "ada@example.com", empty)
            .exits(1)
            .says("it is empty, and servers treat that as an anonymous bind")
            .does_not_say("accepts it");
    }
}

/// A name is a value of the filter, and never a part of it.
#[test]
fn a_name_can_not_change_the_filter() {
    let lab = lab();
    for name in [
        "*",
        "ada*",
        "ada@example.com)(uid=*",
        "*)(objectClass=*",
        "\\2a",
        "(",
        ")",
        "\\",
        "ada@example.com\\",
    ] {
        auth(&lab, name, "secret of ada\n")
            .exits(1)
            .says("no entry below")
            .does_not_say("found `");
    }
    let odd = Person {
        email: "odd(*)\\@example.com".to_owned(),
        ..Person::new("odd", "Odd", "Name")
    };
    lab.slapd().add(&odd);
    lab.slapd().replace(&odd.dn(), "userPassword", &["odd secret"]);
    auth(&lab, &odd.email, "odd secret").exits(0);
    auth(&lab, " ", "secret\n").exits(3).says("the name is empty");
}

#[test]
fn two_entries_are_no_person() {
    let lab = lab();
    let people = staff(2);
    lab.slapd().replace(&people[1].dn(), "mail", &["ada@example.com"]);
    auth(&lab, "ada@example.com", "secret of ada\n")
        .exits(1)
        .says("2 entries match (&(objectClass=inetOrgPerson)(mail=ada@example.com)): ")
        .says(&people[0].dn())
        .says(&people[1].dn())
        .does_not_say("accepts it");
}

/// The person may be on the other server.
#[test]
fn a_reference_to_another_server_is_refused() {
    let lab = lab();
    let base = Slapd::BASE_DN;
    lab.slapd().change(&format!(
        "dn: ou=elsewhere,{base}\nchangetype: add\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\nref: \
         ldap://other.example/ou=elsewhere,{base}\n\n"
    ));
    auth(&lab, "ada@example.com", "secret of ada\n")
        .exits(1)
        .says("the person may be on another server")
        .says("ldap://other.example/");
    lab.configure_source(
        &format!("    expected_references: [ldap://other.example]\n    authentication: {{{TEMPLATE}}}\n"),
        "",
    );
    auth(&lab, "ada@example.com", "secret of ada\n").exits(0);
}

#[test]
fn what_cannot_be_asked_is_reported_by_its_step() {
    let lab = lab();
    lab.configure("");
    auth(&lab, "ada", "typed-pass\n")
        .exits(3)
        .says("`sources.ldap.authentication` does not say how people are found")
        .says("set `sources.ldap.authentication.username_attribute`");
    lab.configure_source(
        "    authentication: {username_filter_template: (mail=%s%s)}\n",
        "",
    );
    auth(&lab, "ada", "typed-pass\n")
        .exits(2)
        .says("`%s` appears in it 2 times");
    lab.configure_source("    authentication: {username_filter_template: (mail=ada)}\n", "");
    auth(&lab, "ada", "typed-pass\n").exits(2).says("is missing");
    let lab = self::lab();
    let config = std::fs::read_to_string(lab.path("config.yaml")).unwrap();
    let wrong = config.replace(Slapd::BIND_PASSWORD, "wrong");
    crate::program::write_private(&lab.path("config.yaml"), wrong);
    auth(&lab, "ada@example.com", "secret of ada\n")
        .exits(3)
        .says("connection and bind")
        .says("check `bind_dn`");
    Lab::csv(&staff(1))
        .run("auth ada")
        .exits(2)
        .says("no source is a directory");
}
