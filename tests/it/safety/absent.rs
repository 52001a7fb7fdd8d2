//! Nobody is absent whom a record of any source could mean, however it is written and whatever became of it.

use std::fs;

use testkit::slapd::{Options, Slapd};
use testkit::ukt::UktDouble;
use testkit::zitadel::{UserState, UserView};

use super::lab::{Lab, Run};

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

/// Alice, Bob, Carol and Erin have accounts, made from a file; then whoever is in no source is deleted.
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
fn a_row_with_a_wrong_address_removes_nobody() {
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
            .says("incomplete: nobody counts as absent");
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
    lab.run("plan").exits(1).says("1 to delete").says("1 kept");
}

/// The same where a directory has the address as id.
#[test]
fn an_entry_with_a_wrong_address_removes_nobody() {
    let lab = office();
    let slapd = directory(&entry("alice", "Alice", "Archer", "alice@example..org", "0"));
    let by_mail = ldap(&slapd, "").replace("user_id: uid", "user_id: mail");
    configure(&lab, &by_mail, "", ABSENT);
    nothing_changes(&lab, 1).says("incomplete: nobody counts as absent");
    // With ids of another kind it cannot be told either: the account carries the former id.
    configure(&lab, &ldap(&slapd, ""), "", ABSENT);
    lab.run("sync")
        .exits(1)
        .says("3 adopted")
        .says("and its address is wrong");
    assert!(named(&lab, "alice@example.org").is_some());
}

/// Blanks, characters that nobody can see, letter case and the encoding of letters make nobody another person.
#[test]
fn what_nobody_can_tell_apart_changes_nothing() {
    let jürgen = "jürgen@example.org,Jürgen,Maier,\n";
    let lab = office_of(&format!("{HEADER}\n{ALICE}\n{OTHERS}{jürgen}"));
    let same = [
        "\u{200b}alice@example.org",
        "\u{feff}alice@example.org",
        "ali\u{ad}ce@example.org",
        "alice@example.org\u{202c}\u{200d}",
        "\u{180e}alice@example.org\u{e0020}",
        "alice@example.org ",
        "\u{a0} alice@example.org\u{3000}",
        "Alice@Example.org",
        "ＡＬＩＣＥ@example.org",
    ];
    for (adopt, address) in [true, false]
        .into_iter()
        .flat_map(|adopt| same.map(|address| (adopt, address)))
    {
        configure(
            &lab,
            &csv(&lab),
            "",
            &format!("policy: {{absent: delete, adopt: {adopt}}}\n"),
        );
        let composed = "JU\u{308}RGEN@example.org,Jürgen,Maier,\n";
        write(&lab, &format!("{address},Alice,Archer,\n{OTHERS}{composed}"));
        nothing_changes(&lab, 0).says("in sync, nothing to change");
    }
}

/// What a new account gets has neither.
#[test]
fn a_new_account_gets_no_character_that_nobody_can_see() {
    let lab = office();
    write(
        &lab,
        &format!("{ALICE}\n{OTHERS}\u{200b}Zoe@example.org\u{a0},Zoe,Zander,\n"),
    );
    lab.run("sync").exits(0).says("a character that nobody can see");
    let zoe = lab.account("Zoe@example.org");
    assert_eq!(
        (zoe.username.as_str(), zoe.email.as_str()),
        ("Zoe@example.org", "Zoe@example.org")
    );
    assert_eq!(zoe.metadata["preferred_username"], "Zoe@example.org");
    nothing_changes(&lab, 0);
}

