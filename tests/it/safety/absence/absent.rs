//! No one is absent whom a record of any source could mean, in any spelling and any state.

mod leavers;
mod moved;
mod spelling;

use std::fs;

use testkit::slapd::{Options, Slapd};
use testkit::ukt::UktDouble;
use testkit::zitadel::{UserSeed, UserState, UserView};

use crate::safety::lab::{Lab, Run};

const HEADER: &str = "email,first_name,last_name,phone";
const OTHERS: &str =
    "bob@example.org,Bob,Baker,\ncarol@example.org,Carol,Carpenter,\nerin@example.org,Erin,Ebert,\n";
const ALICE: &str = "alice@example.org,Alice,Archer,";

const ABSENT: &str = "policy: {absent: delete}\n";

fn csv(lab: &Lab) -> String {
    format!("  csv:\n    file_path: {}\n", lab.path("users.csv").display())
}

/// The directory with `user_id: uid`; `more` are further keys of the source.
fn ldap(slapd: &Slapd, more: &str) -> String {
    format!(
        "  ldap:\n    url: {}\n    base_dn: ou=people,dc=example,dc=com\n    bind_dn: {}\n    bind_password: {}\n    user_filter: \
         (objectClass=inetOrgPerson)\n    attributes: {{first_name: givenName, last_name: sn, email: mail, phone: \
         telephoneNumber, user_id: uid, status: shadowFlag, disable_bitmasks: [2]}}\n{more}",
        slapd.url(),
        Slapd::BIND_DN,
        Slapd::BIND_PASSWORD
    )
}

fn ukt(double: &UktDouble) -> String {
    format!(
        "  ukt:\n    endpoint_url: {}\n    oauth2_url: {}\n    client_id: sync\n    client_secret: 's&cret +%'\n    scope: \
         openid read-maillist\n    grant_type: client_credentials\n",
        double.list_url(),
        double.token_url()
    )
}

/// Replaces the configuration; `of_zitadel` are further keys of that section. The accounts stay the office's, whatever
/// source names their people.
fn configure(lab: &Lab, sources: &str, of_zitadel: &str, more: &str) {
    let text = format!(
        "zitadel:\n  url: {}\n  key_file: {}\n  organization_id: {}\n  project_id: {}\n{of_zitadel}provider: the office\nsources:\n{sources}{more}",
        lab.zitadel.url(),
        lab.path("key.json").display(),
        lab.zitadel.organization_id(),
        lab.zitadel.project_id(),
    );
    fs::write(lab.path("config.yaml"), text).unwrap();
}

fn write(lab: &Lab, rows: &str) {
    fs::write(lab.path("users.csv"), format!("{HEADER}\n{rows}")).unwrap();
}

/// Alice, Bob, Carol and Erin have accounts, made from a file. Then absent people are deleted.
fn office() -> Lab {
    office_of(&format!("{HEADER}\n{ALICE}\n{OTHERS}"))
}

fn office_of(file: &str) -> Lab {
    let lab = Lab::csv(&[]);
    fs::write(lab.path("users.csv"), file).unwrap();
    configure(&lab, &csv(&lab), "", ABSENT);
    lab.run("sync").exits(0);
    lab.zitadel.reset_counts();
    lab
}

/// What a run left of the accounts.
#[track_caller]
fn nothing_changes(lab: &Lab, exit: i32) -> Run {
    let before = lab.zitadel.users();
    lab.zitadel.reset_counts();
    let run = lab.run("sync --report report.json").exits(exit);
    assert_eq!(lab.zitadel.users(), before, "{}\n{}", run.out, run.err);
    assert!(lab.zitadel.writes().is_empty(), "{}", run.out);
    run
}

fn named(lab: &Lab, username: &str) -> Option<UserView> {
    let users = lab.zitadel.users();
    users.into_iter().find(|user| user.username == username)
}

/// An entry of the directory; the first line is `cn` and `uid`.
fn entry(uid: &str, first: &str, last: &str, mail: &str, flag: &str) -> String {
    format!(
        "dn: cn={uid},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nobjectClass: shadowAccount\ncn: {uid}\nuid: \
         {uid}\ngivenName: {first}\nsn: {last}\nmail: {mail}\nshadowFlag: {flag}\n\n"
    )
}

/// A directory of Bob, Carol and Erin and these entries.
fn directory(entries: &str) -> Slapd {
    let slapd = Options::people(&[]).start();
    let others = [
        ("bob", "Bob", "Baker"),
        ("carol", "Carol", "Carpenter"),
        ("erin", "Erin", "Ebert"),
    ];
    let others = others.map(|(uid, first, last)| entry(uid, first, last, &format!("{uid}@example.org"), "0"));
    slapd.change(&format!("{}{entries}", others.concat()));
    slapd
}

