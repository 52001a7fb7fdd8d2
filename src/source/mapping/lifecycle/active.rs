//! The rules that decide who is enabled. Pure: the time is a parameter.

use super::passing;
use super::status::Status;
use crate::config::{ActiveRule, Expression};
use crate::transform::{RawRecord, key};

/// The result of all rules for this record, at this time in seconds since 1970.
///
/// # Errors
/// Why a rule cannot be decided, without the value.
pub(super) fn read(rules: &[ActiveRule], record: &RawRecord, now: i64) -> Result<Status, String> {
    let mut status = Status::Enabled;
    // Not lazy: an undecidable rule has to be reported even if another rule disables the person.
    for rule in rules {
        status = match (status, one(rule, record, now)?) {
            (Status::Disabled, _) | (_, Status::Disabled) => Status::Disabled,
            (Status::Blocked, _) | (_, Status::Blocked) => Status::Blocked,
            _ => Status::Enabled,
        };
    }
    Ok(status)
}

/// Describes a rule, for `check`.
pub(super) fn meaning(rule: &ActiveRule) -> String {
    let name = rule.name();
    match rule {
        ActiveRule::UserAccountControl => format!("`{name}`: bit 0x2 disables"),
        ActiveRule::ComputedControl => format!("`{name}`: bit 0x10 is a lockout, which is temporary"),
        ActiveRule::AccountExpires | ActiveRule::ShadowExpire => {
            format!("`{name}`: a date that has passed disables")
        }
        ActiveRule::NsAccountLock => format!("`{name}`: true disables"),
        ActiveRule::PwdAccountLockedTime => {
            format!("`{name}`: 000001010000Z disables; any other time is a lockout, which is temporary")
        }
        ActiveRule::Filter(expression) => {
            let names = expression.names().into_iter();
            let passing: Vec<String> = names
                .filter(|name| passing::may_pass(name))
                .map(|name| format!("`{name}`"))
                .collect();
            match passing.as_slice() {
                [] => format!("`{name}`: a person who does not match is disabled"),
                passing => format!(
                    "`{name}`: a person who does not match is disabled, unless only because of a lockout or an \
                     expired password \
                     ({}), which is temporary",
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

/// The required attributes that the record lacks.
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
        .ok_or_else(|| format!("`{name}` (active) is not a decimal number"))
}

/// Seconds from 1601 to 1970.
const EPOCH_OF_WINDOWS: i64 = 11_644_473_600;

/// Tenths of microseconds since 1601. Two values mean never.
fn filetime(value: i64, now: i64) -> bool {
    value == 0 || value == i64::MAX || value / 10_000_000 - EPOCH_OF_WINDOWS > now
}

/// Days since 1970. 0 means never for some programs and 1970 for others (shadow(5)), so it cannot be decided.
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
mod tests;
