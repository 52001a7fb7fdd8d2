//! Plans from a file, without reading sources.

use std::cell::RefCell;

use super::{confirmation, stages};
use crate::apply::{Context, NotApplied, Outcome};
use crate::model::{Change, DesiredState, Existing, Ids, Plan};
use crate::plan::{self, Known, Policy, Proof};
use crate::report::{Reading, Report};
use crate::run::session::error::RunError;
use crate::run::session::process::Process;
use crate::run::session::request::{Mode, Request};
use crate::signals::Signals;
use crate::target::{Target, TargetError};

/// A plan from a file, without sources.
pub(in crate::run) struct FromFile<'a> {
    pub(in crate::run) plan: Plan,
    /// Target ids of everything that it may refer to.
    pub(in crate::run) ids: Ids,
    /// Changes that no longer apply, with the reason.
    pub(in crate::run) left_out: Vec<(&'a Change, &'static str)>,
    /// How these are reported.
    pub(in crate::run) left: fn(&'static str) -> NotApplied,
    /// If a new person's account turns out to exist, it is taken over.
    pub(in crate::run) takes_over: bool,
    /// Before a creation, the target is asked for accounts with the external id.
    pub(in crate::run) looks_first: bool,
}

impl FromFile<'_> {
    /// Reads the accounts, and starts with a plan that has no changes yet, only the totals that the guard takes
    /// percentages of. `each` is called with every account.
    pub(in crate::run) async fn read(
        target: &impl Target,
        left: fn(&'static str) -> NotApplied,
        mut each: impl FnMut(Existing),
    ) -> Result<Self, TargetError> {
        let (mut plan, mut ids) = (Plan::default(), Ids::default());
        let reading = Reading::new([target.name().kind.to_owned()], "accounts");
        let mut add = |account: Existing| {
            reading.one(0);
            let schema = target.catalog().schema(account.resource);
            plan.totals_mut(account.resource).add(&account, schema);
            ids.add(&account);
            each(account);
        };
        target.read(&mut add).await?;
        Ok(Self {
            plan,
            ids,
            left_out: Vec::new(),
            left,
            takes_over: false,
            looks_first: false,
        })
    }

    /// Orders the plan, removes protected accounts, and adds it to the report.
    pub(in crate::run) fn put_in_order(
        &mut self,
        target: &impl Target,
        request: Request<'_>,
        report: &mut Report,
    ) {
        let withholding = &request.settings.withholding;
        plan::withhold(&mut self.plan, target.catalog(), withholding, target.name().kind);
        if request.settings.policy.end_sessions {
            plan::end_sessions(&mut self.plan, target.catalog());
        }
        let protected = &request.settings.guard.protected;
        plan::arrange_saved(target.catalog(), &mut self.plan, protected, &self.ids);
        report.add_plan(&self.plan, target.catalog());
        for (change, reason) in self.left_out.drain(..) {
            let result = Err((self.left)(reason));
            report.add_outcome(change, target.catalog(), &Outcome { index: 0, result });
        }
    }

    /// Shows the plan, has it approved, and applies it unless this is a dry run.
    pub(in crate::run) async fn show_and_apply(
        self,
        target: &impl Target,
        request: Request<'_>,
        process: &mut Process<'_>,
        report: &mut Report,
    ) -> Result<(), RunError> {
        stages::show(&self.plan, target, request, process, report)?;
        // Completeness of the sources was checked when the file was made.
        let approved = stages::approve(self.plan, &Proof::default(), target, request, process)?;
        stages::remark(&approved, request, process, report)?;
        if request.mode != Mode::Write {
            return Ok(());
        }
        let no_people = DesiredState::default();
        let context = Context {
            known: &Known::new(&no_people),
            ids: RefCell::new(self.ids),
            // The sources were not read this time, so the owner of an existing account is not known.
            policy: Policy {
                adopt: false,
                ..stages::policy(request.settings)
            },
            protected: &request.settings.guard.protected,
            signals: &Signals::of_process(),
            settings: request.settings.apply,
            takes_over: self.takes_over && stages::may_take_over(request.settings),
            looks_first: self.looks_first,
        };
        let changes = approved.plan().changes.len();
        confirmation::ask(changes, request, process, context.signals).await?;
        stages::apply(target, &approved, &context, request, report).await
    }
}
