//! What settings do in a whole run: an own CA, lists in files, domains and rights in `check`, containers in the cost.

use serde_json::json;
use testkit::certs::Certificates;
use testkit::tls_front::TlsFront;
use testkit::udm::{Fault, FaultKind, GroupSeed};

use super::stage::{BASE, PEOPLE, Stage, id, row};

/// The message of a server with its own CA explains what to do; with the CA, the run works.
#[test]
fn an_own_ca_is_trusted_when_it_is_named() {
    let stage = Stage::new(&row(1, "ada"));
    let certificates = Certificates::generate();
    let port = stage.udm.url().rsplit_once(':').unwrap().1.replace("/udm", "");
    let front = TlsFront::start(&certificates.server, port.parse().unwrap());
    let plain = format!("http://127.0.0.1:{port}");
    stage.reconfigure(&plain, &format!("https://localhost:{}", front.port()));
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    let told = format!("{}{}", ran.out, ran.err);
    assert!(told.contains("udm.tls.server_certificate"), "{told}");
    let tls = format!(
        "  tls: {{server_certificate: {}}}\n  users:\n",
        certificates.ca.display()
    );
    stage.reconfigure("  users:\n", &tls);
    stage.sync();
    assert_eq!(stage.usernames().len(), 1);
    stage.reconfigure(
        &format!("server_certificate: {}", certificates.ca.display()),
        &format!("server_certificate: {}", certificates.other_ca.display()),
    );
    let ran = stage.run(&["sync"]);
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    stage.reconfigure(
        &format!("server_certificate: {}", certificates.other_ca.display()),
        "danger_disable_tls_verify: true",
    );
    stage.sync();
}

/// A cell of a column with several values is taken apart, if the configuration says by what.
#[test]
fn a_cell_holds_several_values() {
    let rows = format!("{},ada,First,Last,,+49 1 | +49 2||,a | b\n", id(1));
    let stage = Stage::new(&rows);
    stage.reconfigure("users.csv\n", "users.csv\n    list_separator: '|'\n");
    stage.sync();
    let ada = stage.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.list("phone"), ["+49 1", "+49 2"]);
    assert_eq!(ada.get("description"), "a | b", "one value");
    stage.sync_is_empty();
    stage.people(&format!("{},ada,First,Last,,|,\n", id(1)));
    stage.sync();
    let ada = stage.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.list("phone"), Vec::<String>::new());
    stage.sync_is_empty();
}

/// Domains in the sources that UDM does not have are reported, with the number of people who need them.
#[test]
fn check_compares_mail_domains() {
    let mail = |n: u32, mail: &str| format!("{},u{n},First,Last,{mail},,\n", id(n));
    let stage = Stage::new(&(mail(1, "a@Example.ORG") + &row(2, "u2")));
    let ran = stage.run(&["check"]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("UDM has all domains of the sources' addresses (1)"),
        "{}",
        ran.out
    );
    stage.people(&(mail(1, "a@example.org") + &mail(2, "b@other.test") + &mail(3, "c@other.test")));
    let ran = stage.run(&["check"]);
    assert_eq!(ran.exit, 1, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("refuses the people who have them: other.test (2)"),
        "{}",
        ran.out
    );
    assert_eq!(stage.writes(), Vec::<String>::new());
}

/// A member of Domain Admins may write. For others, it cannot be known without writing.
#[test]
fn check_says_what_can_be_known_of_rights() {
    let stage = Stage::new(&row(1, "ada"));
    let ran = stage.run(&["check"]);
    assert!(
        ran.out
            .contains("`Administrator` is in Domain Admins, so it may write"),
        "{}",
        ran.out
    );
    stage.reconfigure("user: Administrator", "user: cn=admin");
    let ran = stage.run(&["check"]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("not known: `cn=admin` is not a user that UDM lists"),
        "{}",
        ran.out
    );
}

/// Containers are part of what is announced; those above both are made once.
#[test]
fn announced_requests_are_sent() {
    let stage = Stage::new(&(row(1, "ada") + &row(2, "bob")));
    stage.reconfigure("ou: ou=people\n", "ou: ou=people,ou=sync,ou=all\n");
    let ran = stage.sync();
    assert!(ran.out.contains("It takes 5 requests"), "{}", ran.out);
    assert_eq!(stage.udm.writes().len(), 5);
    let reads = stage.udm.requests() - stage.udm.writes().len();
    // Two of them ask who outside of the container has the names.
    assert_eq!(reads, 5 + 2, "{:?}", stage.udm.request_counts());
}

