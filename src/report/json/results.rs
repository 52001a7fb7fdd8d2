//! Adds the results of a run to its report.

use super::counts::{Count, TypeReport};
use super::credentials::CredentialReport;
use super::entries::{Failure, KeptAccount, Note, SourceReport, WithheldAction};
use super::{Report, TargetReport};
use crate::apply::Outcome;
use crate::config::{KeyNames, SourceSettings};
use crate::credential::{Credential, CredentialKind};
use crate::model::{
    ActionKind, Catalog, Change, DesiredState, Lifecycle, Plan, RecordRef, Rejected, TypeId, Warning, counted,
};
use crate::report::json::plan_view::PlanView;
use crate::report::origin::origin;

impl Report {
    /// Names the sources of a run before any of them is read.
    pub fn expect_sources(&mut self, sources: &[SourceSettings]) {
        self.sources = sources.iter().map(SourceReport::not_read).collect();
    }

    /// Adds statistics of the sources, by resource type, users first.
    pub fn add_sources(&mut self, desired: &[DesiredState], catalog: &Catalog) {
        let Some((users, others)) = desired.split_first() else {
            return;
        };
        self.sources = users.sources.iter().map(SourceReport::from).collect();
        for source in &users.sources {
            self.add_credentials(Credential::of_source(source).as_slice());
        }
        let disabled = users
            .objects
            .iter()
            .filter(|person| person.lifecycle == Lifecycle::Disabled);
        for person in disabled {
            let mut sources = self.sources.iter_mut();
            if let Some(source) = sources.find(|source| *source.name == *person.origin.source) {
                source.disabled += 1;
            }
        }
        for of_type in others {
            for read in &of_type.sources {
                let mut sources = self.sources.iter_mut();
                if let Some(source) = sources.find(|source| *source.name == *read.name) {
                    source.add(catalog.name(of_type.resource), read);
                }
            }
        }
    }

    /// Adds the plan.
    pub fn add_plan(&mut self, plan: &Plan, catalog: &Catalog) {
        let users = plan.totals_of(TypeId::default());
        self.target = TargetReport {
            accounts: users.all,
            managed: users.managed,
            ..self.target
        };
        if catalog.iter().nth(1).is_some() {
            let types = catalog.iter();
            self.types = types
                .map(|(id, of_type)| TypeReport::new(of_type.name, plan.totals_of(id)))
                .collect();
        }
        self.unchanged = plan.unchanged;
        self.without_role = plan.without_role;
        for skipped in plan.skipped_unchanged() {
            self.kept += 1;
            *self.kept_reasons.entry(skipped.reason.clone()).or_default() += 1;
        }
        for skipped in &plan.skipped {
            let resource = self.name_of(skipped.resource);
            self.kept_accounts.push(KeptAccount::new(skipped, resource));
        }
        for withheld in &plan.withheld {
            let resource = self.name_of(withheld.change.resource);
            self.withheld.push(WithheldAction::new(withheld, resource));
        }
        for change in &plan.changes {
            self.count_change(change, |count| count.planned += 1);
            let adopted = change.target_id().filter(|_| change.kind == ActionKind::Adopt);
            self.adopted.extend(adopted.cloned());
        }
        self.add_rejected(&plan.unresolved);
        self.add_warnings(&plan.warnings);
    }

    /// Counts a change in the totals, and in those of its type.
    fn count_change(&mut self, change: &Change, add: impl Fn(&mut Count)) {
        add(self.changes.count_mut(change.kind));
        if let Some(of_type) = self.types.get_mut(usize::from(change.resource.0)) {
            add(of_type.changes.count_mut(change.kind));
        }
    }

    /// The name of a resource type other than people.
    fn name_of(&self, resource: TypeId) -> Option<&'static str> {
        let of_type = self.types.get(usize::from(resource.0));
        of_type
            .filter(|_| resource != TypeId::default())
            .map(|of_type| of_type.name)
    }

    /// Adds the plan for a page.
    pub fn show(&mut self, view: PlanView) {
        self.view = Some(Box::new(view));
    }

    /// Adds records for which nothing can be written.
    pub fn add_rejected(&mut self, rejected: &[Rejected]) {
        self.rejected.extend(rejected.iter().map(Note::from));
    }

    pub fn add_warnings(&mut self, warnings: &[Warning]) {
        self.warnings.extend(warnings.iter().map(Note::from));
    }

    /// Adds credentials, with a warning for each that expires soon.
    pub fn add_credentials(&mut self, credentials: &[Credential]) {
        self.credentials
            .extend(credentials.iter().map(CredentialReport::from));
        for credential in credentials {
            let source = match credential.kind {
                CredentialKind::TlsLdap => credential.name.as_str(),
                CredentialKind::Key | CredentialKind::TlsTarget => self.target.kind,
            };
            let at = RecordRef::new(source, "credentials");
            let reason = credential.warning(self.started);
            let warning = reason.map(|reason| Warning::new(at, reason));
            self.add_warnings(warning.as_slice());
        }
    }

    /// Adds the result of one change.
    pub fn add_outcome(&mut self, change: &Change, catalog: &Catalog, outcome: &Outcome) {
        let failure = outcome.result.as_ref().err().map(|not_applied| {
            let resource = self.name_of(change.resource);
            Failure::new(change, (resource, catalog.schema(change.resource)), not_applied)
        });
        // Changes of a file that no longer apply are reported before its plan is shown.
        if let Some(view) = &mut self.view {
            view.set_result(outcome.index, failure.as_ref());
        }
        match failure {
            None => self.count_change(change, |count| count.applied += 1),
            Some(failure) => {
                let is_tried = failure.is_tried();
                self.count_change(change, |count| {
                    let number = if is_tried {
                        &mut count.failed
                    } else {
                        &mut count.not_started
                    };
                    *number += 1;
                });
                self.failures.push(failure);
            }
        }
        if let Some(applied) = outcome.applied() {
            self.already_there += usize::from(applied.list_was_stale);
            let at = origin(change, self.target.kind);
            for reason in &applied.warnings {
                let (at, id) = (at.clone(), change.id().cloned());
                let reason = reason.clone();
                self.add_warnings(&[Warning { at, id, reason }]);
            }
        }
    }

    /// Replaces our names for keys in failures and warnings with those of the file.
    pub fn call_keys_by(&mut self, names: &KeyNames) {
        for failure in &mut self.failures {
            failure.error = names.in_text(&failure.error);
            failure.hint = failure.hint.as_deref().map(|hint| names.in_text(hint));
        }
        for warning in &mut self.warnings {
            warning.reason = names.in_text(&warning.reason);
        }
    }

    /// Adds the result of reading again; `None` means that everything is as desired.
    pub fn verify(&mut self, doubt: Option<String>) {
        self.verified = Some(doubt.is_none());
        self.unverified = doubt;
    }

    /// Reports once that the target's list was stale, however many accounts it did not show.
    pub fn add_lag(&mut self) {
        let accounts = match self.already_there {
            0 => return,
            many => counted(many, "account"),
        };
        self.add_warnings(&[Warning::new(
            RecordRef::new(self.target.kind, "the account list"),
            format!("did not show {accounts} that already existed; none was created twice"),
        )]);
    }
}
