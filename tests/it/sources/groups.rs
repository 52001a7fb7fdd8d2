//! Roles for the members of groups of a real directory.

mod incomplete;

use std::fmt::Write as _;

use directory_sync::config::{Entitlement, LdapSettings};
use directory_sync::model::DesiredState;
use testkit::people::{PEOPLE_DN, Person, to_ldif};
use testkit::slapd::{Options, Slapd};

use crate::sources::reader::{assert_failed, check_ldap, ldap, read_ldap, schema};

/// A rule for members of groups below `ou=groups`, direct or nested.
pub(crate) fn rule(role: &str, groups: &[&str]) -> Entitlement {
    let group = |name: &&str| format!("cn={name},ou=groups,dc=example,dc=com");
    Entitlement {
        role: role.to_owned(),
        groups: groups.iter().map(group).collect(),
        nested: true,
        allow_empty: false,
    }
}

/// Ada, Bob, Cid and Dora, and these groups: name, class, and members as they are written.
fn directory(groups: &[(&str, &str, &[&str])]) -> String {
    let names = ["ada", "bob", "cid", "dora"];
    let people = names.map(|name| Person::new(name, "F", "L"));
    let mut ldif = to_ldif(&people);
    ldif.push_str("dn: ou=groups,dc=example,dc=com\nobjectClass: organizationalUnit\nou: groups\n\n");
    for (name, class, members) in groups {
        ldif.push_str(&group(name, class, members));
    }
    ldif
}

fn group(name: &str, class: &str, members: &[&str]) -> String {
    let mut ldif = format!("dn: cn={name},ou=groups,dc=example,dc=com\nobjectClass: {class}\ncn: {name}\n");
    let attribute = match class {
        "posixGroup" => "memberUid",
        "groupOfUniqueNames" => "uniqueMember",
        _ => "member",
    };
    if class == "posixGroup" {
        ldif.push_str("gidNumber: 1\n");
    }
    for member in members {
        let _ = writeln!(ldif, "{attribute}: {member}");
    }
    ldif.push('\n');
    ldif
}

fn settings(slapd: &Slapd, rules: &[Entitlement]) -> LdapSettings {
    LdapSettings {
        entitlements: rules.to_vec(),
        ..ldap(&slapd.url())
    }
}

/// Each person with the roles they are to hold.
fn roles(desired: &DesiredState) -> Vec<String> {
    let person = |person: &directory_sync::model::Desired| {
        let id = String::from_utf8_lossy(person.id.as_bytes()).into_owned();
        format!("{id}: {}", person.roles(&schema()).join(" "))
    };
    desired.objects.iter().map(person).collect()
}

async fn found(slapd: &Slapd, rules: &[Entitlement]) -> Vec<String> {
    let desired = read_ldap(&settings(slapd, rules)).await.unwrap();
    assert_eq!(desired.rejected, []);
    assert!(desired.complete);
    roles(&desired)
}

const ADA: &str = "uid=ada,ou=people,dc=example,dc=com";
const BOB: &str = "uid=bob,ou=people,dc=example,dc=com";
const CID: &str = "uid=cid,ou=people,dc=example,dc=com";

/// However a member is written, whatever kind of group it is.
#[tokio::test]
async fn members_of_groups_of_every_kind_get_their_role() {
    let odd = "UID = Ada , OU=People,DC=EXAMPLE,DC=com";
    let with_uid = format!("{BOB}#'01'B");
    let slapd = Options::ldif(directory(&[
        ("names", "groupOfNames", &[odd, "uid=gone,dc=example,dc=com"]),
        ("unique", "groupOfUniqueNames", &[&with_uid, CID]),
        ("posix", "posixGroup", &["dora", "ada", "nobody"]),
    ]))
    .start();
    let mut rules = [
        rule("Names", &["names"]),
        rule("Unique", &["unique"]),
        rule("Posix", &["posix"]),
        rule("Any", &["names", "unique"]),
    ];
    let expected = [
        "ada: Any Names Posix User",
        "bob: Any Unique User",
        "cid: Any Unique User",
        "dora: Posix User",
    ];
    assert_eq!(found(&slapd, &rules).await, expected);
    for rule in &mut rules {
        rule.nested = false;
        rule.groups[0] = rule.groups[0].replace("ou=groups,", "OU = \\67roups ; ");
    }
    assert_eq!(found(&slapd, &rules).await, expected);
}

/// Groups that lie within each other in a circle are read once each.
#[tokio::test]
async fn members_of_nested_groups_count_unless_only_direct_ones_do() {
    let within = |name: &str| format!("cn={name},ou=groups,dc=example,dc=com");
    let (outer, inner, deep) = (within("outer"), within("inner"), within("deep"));
    let slapd = Options::ldif(directory(&[
        ("outer", "groupOfNames", &[ADA, &inner.to_uppercase(), &outer]),
        ("inner", "groupOfUniqueNames", &[BOB, &deep]),
        (
            "deep",
            "groupOfNames",
            &[CID, &outer, &within("team"), &within("not-there")],
        ),
        ("team", "posixGroup", &["dora"]),
    ]))
    .start();
    let nested = rule("Staff", &["outer"]);
    let all = [
        "ada: Staff User",
        "bob: Staff User",
        "cid: Staff User",
        "dora: Staff User",
    ];
    assert_eq!(found(&slapd, std::slice::from_ref(&nested)).await, all);
    let direct = Entitlement {
        nested: false,
        ..nested.clone()
    };
    let only_ada = ["ada: Staff User", "bob: User", "cid: User", "dora: User"];
    assert_eq!(found(&slapd, std::slice::from_ref(&direct)).await, only_ada);
    let both = [
        Entitlement {
            role: "All".to_owned(),
            ..nested
        },
        direct,
    ];
    assert_eq!(found(&slapd, &both).await[0], "ada: All Staff User");
    assert_eq!(found(&slapd, &both).await[1], "bob: All User");
}

