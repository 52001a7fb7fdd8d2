use super::*;
use crate::source::fixture::record;

/// 2026-01-01
const NOW: i64 = 1_767_225_600;

fn decided(rule: &ActiveRule, value: Option<&str>) -> Result<Status, String> {
    let bytes = value.map(str::as_bytes);
    let values: Vec<&[u8]> = bytes.into_iter().collect();
    let name = rule.name().to_uppercase();
    let record = record(&[(&name, &values)]);
    read(std::slice::from_ref(rule), &record, NOW)
}

fn filetime_of(seconds: i64) -> String {
    ((seconds + EPOCH_OF_WINDOWS) * 10_000_000).to_string()
}

#[test]
fn the_table() {
    use ActiveRule::{
        AccountExpires, ComputedControl, NsAccountLock, PwdAccountLockedTime, ShadowExpire,
        UserAccountControl,
    };
    let (past, ahead) = (filetime_of(NOW), filetime_of(NOW + 1));
    let never = i64::MAX.to_string();
    let today = NOW / 86_400;
    for (rule, value, expected) in [
        (UserAccountControl, Some("512"), Some(Status::Enabled)),
        (UserAccountControl, Some("514"), Some(Status::Disabled)),
        (UserAccountControl, Some("x"), None),
        (UserAccountControl, None, None),
        (AccountExpires, None, Some(Status::Enabled)),
        (AccountExpires, Some("0"), Some(Status::Enabled)),
        (AccountExpires, Some(&*never), Some(Status::Enabled)),
        (AccountExpires, Some(&*past), Some(Status::Disabled)),
        (AccountExpires, Some(&*ahead), Some(Status::Enabled)),
        (AccountExpires, Some("9223372036854775808"), None),
        (ComputedControl, Some("0"), Some(Status::Enabled)),
        (ComputedControl, Some("16"), Some(Status::Blocked)),
        (ComputedControl, Some("8388624"), Some(Status::Blocked)),
        (ComputedControl, Some("8388608"), Some(Status::Enabled)),
        (ComputedControl, None, None),
        (NsAccountLock, None, Some(Status::Enabled)),
        (NsAccountLock, Some("FALSE"), Some(Status::Enabled)),
        (NsAccountLock, Some("true"), Some(Status::Disabled)),
        (NsAccountLock, Some("1"), None),
        (PwdAccountLockedTime, None, Some(Status::Enabled)),
        (
            PwdAccountLockedTime,
            Some("000001010000Z"),
            Some(Status::Disabled),
        ),
        (
            PwdAccountLockedTime,
            Some("00000101000000Z"),
            Some(Status::Disabled),
        ),
        (
            PwdAccountLockedTime,
            Some("20260101000000Z"),
            Some(Status::Blocked),
        ),
        (ShadowExpire, None, Some(Status::Enabled)),
        (ShadowExpire, Some("-1"), Some(Status::Enabled)),
        (ShadowExpire, Some("0"), None),
        (ShadowExpire, Some(&*today.to_string()), Some(Status::Disabled)),
        (
            ShadowExpire,
            Some(&*(today + 1).to_string()),
            Some(Status::Enabled),
        ),
    ] {
        let found = decided(&rule, value);
        assert_eq!(found.clone().ok(), expected, "{rule:?} {value:?}: {found:?}");
    }
}

#[test]
fn all_rules_count() {
    let filter = ActiveRule::Filter(Expression::parse("(employeeType=staff)").unwrap());
    let rules = [ActiveRule::UserAccountControl, filter];
    for (control, kind, expected) in [
        ("512", "Staff", Status::Enabled),
        ("514", "Staff", Status::Disabled),
        ("512", "Guest", Status::Disabled),
    ] {
        let attributes = [
            ("userAccountControl", &[control.as_bytes()][..]),
            ("employeeType", &[kind.as_bytes()]),
        ];
        let record = record(&attributes);
        assert_eq!(read(&rules, &record, NOW), Ok(expected));
    }
}

const FILTERS: [(&str, &str, &str, Status); 16] = [
    ("(!(lockoutTime>=1))", "lockoutTime", "133", Status::Blocked),
    ("(!(lockoutTime>=1))", "lockoutTime", "0", Status::Enabled),
    ("(lockoutTime=0)", "cn", "x", Status::Blocked),
    ("(&(!(badPwdCount>=5))(cn=y))", "cn", "x", Status::Disabled),
    (
        "(!(pwdAccountLockedTime=*))",
        "pwdAccountLockedTime",
        "20260101000000Z",
        Status::Blocked,
    ),
    (
        "(!(pwdAccountLockedTime=*))",
        "pwdAccountLockedTime",
        "000001010000Z",
        Status::Disabled,
    ),
    (
        "(!(userAccountControl:1.2.840.113556.1.4.803:=16))",
        "userAccountControl",
        "528",
        Status::Blocked,
    ),
    (
        "(!(userAccountControl:1.2.840.113556.1.4.804:=18))",
        "userAccountControl",
        "528",
        Status::Blocked,
    ),
    (
        "(!(userAccountControl:1.2.840.113556.1.4.804:=18))",
        "userAccountControl",
        "530",
        Status::Disabled,
    ),
    (
        "(userAccountControl=512)",
        "userAccountControl",
        "528",
        Status::Blocked,
    ),
    (
        "(userAccountControl=512)",
        "userAccountControl",
        "514",
        Status::Disabled,
    ),
    (
        "(msDS-User-Account-Control-Computed=0)",
        "msDS-User-Account-Control-Computed",
        "8388608",
        Status::Blocked,
    ),
    (
        "(!(sambaAcctFlags=*L*))",
        "sambaAcctFlags",
        "[UL         ]",
        Status::Blocked,
    ),
    (
        "(sambaAcctFlags=[U*)",
        "sambaAcctFlags",
        "[DUL        ]",
        Status::Disabled,
    ),
    (
        "(!(loginDisabled=TRUE))",
        "loginDisabled",
        "TRUE",
        Status::Disabled,
    ),
    (
        "(!(passwordExpirationTime<=20260101000000Z))",
        "passwordExpirationTime",
        "20250101000000Z",
        Status::Blocked,
    ),
];

/// A lockout is temporary. A person who is also disabled stays disabled.
#[test]
fn what_passes_by_itself_only_blocks() {
    for (filter, attribute, value, expected) in FILTERS {
        let rule = ActiveRule::Filter(Expression::parse(filter).unwrap());
        let record = record(&[(attribute, &[value.as_bytes()])]);
        assert_eq!(read(&[rule], &record, NOW), Ok(expected), "{filter} {value}");
    }
    let rules = [ActiveRule::ComputedControl, ActiveRule::UserAccountControl];
    let both = [
        ("msDS-User-Account-Control-Computed", &[b"16".as_slice()][..]),
        ("userAccountControl", &[b"514"]),
    ];
    let record = record(&both);
    assert_eq!(read(&rules, &record, NOW), Ok(Status::Disabled));
}
