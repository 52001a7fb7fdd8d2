//! Counts the changes of a plan against the limits.

use std::borrow::Cow;

use super::limit::Limit;
use super::limits::GuardLimits;
use crate::model::{
    ActionKind, Catalog, Change, Desired, Existing, Plan, Purpose, Schema, TypeId, Value, comparable,
};
use crate::plan::order;

/// A limit, and how much of it a plan uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitUse {
    /// The configuration key.
    pub key: String,
    pub limit: String,
    /// Singular of what is counted, such as `account`.
    pub noun: &'static str,
    /// Number that counts against the limit.
    pub count: usize,
    /// Total that percentages are taken of.
    pub whole: usize,
    /// Largest number that passes.
    pub allowed: usize,
}

/// A configured limit, and the changes of a plan that count against it.
pub(super) struct LimitCheck<'a> {
    /// The configuration key.
    pub(super) key: String,
    pub(super) changes: Vec<&'a Change>,
    limit: Limit,
    /// What would happen to the accounts, to follow "would".
    deed: Cow<'static, str>,
    /// Total that percentages are taken of.
    whole: usize,
    /// The number that counts, if it is not the number of changes.
    count: Option<usize>,
    /// Singular of what is counted.
    noun: &'static str,
}

impl LimitCheck<'_> {
    fn count(&self) -> usize {
        self.count.unwrap_or(self.changes.len())
    }

    pub(super) fn to_use(&self) -> LimitUse {
        LimitUse {
            key: self.key.clone(),
            limit: self.limit.to_string(),
            noun: self.noun,
            count: self.count(),
            whole: self.whole,
            allowed: self.limit.allows(self.whole),
        }
    }

    pub(super) fn is_exceeded(&self) -> bool {
        self.limit.is_exceeded(self.count(), self.whole)
    }

    /// What the limit counts, with numbers.
    pub(super) fn sentence(&self) -> String {
        let (count, key, limit, deed) = (self.count(), &self.key, self.limit, &self.deed);
        let noun = self.noun;
        let allows = match limit {
            Limit::Count(_) => String::new(),
            Limit::Percent(_) if limit.is_least(self.whole) => ", which always allows one".to_owned(),
            Limit::Percent(_) => format!(", which allows {}", limit.allows(self.whole)),
        };
        let who = match (self.whole, count) {
            (0, 1) => format!("1 {noun} (none is managed and active so far)"),
            (0, many) => format!("{many} {noun}s (none is managed and active so far)"),
            (whole, count) => format!("{count} of {whole} {noun}s ({:.1} %)", percent(count, whole)),
        };
        format!("{who} would {deed}; `{key}` is {limit}{allows}")
    }

    /// Returns whether the plan is close to the limit.
    pub(super) fn is_near(&self) -> bool {
        let (count, allowed) = (self.count(), self.limit.allows(self.whole));
        count > 0 && count * 5 >= allowed * 4
    }
}

#[expect(clippy::cast_precision_loss, reason = "no site has 2^52 accounts")]
fn percent(count: usize, whole: usize) -> f64 {
    count as f64 * 100.0 / whole as f64
}

/// Whether a change counts against a limit.
type Counts<'c> = &'c dyn Fn(&Change, &Schema) -> bool;

/// All configured limits, in a fixed order. Removals and renames are counted per resource type.
pub(super) fn checks<'a>(plan: &'a Plan, catalog: &Catalog, limits: &GuardLimits) -> Vec<LimitCheck<'a>> {
    let mut checks = Vec::new();
    for (resource, _) in catalog.iter() {
        checks.extend(of_type(plan, catalog, limits, resource));
    }
    checks.extend(
        catalog
            .has_references()
            .then(|| memberships(plan, catalog, limits)),
    );
    let all =
        |key: String, limit: Limit, deed: Cow<'static, str>, counts: &dyn Fn(&Change) -> bool| LimitCheck {
            key,
            changes: plan.changes.iter().filter(|change| counts(change)).collect(),
            limit,
            deed,
            whole: plan.all_totals().active_managed,
            count: None,
            noun: if plan.totals.len() > 1 {
                "object"
            } else {
                "account"
            },
        };
    checks.extend(limits.max_changes.map(|limit| {
        all(
            "guard.max_changes".to_owned(),
            limit,
            "be changed or created".into(),
            &|_| true,
        )
    }));
    checks.extend(limits.max_per_kind.iter().map(|(kind, limit)| {
        let key = format!("guard.max_per_kind.{}", kind.name());
        let deed = format!("be {}", kind.done()).into();
        all(key, *limit, deed, &|change| change.kind == *kind)
    }));
    checks
}

