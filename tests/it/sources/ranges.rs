//! Values that a directory hands out in parts, as Active Directory does beyond 1,500 of them.

mod values;

use directory_sync::config::{
    ActiveRule, Choice, Entitlement, Expression, LdapActive, LdapSettings, TextOrigin, TextRule,
};
use directory_sync::model::DesiredState;
use testkit::ldap_double::{LdapDouble, Reply, last, person};

use crate::sources::reader::{assert_failed, ldap, read_ldap, schema, text};

const GROUP: &str = "CN=admins,DC=example,DC=com";

/// An entry with these attributes.
fn entry(dn: &str, attributes: &[(&'static str, &[&str])]) -> Reply {
    let attributes = attributes.iter().map(|(name, values)| {
        let values = values.iter().map(|value| value.as_bytes().to_vec());
        (*name, values.collect())
    });
    Reply::Entry(dn.as_bytes().to_vec(), attributes.collect())
}

fn group(attributes: &[(&'static str, &[&str])]) -> Vec<Reply> {
    vec![entry(GROUP, attributes), Reply::Done(0, "", None)]
}

fn settings(double: &LdapDouble) -> LdapSettings {
    LdapSettings {
        entitlements: vec![Entitlement {
            role: "Admin".to_owned(),
            groups: vec![GROUP.to_owned()],
            nested: false,
            allow_empty: false,
        }],
        ..ldap(&double.url())
    }
}

fn holders(desired: &DesiredState) -> Vec<String> {
    let admins = desired
        .objects
        .iter()
        .filter(|person| person.roles(&schema()).contains(&"Admin".into()));
    admins
        .map(|person| String::from_utf8_lossy(person.id.as_bytes()).into_owned())
        .collect()
}

const A: &str = "uid=a,dc=example,dc=com";
const B: &str = "uid=b,dc=example,dc=com";
const C: &str = "uid=c,dc=example,dc=com";

fn everybody() -> Vec<Reply> {
    vec![person("a"), person("b"), person("c"), person("d"), last()]
}

/// Beside the first part there is an empty `member`, and later parts may be smaller than the first.
#[tokio::test]
async fn the_members_of_a_group_are_read_to_the_last_range() {
    let double = LdapDouble::start(vec![
        group(&[("member", &[]), ("member;range=0-1", &["cn=x", A])]),
        group(&[("member;range=2-2", &[B])]),
        group(&[("member", &[]), ("member;range=3-*", &["cn=y", C])]),
        everybody(),
    ]);
    let desired = read_ldap(&settings(&double)).await.unwrap();
    assert_eq!(holders(&desired), ["a", "b", "c"]);
    assert_eq!(double.asked("member;range=2-*"), [false, true, false, false]);
    assert_eq!(double.asked("member;range=3-*"), [false, false, true, false]);
    assert_eq!(double.asked(GROUP), [true, true, true, false]);
}

/// Active Directory hands out 1,500 values at a time, whatever is asked for.
#[tokio::test]
async fn a_group_of_more_than_three_thousand_members_is_read_whole() {
    let part = |name: &'static str, from: usize, to: usize| {
        let members = (from..to).map(|number| match number {
            0 => A.as_bytes().to_vec(),
            1500 => B.as_bytes().to_vec(),
            3100 => C.as_bytes().to_vec(),
            other => format!("uid=m{other},dc=example").into_bytes(),
        });
        let attributes = vec![("member", Vec::new()), (name, members.collect())];
        vec![
            Reply::Entry(GROUP.as_bytes().to_vec(), attributes),
            Reply::Done(0, "", None),
        ]
    };
    let double = LdapDouble::start(vec![
        part("member;range=0-1499", 0, 1500),
        part("member;range=1500-2999", 1500, 3000),
        part("member;range=3000-*", 3000, 3101),
        everybody(),
    ]);
    let desired = read_ldap(&settings(&double)).await.unwrap();
    assert_eq!(holders(&desired), ["a", "b", "c"]);
    assert_eq!(double.searches(), 4);
}

/// A member who is removed from a range that was read moves all following members by one, and one of them out of
/// sight.
#[tokio::test]
async fn a_group_that_changes_between_two_ranges_is_read_again() {
    let first = |version| {
        group(&[
            ("member", &[]),
            ("member;range=0-1", &["cn=x", A]),
            ("uSNChanged", &[version]),
        ])
    };
    let second = || group(&[("member;range=2-*", &[B])]);
    let version = |version| group(&[("uSNChanged", &[version])]);
    let double = LdapDouble::start(vec![
        first("7"),
        second(),
        version("8"),
        group(&[("member", &[A, B, C]), ("uSNChanged", &["8"])]),
        everybody(),
    ]);
    let desired = read_ldap(&settings(&double)).await.unwrap();
    assert_eq!(holders(&desired), ["a", "b", "c"]);
    let restless = ["1", "2", "3"].map(|one| [first("0"), second(), version(one)]);
    let double = LdapDouble::start(restless.concat());
    assert_failed(
        read_ldap(&settings(&double)).await,
        &["were not all read: the group changes all the time"],
        "try again",
    );
}

/// Who is renamed or moved after the group was read comes by a name that the group did not have.
#[tokio::test]
async fn a_person_who_is_renamed_meanwhile_loses_no_role() {
    let with = |members: &[&str]| group(&[("member", members)]);
    let gone = "uid=old,dc=example,dc=com";
    let double = LdapDouble::start(vec![with(&[A, gone]), everybody(), with(&[A, B])]);
    assert_failed(
        read_ldap(&settings(&double)).await,
        &["members of the groups that give the role `Admin` got other names while people were read"],
        "try again",
    );
    // A member who left or joined the group is not confused with another one.
    for later in [&[A][..], &[A, gone], &[A, gone, B]] {
        let double = LdapDouble::start(vec![with(&[A, gone]), everybody(), with(later)]);
        assert_eq!(holders(&read_ldap(&settings(&double)).await.unwrap()), ["a"]);
    }
}

/// A group that is renamed while groups are read looks like a person at first.
#[tokio::test]
async fn a_group_within_that_is_renamed_meanwhile_counts() {
    let root = || {
        vec![
            entry("", &[("namingContexts", &["dc=example,dc=com"])]),
            Reply::Done(0, "", None),
        ]
    };
    let names = |name| vec![entry(GROUP, &[]), entry(name, &[]), last()];
    let (old, new) = ("cn=old,dc=example,dc=com", "cn=new,dc=example,dc=com");
    let outer = || group(&[("member", &[A, new])]);
    let inner = vec![entry(new, &[("member", &[B])]), Reply::Done(0, "", None)];
    let double = LdapDouble::start(vec![
        root(),
        names(old),
        outer(),
        root(),
        names(new),
        outer(),
        inner,
        root(),
        names(new),
        everybody(),
    ]);
    let mut settings = settings(&double);
    settings.entitlements[0].nested = true;
    assert_eq!(holders(&read_ldap(&settings).await.unwrap()), ["a", "b"]);
    let restless = ["cn=1", "cn=2", "cn=3"].map(|name| {
        let inner = group(&[("member", &[name])]);
        [inner, root(), names(name)]
    });
    let double = LdapDouble::start([vec![root(), names(old)], restless.concat()].concat());
    let mut settings = self::settings(&double);
    settings.entitlements[0].nested = true;
    assert_failed(
        read_ldap(&settings).await,
        &["groups get other names all the time"],
        "try again",
    );
}

/// A missing range would remove the role from its members.
#[tokio::test]
async fn a_group_of_which_a_range_stays_open_ends_the_read() {
    let first = || group(&[("member", &[]), ("member;range=0-1", &[A, B])]);
    let whole = "the members of the group `CN=admins,DC=example,DC=com` were not all read";
    let again = "try again";
    for (next, what, hint) in [
        (
            group(&[("member;range=0-1", &[A, B])]),
            "did not send the next part",
            again,
        ),
        (
            group(&[("member;range=5-*", &[C])]),
            "did not send the next part",
            again,
        ),
        (
            group(&[("member;range=2-3", &[C])]),
            "fewer values than it said",
            again,
        ),
        (group(&[("member", &[])]), "did not send the next part", again),
        (group(&[]), "did not send the next part", again),
        (vec![Reply::Done(0, "", None)], "the entry is gone", again),
        (vec![Reply::Done(32, "", None)], "the entry is gone", again),
        (
            vec![Reply::Done(50, "no", None)],
            "insufficientAccessRights (50): no",
            "may not read",
        ),
        (
            vec![Reply::Done(11, "", None)],
            "adminLimitExceeded (11)",
            "size=unlimited",
        ),
        (
            vec![Reply::Referral("ldap://other")],
            "referral (10)",
            "ldap://other",
        ),
        (vec![Reply::HangUp], "the server closed the connection", ""),
    ] {
        let double = LdapDouble::start(vec![first(), next]);
        assert_failed(read_ldap(&settings(&double)).await, &[whole, what], hint);
    }
}

/// Each part promises another one.
#[tokio::test]
async fn a_range_that_never_ends_ends_the_read() {
    let part = |number: u64| {
        let name: &'static str = Box::leak(format!("member;range={number}-{number}").into_boxed_str());
        group(&[(name, &[A])])
    };
    let double = LdapDouble::start((0..10_002).map(part).collect());
    assert_failed(
        read_ldap(&settings(&double)).await,
        &["sends one part after another"],
        "try again",
    );
    assert_eq!(double.searches(), 10_001);
}

#[tokio::test]
async fn a_group_that_cannot_be_asked_for_ends_the_read() {
    for (reply, what) in [
        (vec![Reply::Done(50, "", None)], "insufficientAccessRights (50)"),
        (
            vec![entry(GROUP, &[("member", &[A])]), Reply::Done(3, "", None)],
            "timeLimitExceeded (3)",
        ),
        (
            vec![entry(GROUP, &[("member", &[A])]), Reply::HangUp],
            "closed the connection",
        ),
    ] {
        let double = LdapDouble::start(vec![reply]);
        let read = read_ldap(&settings(&double)).await;
        assert_failed(read, &["reading `CN=admins,DC=example,DC=com`", what], "");
    }
}
