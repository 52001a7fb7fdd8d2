//! Decides whether extracted values can belong to a person. Pure.

use std::collections::BTreeMap;

use super::attribute::{AttributeRule, Extracted};
use super::cell::{self, Name};
use crate::model::Screening;

/// Problems with the values of one record.
#[derive(Default)]
pub(super) struct Judgement {
    /// The fields of required attributes without a value.
    pub(super) missing: Vec<Box<str>>,
    /// Fields with an unusable value, by reason.
    unusable: BTreeMap<&'static str, Vec<String>>,
    /// Fields with an unknown value, by reason.
    unreadable: BTreeMap<&'static str, Vec<String>>,
    warnings: Vec<String>,
    /// The record cannot be used without the unknown values.
    needs_unknown: bool,
}

impl Judgement {
    /// The extracted value, if it can be used.
    pub(super) fn usable_value<'a>(
        &mut self,
        rule: &AttributeRule,
        found: Extracted<'a>,
        required: bool,
        screening: Screening,
    ) -> Extracted<'a> {
        let is_name = screening == Screening::NonNames;
        let field = || format!("`{}`", rule.field());
        let text = match &found {
            Extracted::Value(text) => Some(text).filter(|text| !is_name || !cell::is_blank(text)),
            Extracted::Empty => None,
            Extracted::Unreadable(why) => {
                self.add_unknown(rule, why);
                None
            }
        };
        let Some(text) = text else {
            if required {
                self.missing.push(rule.field().into());
            }
            return found;
        };
        match screening {
            Screening::NonNames => match cell::name(text) {
                Name::Fine => {}
                Name::Odd(why) => self
                    .warnings
                    .push(format!("{} {why}; it is used as a name", field())),
                Name::Unusable(what) => self.unusable.entry(what).or_default().push(field()),
            },
            Screening::Nothing => {}
            Screening::ErrorValues if !cell::is_error_value(text) => {}
            Screening::ErrorValues if required => {
                self.unusable.entry(cell::ERROR_VALUE).or_default().push(field());
            }
            Screening::ErrorValues => {
                let what = cell::ERROR_VALUE;
                self.warnings
                    .push(format!("{} contains {what}; it is not written", field()));
                return Extracted::Unreadable(what);
            }
        }
        found
    }

    /// Rejects the record because of its unknown values.
    pub(super) fn refuse_unknown(&mut self) {
        self.needs_unknown = true;
    }

    /// Records that some values of an attribute are unknown.
    pub(super) fn add_unknown(&mut self, rule: &AttributeRule, why: &'static str) {
        let fields = self.unreadable.entry(why).or_default();
        fields.push(format!("`{}`", rule.field()));
    }

    /// Why the record is rejected.
    pub(super) fn refusal(&self) -> Option<String> {
        let mut reasons = Vec::new();
        if !self.missing.is_empty() {
            reasons.push(format!("no value for `{}`", self.missing.join("`, `")));
        }
        for (what, fields) in &self.unusable {
            let verb = if fields.len() == 1 { "contains" } else { "contain" };
            reasons.push(format!("{} {verb} {what}", fields.join(", ")));
        }
        if reasons.is_empty() && !self.needs_unknown {
            return None;
        }
        reasons.extend(self.unknown());
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    /// Warnings about the values of a usable record.
    pub(super) fn warnings(self) -> Vec<String> {
        let unknown = self.unknown().map(|what| format!("{what}; it is not written"));
        let unknown: Vec<String> = unknown.collect();
        self.warnings.into_iter().chain(unknown).collect()
    }

    fn unknown(&self) -> impl Iterator<Item = String> {
        let each = self.unreadable.iter();
        each.map(|(why, fields)| format!("{} {why}", fields.join(", ")))
    }
}
