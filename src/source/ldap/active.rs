//! The rules that say who is enabled. Pure: what time it is comes in.

use super::entry::{Entry, key};
use crate::config::ActiveRule;

/// Whether all rules hold for this entry, at this second since 1970.
///
/// # Errors
/// Why a rule cannot be decided, without the value.
pub(super) fn all_hold(rules: &[ActiveRule], entry: &Entry, now: i64) -> Result<bool, String> {
    let mut all = true;
    // Not lazily: what cannot be decided is to be known even for somebody who is disabled by another rule.
    for rule in rules {
        all &= holds(rule, entry, now)?;
    }
    Ok(all)
}

/// The attributes of which every value counts.
pub(super) fn compared(rules: &[ActiveRule]) -> Vec<&str> {
    let filters = rules.iter().filter(|rule| matches!(rule, ActiveRule::Filter(_)));
    filters.flat_map(ActiveRule::attributes).collect()
}

/// The attributes without which nothing can be decided, and which the entry lacks.
pub(super) fn missing(rules: &[ActiveRule], entry: &Entry) -> Vec<Box<str>> {
    let needed = rules
        .iter()
        .filter(|rule| matches!(rule, ActiveRule::UserAccountControl | ActiveRule::ComputedControl));
    let lacking = needed.filter(|rule| entry.values(&key(rule.name())).next().is_none());
    lacking.map(|rule| rule.name().into()).collect()
}

const ACCOUNT_DISABLE: i64 = 0x2;
const LOCKOUT: i64 = 0x10;

fn holds(rule: &ActiveRule, entry: &Entry, now: i64) -> Result<bool, String> {
    let name = rule.name();
    let key = key(name);
    let value = entry.values(&key).next();
    match rule {
        ActiveRule::UserAccountControl => Ok(required(value, name)? & ACCOUNT_DISABLE == 0),
        ActiveRule::ComputedControl => Ok(required(value, name)? & LOCKOUT == 0),
        ActiveRule::AccountExpires => Ok(value.is_none() || filetime(number(value, name)?, now)),
        ActiveRule::NsAccountLock => match value.map(<[u8]>::to_ascii_lowercase).as_deref() {
            None | Some(b"false") => Ok(true),
            Some(b"true") => Ok(false),
            Some(_) => Err(format!("`{name}` (active) is neither true nor false")),
        },
        ActiveRule::PwdAccountLockedTime => Ok(value.is_none()),
        ActiveRule::ShadowExpire => match value {
            None => Ok(true),
            Some(_) => shadow(number(value, name)?, now, name),
        },
        ActiveRule::Filter(expression) => {
            let cut = |name: &&&str| entry.is_cut(&self::key(name));
            if let Some(cut) = expression.names().iter().find(cut) {
                return Err(format!(
                    "the server sent only the first values of `{cut}` (range), and `{name}` (active) needs them all"
                ));
            }
            Ok(expression.matches(&|name| {
                let key = self::key(name);
                entry.values(&key).collect()
            }))
        }
    }
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
    use super::super::tests::entry;
    use super::*;
    use crate::config::Expression;

    /// 2026-01-01
    const NOW: i64 = 1_767_225_600;

    fn decided(rule: &ActiveRule, value: Option<&str>) -> Result<bool, String> {
        let bytes = value.map(str::as_bytes);
        let values: Vec<&[u8]> = bytes.into_iter().collect();
        let name = rule.name().to_uppercase();
        let entry = Entry::parse(entry(&[(&name, &values)])).unwrap();
        all_hold(std::slice::from_ref(rule), &entry, NOW)
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
            (UserAccountControl, Some("512"), Some(true)),
            (UserAccountControl, Some("514"), Some(false)),
            (UserAccountControl, Some("x"), None),
            (UserAccountControl, None, None),
            (AccountExpires, None, Some(true)),
            (AccountExpires, Some("0"), Some(true)),
            (AccountExpires, Some(&*never), Some(true)),
            (AccountExpires, Some(&*past), Some(false)),
            (AccountExpires, Some(&*ahead), Some(true)),
            (AccountExpires, Some("9223372036854775808"), None),
            (ComputedControl, Some("0"), Some(true)),
            (ComputedControl, Some("16"), Some(false)),
            (ComputedControl, Some("8388608"), Some(true)),
            (ComputedControl, None, None),
            (NsAccountLock, None, Some(true)),
            (NsAccountLock, Some("FALSE"), Some(true)),
            (NsAccountLock, Some("true"), Some(false)),
            (NsAccountLock, Some("1"), None),
            (PwdAccountLockedTime, None, Some(true)),
            (PwdAccountLockedTime, Some("000001010000Z"), Some(false)),
            (ShadowExpire, None, Some(true)),
            (ShadowExpire, Some("-1"), Some(true)),
            (ShadowExpire, Some("0"), None),
            (ShadowExpire, Some(&*today.to_string()), Some(false)),
            (ShadowExpire, Some(&*(today + 1).to_string()), Some(true)),
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
            ("512", "Staff", true),
            ("514", "Staff", false),
            ("512", "Guest", false),
        ] {
            let attributes = [
                ("userAccountControl", &[control.as_bytes()][..]),
                ("employeeType", &[kind.as_bytes()]),
            ];
            let entry = Entry::parse(entry(&attributes)).unwrap();
            assert_eq!(all_hold(&rules, &entry, NOW), Ok(expected));
        }
    }
}
