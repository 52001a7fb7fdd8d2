use super::*;
use serde_json::{from_str, from_value, json};

/// A user as a real server lists it: a missing phone is an empty object, an unset flag is left out.
#[test]
fn a_listed_user_is_understood() {
    let user: User = from_str(
        r#"{"userId":"352","details":{"sequence":"4","changeDate":"2026-11-24T06:00:00.1Z","resourceOwner":"351",
            "creationDate":"2026-11-24T06:00:00Z"},"state":"USER_STATE_INACTIVE","username":"Bob@Example.org",
            "loginNames":["Bob@Example.org"],"preferredLoginName":"Bob@Example.org",
            "human":{"profile":{"givenName":"Bob","familyName":"Builder","nickName":"626f62",
            "displayName":"Builder, Bob","preferredLanguage":"und","gender":"GENDER_UNSPECIFIED"},
            "email":{"email":"Bob@Example.org"},"phone":{}}}"#,
    )
    .unwrap();
    assert_eq!(
        (&*user.id, &*user.details.resource_owner, user.state),
        ("352", "351", UserState::Inactive)
    );
    let human = user.human.unwrap();
    assert_eq!((&*human.profile.nick, &*human.phone.phone), ("626f62", ""));
    assert!(!human.email.is_verified);
}

/// Members that later servers add or omit are not an error.
#[test]
fn the_unknown_is_passed_over() {
    let user: User =
        from_value(json!({"state": "USER_STATE_ASLEEP", "wings": 2, "machine": {"name": "m"}})).unwrap();
    assert_eq!(user.state, UserState::Other);
    assert!(user.human.is_none());
    let grant: Grant = from_value(json!({"roleKeys": ["User"], "state": "USER_GRANT_STATE_ASLEEP"})).unwrap();
    assert_eq!(grant.state, GrantState::Other);
}

/// Totals are texts, may be numbers, and are left out when they are 0.
#[test]
fn totals_come_in_three_forms() {
    for (details, total) in [
        (
            json!({"totalResult": "7", "timestamp": "2026-11-24T06:00:00Z"}),
            7,
        ),
        (json!({"totalResult": 7}), 7),
        (json!({"viewTimestamp": "2026-11-24T06:00:00Z"}), 0),
    ] {
        let head: ListHead = from_value(json!({"details": details})).unwrap();
        assert_eq!(head.details.total_result, total);
    }
    assert!(from_value::<ListHead>(json!({"details": {"totalResult": "many"}})).is_err());
}
