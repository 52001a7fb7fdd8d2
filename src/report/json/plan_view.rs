//! The changes of a plan and its limits, as a page shows them.

use std::cmp::Ordering;

use minijinja::Value;
use serde::Serialize;

use crate::model::{
    self, ActionKind, Catalog, Change, Lifecycle, Personal, Plan, Purpose, Schema, TargetId, Withheld, Write,
};
use crate::plan::{LimitUse, changes_login};
use crate::report::Show;
use crate::report::data::data;
use crate::report::describe::details::remarks;
use crate::report::describe::label::label;
use crate::report::json::entries::Failure;
use crate::report::json::plan::planned;
use crate::report::origin::origin;

/// The parts of a plan for a page that the report does not contain.
#[derive(Clone, Debug)]
pub struct PlanView {
    pub(in crate::report) show: Show,
    /// In the order of the plan; withheld actions come last.
    pub(in crate::report) rows: Vec<Row>,
    pub(in crate::report) limits: Vec<LimitUse>,
    /// The cost, as a sentence.
    pub(in crate::report) cost: String,
}

/// The section of a change in a page. Losses come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Section {
    Removals,
    Renames,
    Absences,
    Creations,
    Adoptions,
    Reactivations,
    Updates,
    Withheld,
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub(in crate::report) struct Row {
    #[serde(skip)]
    pub(in crate::report) section: Section,
    #[serde(skip)]
    order: (ActionKind, u8),
    /// The person or the group.
    who: String,
    /// Whether that is more than an id.
    is_named: bool,
    /// [`planned`]
    change: Value,
    state: Option<State>,
    login: Option<Login>,
    remarks: Vec<String>,
    record: Option<String>,
    /// The setting that withholds it.
    withheld: Option<String>,
    result: Option<RowResult>,
}

/// Whether a person may sign in, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct State {
    before: Option<&'static str>,
    after: &'static str,
}

/// The login name, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Login {
    before: String,
    after: String,
}

/// Result of a change.
#[derive(Clone, Debug, Serialize)]
pub(in crate::report) struct RowResult {
    word: &'static str,
    text: String,
    hint: Option<String>,
}

impl PlanView {
    /// A plan that was not applied yet.
    pub fn new(plan: &Plan, catalog: &Catalog, show: Show, limits: Vec<LimitUse>, cost: String) -> Self {
        let changes = plan
            .changes
            .iter()
            .map(|change| Row::new(change, None, catalog, show));
        let withheld = plan.withheld.iter();
        let withheld = withheld.map(|withheld| Row::new(&withheld.change, Some(withheld), catalog, show));
        Self {
            show,
            rows: changes.chain(withheld).collect(),
            limits,
            cost,
        }
    }

    /// Sets the result of the change at this index of the plan.
    pub(in crate::report) fn set_result(&mut self, index: usize, failure: Option<&Failure>) {
        if let Some(row) = self.rows.get_mut(index) {
            row.result = Some(RowResult::new(failure));
        }
    }
}

impl RowResult {
    fn new(failure: Option<&Failure>) -> Self {
        let (word, text) = failure.map_or(("done", ""), Failure::summary);
        Self {
            word,
            text: text.to_owned(),
            hint: failure.and_then(|failure| failure.hint.clone()),
        }
    }
}

impl Row {
    fn new(change: &Change, withheld: Option<&Withheld>, catalog: &Catalog, show: Show) -> Self {
        let schema = catalog.schema(change.resource);
        let who = label(change, schema, show);
        let id = change.id().map(|id| id.marked().to_string());
        let record = origin(change, "");
        let is_of_account = change.target_id().map(TargetId::as_str) == Some(&*record.at);
        Self {
            section: withheld.map_or_else(|| Section::of(change, schema), |_| Section::Withheld),
            order: (change.kind, change.resource.0),
            is_named: id.as_ref() != Some(&who),
            who,
            change: data(planned(change, catalog, show)),
            state: State::of(change),
            login: Login::of(change, schema).filter(|_| show != Show::NoNames),
            remarks: remarks(change, schema),
            record: (!is_of_account).then(|| record.to_string()),
            withheld: withheld.map(|withheld| withheld.by.to_string()),
            result: None,
        }
    }