/// An id that an earlier version made of a blank stays, and nobody asks for it again.
#[test]
fn an_id_that_exists_stays_as_it_is() {
    let lab = office();
    let alice = lab.account("alice@example.org");
    let blank = hex::encode("alice@example.org ");
    let profile = serde_json::json!({"givenName": "Alice", "familyName": "Archer", "nickName": blank});
    let path = format!("/v2/users/human/{}", alice.id);
    let (status, reply) = lab
        .zitadel
        .act("PUT", &path, &serde_json::json!({"profile": profile}));
    assert_eq!(status, 200, "{reply}");
    nothing_changes(&lab, 0).says("in sync, nothing to change");
    // Once the account is written anyway, the id goes along.
    write(&lab, &format!("alice@example.org,Alice,Arrow,\n{OTHERS}"));
    lab.run("sync").exits(0).says("1 updated");
    assert_eq!(lab.account("alice@example.org").id, alice.id);
}

#[test]
fn an_id_in_another_case_beside_a_new_address_is_the_same_person() {
    let slapd = directory(&alice("0"));
    let lab = Lab::csv(&[]);
    configure(&lab, &ldap(&slapd, ""), "", ABSENT);
    lab.run("sync").exits(0).says("4 created");
    let before = lab.account("alice");
    slapd.delete("cn=alice,ou=people,dc=example,dc=com");
    slapd.change(&entry(
        "Alice",
        "Alice",
        "Archer",
        "alice.archer@example.org",
        "0",
    ));
    lab.zitadel.reset_counts();
    lab.run("sync").exits(0).says("1 updated");
    let after = lab.account("Alice");
    assert_eq!(
        (after.id, after.username.as_str()),
        (before.id, "alice.archer@example.org")
    );
    assert_eq!(
        lab.zitadel.writes().len(),
        1,
        "the id goes along in the same call"
    );
    assert_eq!(lab.zitadel.users().len(), 4);
    nothing_changes(&lab, 0);
}

/// Where the source tells ids apart by case, or ids are bytes, nobody is taken for somebody else.
#[test]
fn ids_that_differ_in_case_are_two_people_where_the_source_has_both() {
    let two = |second: &str| {
        let other = entry("alice2", "Alba", "Alder", "alba@example.org", "0");
        alice("0") + &other.replace("uid: alice2", &format!("uid: {second}"))
    };
    let slapd = directory(&two("ALICE"));
    let lab = Lab::csv(&[]);
    configure(&lab, &ldap(&slapd, ""), "", ABSENT);
    lab.run("sync").exits(0).says("5 created");
    nothing_changes(&lab, 0);
    // One of them has gone: her account is as like the other's as can be, so that a human has to look.
    slapd.delete("cn=alice2,ou=people,dc=example,dc=com");
    nothing_changes(&lab, 1).says("differs from a person's in nothing that can be told apart: cn=alice,");

    let binary = ldap(&slapd, "").replace("user_id: uid", "user_id: {name: uid, is_binary: true}");
    configure(&lab, &binary, "", ABSENT);
    lab.run("sync").exits(0).says("1 deleted");
    assert_eq!(named(&lab, "alba@example.org"), None);
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
        .says("kept 4: a person in the sources has its login name, address or `localpart`, and another id");
}