fn alice(flag: &str) -> String {
    entry("alice", "Alice", "Archer", "alice@example.org", flag)
}

/// In a file the address is the id, so that a row with a wrong one may be anybody's.
#[test]
fn a_row_with_a_wrong_address_removes_no_person() {
    let lab = office();
    for row in [
        "alice@example..org,Alice,Archer,",
        "alice@exämple.org,Alice,Archer,",
        "alice,Alice,Archer,",
        "ali ce@example.org,Alice,Archer,",
        "alice@@example.org,Alice,Archer,",
        "alice@example.org.,Alice,Archer,",
        "alice@example..org,Alice,,",
        "\"alice@example.org,\",Alice,Archer,",
        "\u{200b} ,Alice,Archer,",
    ] {
        write(&lab, &format!("{row}\n{OTHERS}"));
        nothing_changes(&lab, 1)
            .says("users.csv:2 (csv)")
            .says("incomplete: no person counts as absent");
    }
    let not_text = [b"alice@example..org,Al\xffice,Archer,\n", OTHERS.as_bytes()].concat();
    fs::write(
        lab.path("users.csv"),
        [HEADER.as_bytes(), b"\n", &not_text].concat(),
    )
    .unwrap();
    nothing_changes(&lab, 1).says("users.csv:2 (csv)");

    // A row with a sound address says whose it is: others may leave.
    write(
        &lab,
        "alice@example.org,Alice,,\nbob@example.org,Bob,Baker,\ncarol@example.org,Carol,Carpenter,\n",
    );
    lab.run("plan").exits(1).says("1 to delete").says("1 skipped");
}

/// The same where a directory has the address as id.
#[test]
fn an_entry_with_a_wrong_address_removes_no_person() {
    let lab = office();
    let slapd = directory(&entry("alice", "Alice", "Archer", "alice@example..org", "0"));
    let by_mail = ldap(&slapd, "").replace("user_id: uid", "user_id: mail");
    configure(&lab, &by_mail, "", ABSENT);
    nothing_changes(&lab, 1).says("incomplete: no person counts as absent");
    // With ids of another kind it cannot be told either: the account carries the former id.
    configure(&lab, &ldap(&slapd, ""), "", ABSENT);
    lab.run("sync")
        .exits(1)
        .says("3 adopted")
        .says("and its address is wrong");
    assert!(named(&lab, "alice@example.org").is_some());
}

/// The account that the message names stays, in whichever way the person was found.
#[test]
fn an_account_that_a_rejection_names_is_never_removed() {
    let lab = office();
    let slapd = directory(&alice("0"));
    configure(
        &lab,
        &ldap(&slapd, ""),
        "",
        "policy: {absent: delete, adopt: false}\n",
    );
    nothing_changes(&lab, 1)
        .says("and cannot be adopted: `policy.adopt` is false")
        .says(
            "skipped 4: a person in the sources has its login name, address or `localpart`, and another id",
        );
}

#[test]
fn two_entries_with_one_address_remove_no_person() {
    let lab = office();
    let before = lab.account("alice@example.org");
    let slapd = directory(&(alice("0") + &entry("adm-alice", "Alice", "Archer", "Alice@example.org", "0")));
    configure(&lab, &ldap(&slapd, ""), "", ABSENT);
    lab.run("sync --report report.json")
        .exits(1)
        .says("3 adopted")
        .says("2 rejected");
    assert_eq!(named(&lab, "alice@example.org"), Some(before.clone()));
    assert_eq!(lab.zitadel.users().len(), 4);
    let kept = &lab.json("report.json")["kept_accounts"][0];
    assert_eq!(kept["account"], before.id);
    assert_eq!(kept["record"], "cn=adm-alice,ou=people,dc=example,dc=com (ldap)");
}

/// Blanks are taken away before anybody is compared.
#[test]
fn two_rows_of_one_address_are_both_rejected() {
    let lab = office();
    let seed = testkit::zitadel::UserSeed {
        email: "boss@example.org".to_owned(),
        email_verified: true,
        given_name: "By".to_owned(),
        family_name: "Hand".to_owned(),
        ..Default::default()
    };
    lab.zitadel.add_user(seed);
    for (one, other) in [
        (" boss@example.org", "boss@example.org"),
        ("boss@example.org", "\"boss@example.org \""),
        ("Boss@example.org", "boss@example.org\u{a0}"),
        ("boss@example.org", "\u{2060}boss@example.org"),
        ("boss@example.org", "ｂoss@example.org"),
    ] {
        write(
            &lab,
            &format!("{ALICE}\n{OTHERS}{one},Boss,One,\n{other},Boss,Two,\n"),
        );
        nothing_changes(&lab, 1)
            .says("users.csv:6 (csv): another record has the same")
            .says("users.csv:7 (csv): another record has the same");
    }
}