    /// By kind and type, then by name; entries with only an id stay in the order of the plan.
    pub(in crate::report) fn compare(&self, other: &Self) -> Ordering {
        let rank = |row: &Self| (std::cmp::Reverse(row.order.0), row.order.1);
        let by_name = || match (self.is_named, other.is_named) {
            (true, true) => self.who.to_lowercase().cmp(&other.who.to_lowercase()),
            _ => Ordering::Equal,
        };
        rank(self).cmp(&rank(other)).then_with(by_name)
    }

    /// The account that gets an absence marker.
    pub(in crate::report) fn marked(&self) -> Option<String> {
        let account = || Some(self.change.get_attr("target_id").ok()?.as_str()?.to_owned());
        (self.section == Section::Absences).then(account).flatten()
    }
}

impl Section {
    pub(in crate::report) const ALL: [Self; 8] = [
        Self::Removals,
        Self::Renames,
        Self::Absences,
        Self::Creations,
        Self::Adoptions,
        Self::Reactivations,
        Self::Updates,
        Self::Withheld,
    ];

    fn of(change: &Change, schema: &Schema) -> Self {
        match change.kind {
            _ if change.is_removal(schema) => Self::Removals,
            _ if changes_login(change, schema) => Self::Renames,
            ActionKind::MarkAbsent => Self::Absences,
            ActionKind::Create => Self::Creations,
            ActionKind::Adopt => Self::Adoptions,
            ActionKind::Reactivate => Self::Reactivations,
            ActionKind::Update | ActionKind::Deactivate | ActionKind::Delete => Self::Updates,
        }
    }

    /// Its anchor in the page, its heading, and what its changes have in common.
    pub(in crate::report) const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Removals => (
                "removals",
                "Removals",
                "These accounts are deleted or deactivated, or lose their last role.",
            ),
            Self::Renames => ("renames", "Renames", "These accounts get another login name."),
            Self::Absences => (
                "absences",
                "Absence markers",
                "These people are missing from all sources. Their accounts stay in use for the time being.",
            ),
            Self::Creations => ("creations", "New accounts", "These accounts do not exist yet."),
            Self::Adoptions => (
                "adoptions",
                "Adoptions",
                "These accounts already exist, and are managed from now on.",
            ),
            Self::Reactivations => (
                "reactivations",
                "Reactivations",
                "These accounts were deactivated, and become active again.",
            ),
            Self::Updates => ("updates", "Updates", "These accounts get other values."),
            Self::Withheld => (
                "withheld",
                "Withheld",
                "A setting prevents these changes: they are not made.",
            ),
        }
    }
}

impl State {
    fn of(change: &Change) -> Option<Self> {
        let word = |lifecycle| match lifecycle {
            Lifecycle::Active => "active",
            Lifecycle::Disabled => "deactivated",
        };
        let before = change.before().map(|account| word(account.lifecycle));
        match &change.write {
            Write::Create(creation) => {
                let after = creation.desired.lifecycle;
                (after == Lifecycle::Disabled).then(|| Self {
                    before: None,
                    after: word(after),
                })
            }
            Write::Edit(edit) => edit.lifecycle.map(|after| Self {
                before,
                after: word(after),
            }),
            Write::Delete(_) => Some(Self {
                before,
                after: "deleted",
            }),
        }
    }
}

impl Login {
    fn of(change: &Change, schema: &Schema) -> Option<Self> {
        let login = change.edit()?.change_of(schema, Purpose::Login)?;
        let shown = |value: &Option<model::Value>| {
            let text = value.as_ref().map_or("", model::Value::as_text);
            Personal(text).to_string()
        };
        changes_login(change, schema).then(|| Self {
            before: shown(&login.before),
            after: shown(&login.after),
        })
    }
}