fn of_type<'a>(
    plan: &'a Plan,
    catalog: &Catalog,
    limits: &GuardLimits,
    resource: TypeId,
) -> [LimitCheck<'a>; 3] {
    let schema = catalog.schema(resource);
    let (noun, other_name) = if resource == TypeId::default() {
        ("account", "get another login name")
    } else {
        (catalog.name(resource), "get another name")
    };
    let check = |key: &str, limit, deed: &'static str, counts: Counts<'_>| {
        let mine = plan.changes.iter().filter(|change| change.resource == resource);
        LimitCheck {
            key: format!("guard.{key}"),
            changes: mine.filter(|change| counts(change, schema)).collect(),
            limit,
            deed: deed.into(),
            whole: plan.totals_of(resource).active_managed,
            count: None,
            noun,
        }
    };
    [
        check(
            "max_removals",
            limits.max_removals,
            "be removed",
            &Change::is_removal,
        ),
        check(
            "max_logins_changed",
            limits.max_logins_changed,
            other_name,
            &changes_login,
        ),
        check(
            "max_adoptions_renaming",
            limits.max_adoptions_renaming,
            "be adopted by a person with another first and last name",
            &hands_over,
        ),
    ]
}

/// Limits on removals that the target's administrator sets.
pub(super) fn firm_checks<'a>(
    plan: &'a Plan,
    catalog: &Catalog,
    limits: &GuardLimits,
) -> Vec<LimitCheck<'a>> {
    let mut checks = Vec::new();
    for (resource, _) in catalog.iter() {
        for (limit, origin) in &limits.firm_removals {
            let [removals, ..] = of_type(plan, catalog, limits, resource);
            checks.push(LimitCheck {
                key: format!("max_removals of {}", origin.replace('`', "")),
                limit: *limit,
                ..removals
            });
        }
    }
    checks
}

/// Members that groups lose, of all members.
fn memberships<'a>(plan: &'a Plan, catalog: &Catalog, limits: &GuardLimits) -> LimitCheck<'a> {
    let lost = |change: &Change| change.unlinked(catalog.schema(change.resource)).len();
    LimitCheck {
        key: "guard.max_memberships_removed".to_owned(),
        changes: plan.changes.iter().filter(|change| lost(change) > 0).collect(),
        limit: limits.max_memberships_removed,
        deed: "leave a group".into(),
        whole: plan.all_totals().references,
        count: Some(plan.changes.iter().map(lost).sum()),
        noun: "member",
    }
}

/// Returns whether the person has to sign in with another name from now on. Letter case and invisible characters are
/// ignored. An adopted account does not count.
pub(crate) fn changes_login(change: &Change, schema: &Schema) -> bool {
    let Some(edit) = change.edit().filter(|_| change.kind != ActionKind::Adopt) else {
        return false;
    };
    let Some(login) = edit.change_of(schema, Purpose::Login) else {
        return false;
    };
    let text = |value: &Option<Value>| value.as_ref().map(|value| comparable(value.as_text()));
    // An interrupted exchange of names is completed. The rename was approved in the earlier run.
    let before = edit.before.as_deref();
    let is_rest = before.is_some_and(|account| order::has_temporary_login(schema, account));
    !is_rest && text(&login.before) != text(&login.after)
}

/// Returns whether an account is adopted by a person who shares no part of the name with its owner. Most likely an
/// address was reused, and the account's content belongs to another person.
fn hands_over(change: &Change, schema: &Schema) -> bool {
    let edit = change.edit().filter(|_| change.kind == ActionKind::Adopt);
    let account = edit.and_then(|edit| Some((edit.before.as_deref()?, &edit.desired)));
    account.is_some_and(|(account, person)| is_other_person(account, person, schema))
}

/// The visible form of a part of a name. Blanks between words are ignored too.
fn seen(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(comparable).collect();
    words.join(" ")
}

/// Returns whether a person and an account have no part of the name in common.
pub(crate) fn is_other_person(account: &Existing, person: &Desired, schema: &Schema) -> bool {
    let mut parts = schema
        .iter()
        .filter(|(_, spec)| spec.purpose == Purpose::Name)
        .peekable();
    let is_other = |(index, _)| match (account.attributes.text(index), person.attributes.text(index)) {
        (Some(before), Some(after)) => seen(before) != seen(after),
        _ => false,
    };
    parts.peek().is_some() && parts.all(is_other)
}
