//! The rules that say who is enabled. Pure: what time it is comes in.

use super::passing;
use super::status::Status;
use crate::config::{ActiveRule, Expression};
use crate::transform::{RawRecord, key};

/// What all rules together say of this record, at this second since 1970.
///
/// # Errors
/// Why a rule cannot be decided, without the value.
pub(super) fn read(rules: &[ActiveRule], record: &RawRecord, now: i64) -> Result<Status, String> {
    let mut status = Status::Enabled;
    // Not lazily: what cannot be decided is to be known even for somebody who is disabled by another rule.
    for rule in rules {
        status = match (status, one(rule, record, now)?) {
            (Status::Disabled, _) | (_, Status::Disabled) => Status::Disabled,
            (Status::Blocked, _) | (_, Status::Blocked) => Status::Blocked,
            _ => Status::Enabled,
        };
    }
    Ok(status)
}

/// What a rule means, for `check`.
pub(super) fn meaning(rule: &ActiveRule) -> String {
    let name = rule.name();
    match rule {
        ActiveRule::UserAccountControl => format!("`{name}`: bit 0x2 disables"),
        ActiveRule::ComputedControl => format!("`{name}`: bit 0x10 is a lockout, which passes by itself"),
        ActiveRule::AccountExpires | ActiveRule::ShadowExpire => {
            format!("`{name}`: a date that has passed disables")
        }
        ActiveRule::NsAccountLock => format!("`{name}`: true disables"),
        ActiveRule::PwdAccountLockedTime => {
            format!("`{name}`: 000001010000Z disables; any other time is a lockout, which passes by itself")
        }
        ActiveRule::Filter(expression) => {
            let names = expression.names().into_iter();
            let passing: Vec<String> = names
                .filter(|name| passing::may_pass(name))
                .map(|name| format!("`{name}`"))
                .collect();
            match passing.as_slice() {
                [] => format!("`{name}`: whoever does not match is disabled"),
                passing => format!(
                    "`{name}`: whoever does not match is disabled, unless that is only for a lockout or an old password \
                     ({}), which passes by itself",
                    passing.join(", ")
                ),
            }
        }
    }
}

/// The attributes of which every value counts.
pub(super) fn compared(rules: &[ActiveRule]) -> Vec<&str> {
    let filters = rules.iter().filter(|rule| matches!(rule, ActiveRule::Filter(_)));
    filters.flat_map(ActiveRule::attributes).collect()
}

/// The attributes without which nothing can be decided, and which the record lacks.
pub(super) fn missing(rules: &[ActiveRule], record: &RawRecord) -> Vec<Box<str>> {
    let needed = rules
        .iter()
        .filter(|rule| matches!(rule, ActiveRule::UserAccountControl | ActiveRule::ComputedControl));
    let lacking = needed.filter(|rule| record.values(&key(rule.name())).next().is_none());
    lacking.map(|rule| rule.name().into()).collect()
}

const ACCOUNT_DISABLE: i64 = 0x2;
const LOCKOUT: i64 = 0x10;

fn one(rule: &ActiveRule, record: &RawRecord, now: i64) -> Result<Status, String> {
    let name = rule.name();
    let value = record.values(&key(name)).next();
    let holds = match rule {
        ActiveRule::UserAccountControl => required(value, name)? & ACCOUNT_DISABLE == 0,
        ActiveRule::ComputedControl if required(value, name)? & LOCKOUT != 0 => return Ok(Status::Blocked),
        ActiveRule::ComputedControl => true,
        ActiveRule::AccountExpires => value.is_none() || filetime(number(value, name)?, now),
        ActiveRule::NsAccountLock => match value.map(<[u8]>::to_ascii_lowercase).as_deref() {
            None | Some(b"false") => true,
            Some(b"true") => false,
            Some(_) => return Err(format!("`{name}` (active) is neither true nor false")),
        },
        ActiveRule::PwdAccountLockedTime => match value {
            None => true,
            Some(time) if passing::is_locked_for_good(time) => false,
            Some(_) => return Ok(Status::Blocked),
        },
        ActiveRule::ShadowExpire => value.is_none() || shadow(number(value, name)?, now, name)?,
        ActiveRule::Filter(expression) => return tested(expression, record),
    };
    Ok(if holds { Status::Enabled } else { Status::Disabled })
}

fn tested(expression: &Expression, record: &RawRecord) -> Result<Status, String> {
    let cut = |name: &&&str| record.is_incomplete(&key(name));
    if let Some(cut) = expression.names().iter().find(cut) {
        let name = expression.text();
        return Err(format!(
            "the server sent only the first values of `{cut}` (range), and `{name}` (active) needs them all"
        ));
    }
    let values = |name: &str| record.values(&key(name)).collect();
    Ok(if expression.matches(&values) {
        Status::Enabled
    } else if passing::may_match_later(expression, &values) {
        Status::Blocked
    } else {
        Status::Disabled
    })
}

fn required(value: Option<&[u8]>, name: &str) -> Result<i64, String> {
    match value {
        None => Err(format!("no value for `{name}` (active)")),
        value => number(value, name),
    }
}

fn number(value: Option<&[u8]>, name: &str) -> Result<i64, String> {
    value
        .and_then(|value| std::str::from_utf8(value).ok()?.parse().ok())
        .ok_or_else(|| format!("`{name}` (active) is no decimal number"))
}

/// Seconds from 1601 to 1970.
const EPOCH_OF_WINDOWS: i64 = 11_644_473_600;

/// Tenths of microseconds since 1601; two values mean never.
fn filetime(value: i64, now: i64) -> bool {
    value == 0 || value == i64::MAX || value / 10_000_000 - EPOCH_OF_WINDOWS > now
}

/// Days since 1970. 0 means never to some programs and 1970 to others (shadow(5)), so it decides nothing.
fn shadow(days: i64, now: i64, name: &str) -> Result<bool, String> {
    match days {
        0 => Err(format!(
            "`{name}` (active) is 0, which programs read in different ways"
        )),
        days if days < 0 => Ok(true),
        days => Ok(now.div_euclid(86_400) < days),
    }
}

#[cfg(test)]
mod tests {
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

    /// A lockout passes; whoever is disabled too stays disabled.
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
}
