//! What of a plan counts against which limit.

use super::{GuardLimits, Limit};
use crate::model::{
    Account, Action, AttributeChange, Change, Edit, Identity, Plan, Schema, Value, comparable,
};

/// A limit of the configuration, and the changes of a plan that count against it.
pub(super) struct Check<'a> {
    /// The key of the configuration.
    pub(super) key: String,
    pub(super) changes: Vec<&'a Change>,
    limit: Limit,
    /// What would become of the accounts, to follow "would".
    deed: &'static str,
    /// Active managed accounts.
    whole: usize,
}

impl Check<'_> {
    pub(super) fn is_exceeded(&self) -> bool {
        self.limit.is_exceeded(self.changes.len(), self.whole)
    }

    /// What the limit counts, with numbers.
    pub(super) fn sentence(&self) -> String {
        let (count, key, limit, deed) = (self.changes.len(), &self.key, self.limit, self.deed);
        let allows = match limit {
            Limit::Count(_) => String::new(),
            Limit::Percent(_) if limit.is_least(self.whole) => ", which always allows one".to_owned(),
            Limit::Percent(_) => format!(", which allows {}", limit.allows(self.whole)),
        };
        let who = match (self.whole, count) {
            (0, 1) => "1 account, where none is managed and active so far,".to_owned(),
            (0, many) => format!("{many} accounts, where none is managed and active so far,"),
            (whole, count) => format!("{count} of {whole} accounts ({:.1} %)", percent(count, whole)),
        };
        format!("{who} would {deed}; `{key}` is {limit}{allows}")
    }

    /// Whether little more, or nothing, would have been let through.
    pub(super) fn is_near(&self) -> bool {
        let (count, allowed) = (self.changes.len(), self.limit.allows(self.whole));
        count > 0 && count * 5 >= allowed * 4
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 accounts")]
fn percent(count: usize, whole: usize) -> f64 {
    count as f64 * 100.0 / whole as f64
}

/// Every limit that is set, in a fixed order.
pub(super) fn checks<'a>(plan: &'a Plan, schema: &Schema, limits: &GuardLimits) -> Vec<Check<'a>> {
    let check = |key: &str, limit: Limit, deed, counts: &dyn Fn(&Change) -> bool| Check {
        key: format!("guard.{key}"),
        changes: plan.changes.iter().filter(|change| counts(change)).collect(),
        limit,
        deed,
        whole: plan.existing,
    };
    let mut checks = vec![
        check(
            "max_removals",
            limits.max_removals,
            "be removed",
            &Change::is_removal,
        ),
        check(
            "max_logins_changed",
            limits.max_logins_changed,
            "get another login name",
            &changes_login,
        ),
        check(
            "max_adoptions_renaming",
            limits.max_adoptions_renaming,
            "be adopted for somebody of another first and last name",
            &|change| hands_over(change, schema),
        ),
    ];
    checks.extend(
        limits
            .max_changes
            .map(|limit| check("max_changes", limit, "be changed or made", &|_| true)),
    );
    checks.extend(limits.max_per_kind.iter().map(|(kind, limit)| {
        let of_kind = |change: &Change| change.action.name() == *kind;
        check(&format!("max_per_kind.{kind}"), *limit, deed(kind), &of_kind)
    }));
    checks
}

fn deed(kind: &str) -> &'static str {
    match kind {
        "create" => "be made",
        "adopt" => "be adopted",
        "update" => "be updated",
        "enable" => "be reactivated",
        "disable" => "be deactivated",
        "note" => "be noted as missing",
        _ => "be deleted",
    }
}

/// Whether the person of an account has to log in by another name from now on: letter case and what nobody sees do not
/// matter, and whoever gets an account that was not theirs never had another name.
fn changes_login(change: &Change) -> bool {
    let renamed = |edit: &Edit| edit.attributes.iter().any(|change| differs(edit, change));
    !matches!(change.action, Action::Adopt(_)) && change.edit().is_some_and(renamed)
}

fn differs(edit: &Edit, change: &AttributeChange) -> bool {
    let text = |value: &Option<Value>| value.as_ref().map(|value| comparable(value.as_text()));
    let (before, after) = (text(&change.before), text(&change.after));
    let login = edit.before.as_ref().map(|account| comparable(&account.login));
    // An exchange of names that broke off is completed: that the address may change was decided then.
    let is_rest = edit
        .before
        .as_ref()
        .is_some_and(|account| super::super::order::is_on_detour(account));
    change.renames && (before != after || (login.is_some() && login != after && !is_rest))
}

/// Whether an account becomes somebody's who shares no part of the name with whoever has it: most likely an address that
/// is used again, and everything else in the account is another person's.
fn hands_over(change: &Change, schema: &Schema) -> bool {
    let Action::Adopt(edit) = &change.action else {
        return false;
    };
    let Some(account) = &edit.before else { return false };
    is_somebody_else(account, &edit.identity, schema)
}

/// A part of a name as people see it: the blanks between its words do not matter either.
fn seen(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(comparable).collect();
    words.join(" ")
}

/// Whether a person and an account have no part of the name in common.
pub(crate) fn is_somebody_else(account: &Account, person: &Identity, schema: &Schema) -> bool {
    let mut parts = schema.iter().filter(|(_, spec)| spec.is_name).peekable();
    let is_other = |(index, _)| match (account.attributes.text(index), person.attributes.text(index)) {
        (Some(before), Some(after)) => seen(before) != seen(after),
        _ => false,
    };
    parts.peek().is_some() && parts.all(is_other)
}