#[test]
fn two_entries_with_one_address_remove_nobody() {
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

/// Whoever is in no group is there all the same; roles go only if they are owned.
#[test]
fn somebody_who_moved_and_is_in_no_group_keeps_the_account() {
    for owned in [false, true] {
        let lab = office();
        let before = lab.account("alice@example.org");
        let slapd = directory(
            &(alice("0")
                + "dn: cn=chat,dc=example,dc=com\nobjectClass: groupOfNames\ncn: chat\n\
                   member: cn=bob,ou=people,dc=example,dc=com\nmember: cn=carol,ou=people,dc=example,dc=com\n\
                   member: cn=erin,ou=people,dc=example,dc=com\n\n"),
        );
        let source = ldap(
            &slapd,
            "    entitlements: [{role: User, group: 'cn=chat,dc=example,dc=com'}]\n",
        );
        configure(
            &lab,
            &source,
            if owned { "  owned_roles: [User]\n" } else { "" },
            ABSENT,
        );
        lab.run("sync").exits(0).says("4 adopted");
        let after = named(&lab, "alice@example.org").unwrap();
        assert_eq!((&after.id, after.state), (&before.id, UserState::Active));
        assert_eq!(after.grants.is_empty(), owned, "{after:?}");
        assert_eq!(after.metadata["localpart"], before.metadata["localpart"]);
        for name in ["bob", "carol", "erin"] {
            assert_eq!(lab.account(name).grants.len(), 1);
        }
        nothing_changes(&lab, 0);
    }
}

/// Somebody disabled who has moved is disabled, not absent: what happens is for `policy.disabled` to say.
#[test]
fn somebody_disabled_who_moved_meets_the_policy_for_the_disabled() {
    for (policy, said) in [
        (
            "{absent: delete, disabled: keep}",
            "kept 1: `policy.disabled` is `keep`",
        ),
        ("{absent: delete, disabled: deactivate}", "disabled in the source"),
        ("{absent: deactivate, disabled: delete}", "disabled in the source"),
        (
            "{absent: delete, disabled: delete, adopt: false}",
            "has its login name, address or `localpart`",
        ),
    ] {
        let lab = office();
        let slapd = directory(&alice("2"));
        configure(&lab, &ldap(&slapd, ""), "", &format!("policy: {policy}\n"));
        lab.run("plan").says(said).does_not_say("absent from all sources");
        lab.run("sync");
        let now = named(&lab, "alice@example.org").map(|alice| alice.state);
        let expected = match policy {
            p if p.contains("keep") || p.contains("adopt") => Some(UserState::Active),
            p if p.contains("disabled: deactivate") => Some(UserState::Inactive),
            _ => None,
        };
        assert_eq!(now, expected, "{policy}");
    }
    // Two entries may mean the account, one of them unusable: nobody decides.
    let lab = office();
    let broken = entry("alice2", "Alice", "Archer", "alice@example.org", "x");
    let slapd = directory(&(alice("2") + &broken.replace("shadowFlag: x\n", "")));
    configure(&lab, &ldap(&slapd, ""), "", ABSENT);
    lab.run("sync")
        .exits(1)
        .says("3 adopted")
        .says("a record that could not be used has its login name");
    assert!(named(&lab, "alice@example.org").is_some());
}

/// A row that cannot be used protects the account of which it has the `localpart`.
#[test]
fn a_localpart_says_whose_a_record_is() {
    let header = format!("{HEADER},localpart");
    let lab = office_of(&format!(
        "{header}\nalice@example.org,Alice,Archer,,alice.a\nbob@example.org,Bob,Baker,,\ncarol@example.org,Carol,Carpenter,,\n"
    ));
    for (row, exit) in [
        ("alice.new@example.org,Alice,,,alice.a", 1),
        ("alicia@example.org,,Archer,,alice.a", 1),
    ] {
        let rows = format!("{header}\n{row}\nbob@example.org,Bob,Baker,,\n");
        fs::write(lab.path("users.csv"), rows).unwrap();
        lab.run("plan")
            .exits(exit)
            .says("1 to delete")
            .says("1 kept")
            .says("users.csv:2 (csv)");
    }
    lab.run("sync").exits(1);
    assert!(named(&lab, "alice@example.org").is_some() && named(&lab, "carol@example.org").is_none());
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

/// A list of leavers is read as people are: whoever stands on it goes, or the entry is rejected.
#[test]
fn a_leaver_whose_address_is_written_otherwise_is_removed() {
    for (entry, removed) in [
        ("\"alice@example.org \"", true),
        ("\"\\u200balice@example.org\"", true),
        ("\"ALICE@Example.org\"", true),
        ("\"\\u00a0alice@example.org\\ufeff\"", true),
        ("\"mailto:alice@example.org\"", true),
        ("\"Alice Archer <alice@example.org>\"", true),
        ("\"alice@example.org\", \" Alice@example.org\"", true),
        ("\"alice@example.org,\"", false),
        ("\"alice\"", false),
        ("\"\"", false),
        ("null", false),
        ("7", false),
        ("{\"email\": \"alice@example.org\"}", false),
    ] {
        let lab = office();
        let double = UktDouble::start();
        double.answer_list(200, &format!("[{entry}]"));
        configure(&lab, &ukt(&double), "", "");
        lab.run("sync").exits(i32::from(!removed));
        assert_eq!(named(&lab, "alice@example.org").is_none(), removed, "{entry}");
        assert_eq!(lab.zitadel.users().len(), if removed { 3 } else { 4 }, "{entry}");
    }
}

/// Whoever has changed the address in the target keeps the login name, or at least the id.
#[test]
fn a_leaver_is_known_by_login_name_and_never_overlooked_by_id() {
    for (changed, exit, left) in [
        (
            "{\"email\": {\"email\": \"private@example.net\", \"isVerified\": true}}",
            0,
            3,
        ),
        (
            "{\"username\": \"al\", \"email\": {\"email\": \"private@example.net\", \"isVerified\": true}}",
            1,
            4,
        ),
    ] {
        let lab = office();
        let path = format!("/v2/users/human/{}", lab.account("alice@example.org").id);
        let body = serde_json::from_str(changed).unwrap();
        assert_eq!(lab.zitadel.act("PUT", &path, &body).0, 200);
        let double = UktDouble::start();
        double.set_list(&["alice@example.org"]);
        configure(&lab, &ukt(&double), "", "feature_flags: [deactivate_only]\n");
        lab.run("sync").exits(exit);
        assert_eq!(lab.zitadel.users().len(), left, "{changed}");
    }
}

/// Names in the configuration are compared like those of people.
#[test]
fn canaries_and_protected_accounts_are_named_in_any_spelling() {
    let lab = office();
    let hex = hex::encode("ALICE@example.org");
    for name in [
        " ALICE@example.org",
        "\u{200b}alice@example.org",
        "alice@example.org\u{a0}",
        &hex,
    ] {
        write(&lab, &format!("{ALICE}\n{OTHERS}"));
        configure(
            &lab,
            &csv(&lab),
            "",
            &format!("{ABSENT}guard:\n  canaries: ['{name}']\n"),
        );
        nothing_changes(&lab, 0).says("1 of 1 canaries found");
        write(&lab, OTHERS);
        configure(
            &lab,
            &csv(&lab),
            "",
            &format!("{ABSENT}guard:\n  protected: ['{name}']\n"),
        );
        nothing_changes(&lab, 0).says("`guard.protected` names it");
    }
}

/// An entry names an address that a person here had before: the account that still shows it is that person's.
#[test]
fn a_leaver_with_the_former_address_of_a_person_removes_nobody() {
    for fate in ["delete", "deactivate"] {
        let slapd = directory(&alice("0"));
        let lab = Lab::csv(&[]);
        configure(&lab, &ldap(&slapd, ""), "", "");
        lab.run("sync").exits(0).says("4 created");
        let before = lab.zitadel.users();
        let new = "alice.archer@example.org";
        slapd.replace("cn=alice,ou=people,dc=example,dc=com", "mail", &[new]);
        let double = UktDouble::start();
        double.set_list(&["alice@example.org"]);
        let sources = ldap(&slapd, "") + &ukt(&double);
        configure(&lab, &sources, "", &format!("policy: {{listed: {fate}}}\n"));
        let alice = lab.account("alice").id;
        lab.run("sync").exits(1).says("1 updated").says(&format!(
            "account {alice} has this address, but its person has another one now"
        ));
        let renamed = |user: UserView| UserView {
            username: new.to_owned(),
            email: new.to_owned(),
            ..user
        };
        let (theirs, others): (Vec<_>, Vec<_>) = before.into_iter().partition(|user| user.id == alice);
        let mut wanted: Vec<_> = theirs.into_iter().map(renamed).chain(others).collect();
        wanted.sort_by(|a, b| a.username.cmp(&b.username));
        assert_eq!(lab.zitadel.users(), wanted, "{fate}");
    }
}