/// A concurrent change: the object is read again, and the remaining differences are written.
#[test]
fn a_change_in_between_is_judged_anew() {
    let stage = Stage::new(&format!("{},ada,New,Last,,+49 1,\n", id(1)));
    let dn = stage.add(1, "ada");
    stage.udm.inject(Fault::once(
        "PATCH",
        "users/user/",
        FaultKind::precondition_failed(),
    ));
    stage.sync();
    let ada = stage.udm.object(&dn).unwrap();
    assert_eq!(
        (ada.get("firstname"), ada.list("phone")),
        (&json!("New"), vec!["+49 1".to_owned()])
    );
    assert_eq!(stage.writes(), ["PATCH users/user/{dn}"; 2]);
    stage.sync_is_empty();
}

/// Groups that are missing are noted in a property of their own, and deleted when it is time.
#[test]
fn grace_of_groups_is_noted_in_a_property() {
    let stage = Stage::new(&row(1, "ada"));
    let teams = format!("ou=teams,{BASE}");
    stage.add(1, "ada");
    stage.udm.add_ou(&teams);
    let seed = GroupSeed::new("old", &teams).with("univentionObjectIdentifier", id(11));
    let dn = stage.udm.add_group(seed);
    let ldap = testkit::slapd::Slapd::with_people(&[]);
    stage.reconfigure(
        "  users:\n",
        "  groups: {ou: ou=teams, properties: [univentionObjectIdentifier, name, users], marker_property: description}\n  users:\n    \
         marker_property: physicalDeliveryOfficeName\n",
    );
    stage.reconfigure(
        "guard: {",
        "policy: {absent: delete, grace: {runs: 2}}\nguard: {allow_empty: true, ",
    );
    let source = format!(
        "sources:\n  ldap:\n    url: {}\n    bind_dn: {}\n    bind_password: {}\n    base_dn: {base}\n    user_filter: \
         (objectClass=person)\n    active: [\"(uid=*)\"]\n    attributes: {{user_id: entryUUID, username: uid, lastname: sn}}\n    \
         groups: {{base_dn: \"{base}\", filter: (objectClass=groupOfNames), attributes: {{group_id: entryUUID, name: cn}}}}\n",
        ldap.url(),
        testkit::slapd::Slapd::BIND_DN,
        testkit::slapd::Slapd::BIND_PASSWORD,
        base = testkit::slapd::Slapd::BASE_DN,
    );
    stage.reconfigure("sources:\n", &source);
    stage.sync();
    let group = stage.udm.object(&dn).unwrap();
    let note = group.get("description").as_str().unwrap_or_default();
    assert!(
        note.starts_with("directory-sync: missing since ") && note.ends_with(", runs 1"),
        "{note}"
    );
    stage.sync();
    assert!(stage.udm.object(&dn).is_none());
    assert_eq!(stage.writes(), ["DELETE groups/group/{dn}"]);
}

/// An undo also restores memberships in unmanaged groups.
#[test]
fn an_undo_gives_memberships_back() {
    let stage = Stage::new(&row(1, "ada"));
    stage.reconfigure("guard:", "policy: {absent: delete}\nguard:");
    stage.add(1, "ada");
    let bob = stage.add(2, "bob");
    let admins = format!("cn=Domain Admins,cn=groups,{BASE}");
    let (vpn, gone) = (
        stage
            .udm
            .add_group(GroupSeed::new("vpn", &format!("cn=groups,{BASE}"))),
        stage
            .udm
            .add_group(GroupSeed::new("gone", &format!("cn=groups,{BASE}"))),
    );
    for group in [&admins, &vpn] {
        stage.udm.add_member(group, &bob);
    }
    let undo = stage.installation.path("undo.json").display().to_string();
    let planned = stage.run(&["plan"]);
    assert!(planned.out.contains("It takes 1 request"), "{}", planned.out);
    let ran = stage.run(&["sync", "--undo-file", &undo]);
    assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("It takes 2 requests"), "{}", ran.out);
    assert!(ran.out.contains("a member of the same groups"), "{}", ran.out);
    let undone = stage.run(&["undo", &undo]);
    assert_eq!(undone.exit, 0, "{}{}", undone.out, undone.err);
    for group in [&admins, &vpn] {
        assert!(stage.udm.members(group).contains(&bob), "{group}");
    }
    assert_eq!(stage.writes(), ["POST users/user/"]);
    let again = stage.run(&["undo", &undo]);
    assert_eq!((again.exit, stage.writes()), (0, Vec::new()), "{}", again.out);
    // A missing group is reported; the user is created all the same.
    stage.udm.add_member(&gone, &bob);
    stage.run(&["sync", "--undo-file", &undo]);
    stage.udm.delete(&gone);
    let undone = stage.run(&["undo", &undo]);
    assert!(
        undone.out.contains("make it a member again by hand"),
        "{}{}",
        undone.out,
        undone.err
    );
    assert!(stage.udm.object(&bob).is_some());
}
