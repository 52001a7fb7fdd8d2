//! Which people are enabled: `sources.NAME.active`, or `status` with its bits.

use super::text::attribute;
use crate::config::document::values;
use crate::config::error::{Mistake, suggest};
use crate::config::read::{Item, Reader};
use crate::config::settings::{ActiveRule, LdapActive};
use crate::config::syntax::expression::Expression;
use crate::config::syntax::filter;

/// The rules, by the attributes that they read.
const RULES: [(&str, ActiveRule); 6] = [
    ("userAccountControl", ActiveRule::UserAccountControl),
    ("accountExpires", ActiveRule::AccountExpires),
    ("msDS-User-Account-Control-Computed", ActiveRule::ComputedControl),
    ("nsAccountLock", ActiveRule::NsAccountLock),
    ("pwdAccountLockedTime", ActiveRule::PwdAccountLockedTime),
    ("shadowExpire", ActiveRule::ShadowExpire),
];

/// All people are enabled.
const ALWAYS: &str = "always";

impl ActiveRule {
    /// The attributes that the rule reads.
    pub fn attributes(&self) -> Vec<&str> {
        match self {
            Self::Filter(expression) => expression.names(),
            known => vec![known.name()],
        }
    }

    /// As in the configuration, for messages.
    pub fn name(&self) -> &str {
        match self {
            Self::UserAccountControl => RULES[0].0,
            Self::AccountExpires => RULES[1].0,
            Self::ComputedControl => RULES[2].0,
            Self::NsAccountLock => RULES[3].0,
            Self::PwdAccountLockedTime => RULES[4].0,
            Self::ShadowExpire => RULES[5].0,
            Self::Filter(expression) => expression.text(),
        }
    }
}

/// Reads either form. Both at once are a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>, source: &str) -> Option<LdapActive> {
    let path = format!("{source}.active");
    let status = format!("{source}.attributes.status");
    let bits = format!("{source}.attributes.disable_bitmasks");
    if reader.absent(&path) {
        if reader.absent(&status) {
            reader.missing(&status, None);
        }
        let status = attribute(reader, &status);
        let disable_mask = disable_mask(reader, &bits);
        return Some(LdapActive::Status {
            attribute: status?,
            disable_mask,
        });
    }
    for other in [status, bits] {
        if !reader.absent(&other) {
            let hint = "`active` replaces `status` and `disable_bitmasks`";
            return reader.both_given((&other, &path), "", hint);
        }
    }
    if is_always(reader, &path) {
        return Some(LdapActive::Always);
    }
    rules(reader, &path).map(LdapActive::Rules)
}

/// `active: always` cannot be combined.
fn is_always(reader: &mut Reader<'_>, path: &str) -> bool {
    let items = reader.list(path);
    matches!(items.as_slice(), [only] if only.text.trim().eq_ignore_ascii_case(ALWAYS))
}

fn rules(reader: &mut Reader<'_>, path: &str) -> Option<Vec<ActiveRule>> {
    let before = reader.report.mistakes.len();
    let items = reader.list(path);
    let rules: Vec<ActiveRule> = items.iter().filter_map(|item| rule(reader, path, item)).collect();
    if reader.report.mistakes.len() > before {
        return None;
    }
    if rules.is_empty() {
        return reader.refuse(
            path,
            format!("`{path}` is empty"),
            Some("without a rule every person would be enabled"),
        );
    }
    Some(rules)
}

fn rule(reader: &mut Reader<'_>, path: &str, item: &Item) -> Option<ActiveRule> {
    let text = if item.text.trim_start().starts_with('(') {
        filter::tidy(&item.text)
    } else {
        item.text.trim().to_owned()
    };
    let text = text.as_str();
    let mistake = |what: String| Mistake::new(path, what).at(item.origin.clone());
    if text.starts_with('(') {
        return Expression::parse(text)
            .map(ActiveRule::Filter)
            .map_err(|problem| {
                let what = format!("`{path}`: `{text}` cannot be tested on an entry: {problem}");
                reader.report.mistakes.push(mistake(what));
            })
            .ok();
    }
    let known = RULES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    if known.is_none() {
        let names = RULES.iter().map(|(name, _)| *name);
        let listed: Vec<_> = names.clone().map(|name| format!("`{name}`")).collect();
        let what = format!(
            "`{path}`: `{text}` is not a rule; valid are {}, filters, and `{ALWAYS}`, which cannot be combined",
            listed.join(", ")
        );
        let mut mistake = mistake(what);
        mistake.hint = suggest(text, names).map(|meant| format!("did you mean `{meant}`?"));
        reader.report.mistakes.push(mistake);
    }
    known.map(|(_, rule)| rule.clone())
}

/// All masks combined. Invalid ones were reported.
fn disable_mask(reader: &mut Reader<'_>, path: &str) -> i32 {
    let mut mask = 0;
    for item in reader.list(path) {
        if let Some(bits) = values::bitmask(&item.text) {
            mask |= bits;
            continue;
        }
        let what = format!(
            "`{path}` must be a list of 32-bit numbers such as `[2, 0x10]`, not `{}`",
            item.text
        );
        reader
            .report
            .mistakes
            .push(Mistake::new(path, what).at(item.origin));
    }
    mask
}
