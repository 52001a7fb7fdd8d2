//! Plans out of a file, for which no source is read.

use std::cell::RefCell;

use super::{carry_out, question};
use crate::apply::{Context, NotApplied, Outcome};
use crate::model::{Change, DesiredState, Ids, Plan};
use crate::plan::{self, Known, Policy, Proof};
use crate::report::Report;
use crate::run::outcome::RunError;
use crate::run::session::process::Process;
use crate::run::session::request::{Mode, Request};
use crate::signals::Signals;
use crate::target::Target;

/// A plan out of a file: no source was read for it.
pub(in crate::run) struct FromFile<'a> {
    pub(in crate::run) plan: Plan,
    /// The target's ids of everything that it may refer to.
    pub(in crate::run) ids: Ids,
    /// Changes that are not true any more, and why.
    pub(in crate::run) left_out: Vec<(&'a Change, &'static str)>,
    /// How that is told.
    pub(in crate::run) left: fn(&'static str) -> NotApplied,
    /// A new person's account may turn out to exist, and is taken over.
    pub(in crate::run) takes_over: bool,
    /// Before anybody new is made, it is looked whether an account carries the external id.
    pub(in crate::run) looks_first: bool,
}

impl FromFile<'_> {
    /// Brings the plan into its order, without what is protected, and tells the report of it.
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
        plan::protect(
            &mut self.plan,
            target.catalog(),
            &request.settings.guard.protected,
        );
        plan::arrange_with(target.catalog(), &mut self.plan, &self.ids);
        report.add_plan(&self.plan, target.catalog());
        for (change, reason) in self.left_out.drain(..) {
            let result = Err((self.left)(reason));
            report.add_outcome(change, &Outcome { index: 0, result });
        }
    }

    /// Shows the plan, has it approved, and carries it out if this is no dry run.
    pub(in crate::run) async fn carry_out(
        self,
        target: &impl Target,
        request: Request<'_>,
        process: &mut Process<'_>,
        report: &mut Report,
    ) -> Result<(), RunError> {
        carry_out::show(&self.plan, target, request, process, report)?;
        // Whether the sources were complete was asked when the file was made.
        let approved = carry_out::approve(self.plan, &Proof::default(), target, request, process)?;
        carry_out::remark(&approved, request, process, report)?;
        if request.mode != Mode::Write {
            return Ok(());
        }
        let nobody = DesiredState::default();
        let context = Context {
            known: &Known::new(&nobody),
            ids: RefCell::new(self.ids),
            // Whom a new account would belong to was not looked up in the sources this time.
            policy: Policy {
                adopt: false,
                ..carry_out::policy(request.settings)
            },
            protected: &request.settings.guard.protected,
            signals: &Signals::of_process(),
            settings: request.settings.apply,
            takes_over: self.takes_over && carry_out::may_take_over(request.settings),
            looks_first: self.looks_first,
        };
        let changes = approved.plan().changes.len();
        question::ask(changes, request, process, context.signals).await?;
        carry_out::apply(target, &approved, &context, request, report).await
    }
}
