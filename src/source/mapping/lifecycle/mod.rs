//! Whether the person of a record may sign in. Pure.

mod active;
pub(crate) mod passing;
mod status;

use self::status::Status;
use super::Unusable;
use super::field::Field;
use crate::config::{ActiveRule, LdapActive, PassingState};
use crate::model::Lifecycle;
use crate::transform::{RawRecord, key};

const BLOCKED: &str = "only locked out, or with an expired password, which is temporary, while `policy.disabled` \
     is `delete`; \
                       to block such people set `policy.disabled: deactivate`, otherwise take this out of `active` or \
                       `disable_bitmasks`";

/// How a source shows who may sign in.
#[derive(Debug)]
pub(crate) enum LifecycleRule {
    /// All its people may.
    Active,
    /// It has attributes for it.
    FromRecord(StatusSource, PassingState),
}

/// The attributes for it.
#[derive(Debug)]
pub(crate) enum StatusSource {
    /// One attribute, and its bits that mean disabled.
    Status(Field, i32),
    /// Rules, all of which must match.
    Rules(Vec<ActiveRule>),
}

impl LifecycleRule {
    pub(crate) fn new(active: &LdapActive, passing: PassingState) -> Self {
        let rule = match active {
            LdapActive::Status {
                attribute,
                disable_mask,
            } => StatusSource::Status(Field::new(attribute, None), *disable_mask),
            LdapActive::Rules(rules) => StatusSource::Rules(rules.clone()),
            LdapActive::Always => return Self::Active,
        };
        Self::FromRecord(rule, passing)
    }

    /// At this time in seconds since 1970.
    pub(super) fn read(&self, record: &RawRecord, now: i64) -> Result<Lifecycle, Unusable> {
        let Self::FromRecord(rule, passing) = self else {
            return Ok(Lifecycle::Active);
        };
        let status = match rule {
            StatusSource::Status(field, mask) => status::read(field.first(record), &field.attribute, *mask),
            StatusSource::Rules(rules) => active::read(rules, record, now),
        };
        let reason = match (status, passing) {
            (Ok(Status::Enabled), _) => return Ok(Lifecycle::Active),
            (Ok(Status::Disabled), _) | (Ok(Status::Blocked), PassingState::Disabled) => {
                return Ok(Lifecycle::Disabled);
            }
            (Ok(Status::Blocked), PassingState::Unknown) => BLOCKED.to_owned(),
            (Err(reason), _) => reason,
        };
        Err(Unusable {
            reason,
            missing: rule.missing(record),
        })
    }

    /// Describes the rules, for `check`.
    pub(super) fn meaning(&self) -> String {
        let Self::FromRecord(rule, passing) = self else {
            return "every listed person is enabled".to_owned();
        };
        let rules = match rule {
            StatusSource::Status(field, mask) => vec![status::meaning(&field.attribute, *mask)],
            StatusSource::Rules(rules) => rules.iter().map(active::meaning).collect(),
        };
        let then = match passing {
            PassingState::Unknown => {
                "disabled people are deleted (`policy.disabled`); people in a temporary state are unknown in that \
                 run, and their accounts stay unchanged"
            }
            PassingState::Disabled => {
                "`policy.disabled` deletes no account, so a temporary state counts as disabled too"
            }
        };
        format!("{}; {then}", rules.join("; "))
    }

    /// Keys of the attributes of which every value counts.
    pub(super) fn needed_whole(&self) -> Vec<String> {
        match self {
            Self::FromRecord(StatusSource::Rules(rules), _) => {
                active::compared(rules).into_iter().map(key).collect()
            }
            Self::FromRecord(StatusSource::Status(..), _) | Self::Active => Vec::new(),
        }
    }

    /// The attribute of which only the first value counts.
    pub(super) fn field(&self) -> Option<&Field> {
        match self {
            Self::FromRecord(StatusSource::Status(field, _), _) => Some(field),
            Self::FromRecord(StatusSource::Rules(_), _) | Self::Active => None,
        }
    }
}

impl StatusSource {
    fn missing(&self, record: &RawRecord) -> Vec<Box<str>> {
        match self {
            Self::Status(field, _) => field.missing(record),
            Self::Rules(rules) => active::missing(rules, record),
        }
    }
}