/// A rule for the default role limits that role.
#[tokio::test]
async fn the_role_of_everyone_can_be_bound_to_a_group() {
    let slapd = Options::ldif(directory(&[
        ("chat", "groupOfNames", &[ADA, BOB]),
        ("admins", "groupOfNames", &[BOB, CID]),
    ]))
    .start();
    let rules = [rule("User", &["chat"]), rule("Admin", &["admins"])];
    let expected = ["ada: User", "bob: Admin User", "cid: Admin", "dora: "];
    assert_eq!(found(&slapd, &rules).await, expected);
}

/// Members who are not people of this source cost little and change nothing.
#[tokio::test]
async fn a_large_group_is_read_in_full() {
    let others: Vec<String> = (0..50_000)
        .map(|number| format!("uid=other{number:06},ou=elsewhere,dc=example,dc=com"))
        .collect();
    let mut members: Vec<&str> = others.iter().map(String::as_str).collect();
    members.push(CID);
    let slapd = Options::ldif(directory(&[("large", "groupOfNames", &members)])).start();
    let rules = [rule("Admin", &["large"])];
    let expected = ["ada: User", "bob: User", "cid: Admin User", "dora: User"];
    assert_eq!(found(&slapd, &rules).await, expected);
}

/// The list of groups that may lie within others is read in pages like everything else.
#[tokio::test]
async fn more_groups_than_fit_a_page_are_all_known() {
    let names: Vec<String> = (0..60).map(|number| format!("g{number:02}")).collect();
    let within = |number: usize| format!("cn=g{number:02},ou=groups,dc=example,dc=com");
    let next: Vec<String> = (1..=60).map(within).collect();
    let mut ldif = directory(&[]);
    for (name, next) in names.iter().zip(&next) {
        let last = if name == "g59" { BOB } else { next };
        ldif.push_str(&group(name, "groupOfNames", &[last]));
    }
    let slapd = Options::ldif(ldif)
        .limits("size.soft=20 size.hard=20 size.prtotal=unlimited")
        .start();
    let mut settings = settings(&slapd, &[rule("Admin", &["g00"])]);
    settings.page_size = 20.try_into().ok();
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(roles(&desired)[1], "bob: Admin User");
    settings.page_size = None;
    assert_failed(
        read_ldap(&settings).await,
        &["(objectClass=groupOfNames)", "sizeLimitExceeded (4)"],
        "size=unlimited",
    );
}

#[tokio::test]
async fn check_counts_members_and_holders() {
    let slapd = Options::ldif(directory(&[
        (
            "admins",
            "groupOfNames",
            &[ADA, "cn=inner,ou=groups,dc=example,dc=com"],
        ),
        ("inner", "posixGroup", &["bob", "nobody", "nobody2"]),
        ("hollow", "posixGroup", &[]),
    ]))
    .start();
    let rules = [rule("Admin", &["admins"]), rule("Guest", &["hollow"])];
    let told: Vec<String> = check_ldap(&settings(&slapd, &rules))
        .await
        .into_iter()
        .filter(|finding| finding.subject.contains("role") || finding.subject.contains("groups"))
        .map(|finding| match finding.result {
            Ok(seen) => format!("{}: {seen}", finding.subject),
            Err(problem) => format!("{}: PROBLEM {}", finding.subject, problem.what),
        })
        .collect();
    assert_eq!(
        told,
        [
            "source `staff`: role `Admin`: 2 people of those read, from `cn=admins,ou=groups,dc=example,dc=com` \
             (2 members) and 1 group within (3 members)",
            "source `staff`: role `Guest`: 0 people of those read, from `cn=hollow,ou=groups,dc=example,dc=com` \
             (0 members)",
            "source `staff`: groups: PROBLEM no member can be seen in the group \
             `cn=hollow,ou=groups,dc=example,dc=com`",
        ]
    );
    let missing = check_ldap(&settings(&slapd, &[rule("Admin", &["gone"])])).await;
    let problem = missing.last().unwrap().result.as_ref().unwrap_err();
    assert!(
        problem.what.contains("there is no group `cn=gone,"),
        "{problem:?}"
    );
}

/// A person from somewhere else than the group says is still the person.
#[tokio::test]
async fn a_comma_in_a_name_makes_no_difference() {
    let mut ldif = directory(&[]);
    let dn = format!("cn=Lovelace\\, Ada,{PEOPLE_DN}");
    let entry = Person::new("eve", "Eve", "E").ldif();
    ldif.push_str(
        &entry
            .replace(&format!("dn: uid=eve,{PEOPLE_DN}"), &format!("dn: {dn}"))
            .replace("cn: Eve E", "cn: Lovelace, Ada"),
    );
    ldif.push_str(&group(
        "admins",
        "groupOfNames",
        &[&format!("CN=lovelace\\2C ada,{PEOPLE_DN}")],
    ));
    let slapd = Options::ldif(ldif).start();
    let found = found(&slapd, &[rule("Admin", &["admins"])]).await;
    assert_eq!(found.last().map(String::as_str), Some("eve: Admin User"));
}
