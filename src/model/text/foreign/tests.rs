use proptest::prelude::*;

use super::*;

/// The text with hidden parts in brackets.
fn masked(text: &str) -> String {
    foreign(text)
        .replace(super::super::personal::BEGIN, "<")
        .replace(super::super::personal::END, ">")
}

/// Recorded messages: what identifies a person is marked, the reason is readable.
#[test]
fn the_reason_stays_and_the_person_is_marked() {
    for (text, expected) in [
        (
            "No such object: uid=carol,ou=people,dc=example,dc=org.",
            "No such object: <uid=carol,ou=people,dc=example,dc=org>.",
        ),
        (
            "No such object: cn=Carol Clark,ou=people",
            "No such object: <cn=Carol Clark,ou=people>",
        ),
        (
            "The object uid=m1,ou=people is not a groups/group.",
            "The object <uid=m1,ou=people> is not a groups/group.",
        ),
        ("User Lovelace already exists", "User <Lovelace> already exists"),
        ("Lovelace, Ada: not allowed", "<Lovelace, Ada>: not allowed"),
        (
            "username 'not a user' is taken",
            "username '<not a user>' is taken",
        ),
        (
            "login u050 or 12345 is reserved",
            "login <u050> or <12345> is reserved",
        ),
        (
            "expected 1 address, got ada@example.org",
            "expected 1 address, got <ada@example.org>",
        ),
        (
            "Object exists: (uid): The username is already in use as username or as groupname: hold5.",
            "Object exists: (uid): The username is already in use as username or as groupname: <hold5>.",
        ),
        ("a person called young\nMay", "a person <called young May>"),
    ] {
        assert_eq!(masked(text), expected);
    }
}

/// Messages without a person are readable as they are.
#[test]
fn what_is_known_is_kept() {
    for text in [
        "HTTP 412: Precondition Failed (The resource has meanwhile been changed.)",
        "HTTP 403: Forbidden (Not in allowed groups.)",
        "LDAP Error: Type or value exists: modify/add: uniqueMember: value #0 already exists.",
        "LDAP Error: Operation not allowed on non-leaf: subordinate objects must be deleted first.",
        "Password policy error: The password is too short, at least 8 characters needed!",
        "The service could not be reached. Please retry.",
        "80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data 52e, v4563",
        "Errors.User.NotActive",
        "Identity Provider Configuration doesn't exist",
        "No matching permissions found",
        "invalid_client: the secret *** is wrong",
        "Given name in profile is empty",
        "Organisation doesn't exist",
        "One or more keys do not exist",
        "External IDP already taken",
    ] {
        assert_eq!(masked(text), text);
    }
}

proptest! {
    /// A name is never outside of the marks, wherever it stands.
    #[test]
    fn no_name_is_left(before in "[a-z =,.:'\"(`]{0,20}", name in "[A-Z][b-df-hj-np-tv-z]{6}", after in "[a-z =,.:'\")`]{0,20}") {
        let masked = masked(&format!("{before}{name}{after}"));
        let plain: String = masked.split('<').map(|part| part.split_once('>').map_or(part, |(_, rest)| rest)).collect();
        prop_assert!(!plain.contains(&name), "{masked}");
    }
}
