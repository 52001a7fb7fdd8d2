//! Pairs the people of the sources with the accounts of the target, decides per resource type, and combines the
//! results to one plan.

use jiff::Timestamp;

use super::{clock, mismatch, once};
use crate::config::Settings;
use crate::model::{Change, Desired, DesiredState, Existing, Ids, Plan, TypeId};
use crate::plan::{self, Alias, Clocks, Correlation, Objects};
use crate::report::Reading;
use crate::target::{Target, TargetError, Wait};

/// A plan, with the target ids of everything that it may refer to.
pub(in crate::run) struct Planned {
    pub(in crate::run) plan: Plan,
    pub(in crate::run) ids: Ids,
}

/// Reads the target and makes the plan. Before any account is planned as new, the target is asked for accounts that
/// its list did not show, because the list may be stale or truncated.
pub(in crate::run) async fn plan(
    target: &impl Target,
    desired: &[DesiredState],
    settings: &Settings,
) -> Result<Planned, TargetError> {
    plan_watching(target, desired, settings, &mut |_| {}).await
}

/// Like [`plan`]. `watch` is called for each account that the target shows, possibly more than once.
pub(in crate::run) async fn plan_watching(
    target: &impl Target,
    desired: &[DesiredState],
    settings: &Settings,
    watch: &mut dyn FnMut(&Existing),
) -> Result<Planned, TargetError> {
    if settings.withholding.create_deactivated.is_some() {
        target.look_for_unfinished();
    }
    let mut draft = Draft::read(target, desired, settings, watch).await?;
    if draft.new_people().next().is_some() {
        if target.list_is_incomplete().await? {
            tracing::warn!(
                "the target does not list all of its accounts; waiting until it does (`{}`)",
                target.setting_keys().wait
            );
            target.catch_up(Wait::ForHiddenAccount).await?;
            target.prepare().await?;
            draft = Draft::read(target, desired, settings, watch).await?;
        }
        let people: Vec<&Desired> = draft.new_people().collect();
        let not_listed = target.not_listed(&people).await?;
        not_listed.iter().for_each(&mut *watch);
        draft.add(not_listed, target, settings).await?;
    }
    draft.finish(target, desired, settings).await
}

/// One draft per resource type in the sources.
struct Draft<'a> {
    types: Vec<(Correlation<'a>, Plan)>,
    ids: Ids,
}

impl<'a> Draft<'a> {
    /// Plans with the accounts in the target's list.
    async fn read(
        target: &'a impl Target,
        desired: &'a [DesiredState],
        settings: &Settings,
        watch: &mut dyn FnMut(&Existing),
    ) -> Result<Self, TargetError> {
        let catalog = target.catalog();
        let correlation = |of_type: &'a DesiredState| {
            let policy = settings.policy.for_type(of_type.resource);
            Correlation::new(catalog, of_type, policy).restricted(settings.withholding.clone())
        };
        let mut draft = Self {
            types: desired
                .iter()
                .map(|of_type| (correlation(of_type), Plan::default()))
                .collect(),
            ids: Ids::default(),
        };
        let has_references = catalog.has_references();
        let reading = Reading::new([target.name().kind.to_owned()], "accounts");
        let mut each = |account: Existing| {
            reading.one(0);
            watch(&account);
            if has_references {
                draft.ids.add(&account);
            }
            let mut types = draft.types.iter_mut();
            if let Some((correlation, _)) = types.find(|(of_type, _)| of_type.resource() == account.resource)
            {
                correlation.observe(account);
            }
        };
        target.read(&mut each).await?;
        drop(reading);
        for (correlation, plan) in &mut draft.types {
            correlation.match_unpaired();
            *plan = decide(target, correlation, settings).await?;
        }
        Ok(draft)
    }

    /// People without an account so far.
    fn new_people(&self) -> impl Iterator<Item = &Desired> {
        let changes = self.types.iter().flat_map(|(_, plan)| &plan.changes);
        let new = changes.filter(|change| change.resource == TypeId::default());
        new.filter_map(Change::creation).map(|creation| &creation.desired)
    }

    /// Adds accounts that were missing in the list.
    async fn add(
        &mut self,
        not_listed: Vec<Existing>,
        target: &impl Target,
        settings: &Settings,
    ) -> Result<(), TargetError> {
        let Some((users, plan)) = self.types.first_mut() else {
            return Ok(());
        };
        for account in &not_listed {
            self.ids.add(account);
        }
        if users.add(not_listed) {
            users.match_unpaired();
            *plan = decide(target, users, settings).await?;
        }
        Ok(())
    }

    /// Combines the drafts to one plan, with the references that can be written.
    async fn finish(
        self,
        target: &impl Target,
        desired: &[DesiredState],
        settings: &Settings,
    ) -> Result<Planned, TargetError> {
        let catalog = target.catalog();
        let aliases: Vec<Alias> = self
            .types
            .iter()
            .flat_map(|(of_type, _)| of_type.aliases())
            .collect();
        let mut plans: Vec<Plan> = self.types.into_iter().map(|(_, plan)| plan).collect();
        if let Some((plan, users)) = plans.first_mut().zip(desired.first()) {
            once::reject(target, users, plan).await?;
        }
        let providers = desired.first().map_or(&[][..], |users| &users.providers);
        for plan in &mut plans {
            mismatch::withhold(target, plan, providers, &settings.withholding).await?;
        }
        let mut plan = plan::combine(catalog, plans, &settings.guard.protected);
        target.find_holders(&plan::taken_values(catalog, &plan)).await?;
        plan::reject_taken(catalog, &mut plan, |resource, attribute, value, but| {
            target.holder(resource, attribute, value, but)
        });
        let objects = Objects {
            desired,
            ids: &self.ids,
            aliases: &aliases,
        };
        plan::resolve_references(catalog, &mut plan, objects);
        plan::arrange(catalog, &mut plan);
        Ok(Planned { plan, ids: self.ids })
    }
}

async fn decide(
    target: &impl Target,
    correlation: &Correlation<'_>,
    settings: &Settings,
) -> Result<Plan, TargetError> {
    let proofs = correlation.proofs();
    let checks = correlation.checks(&proofs);
    let mismatches = target.confirm(checks.checks()).await?;
    // Right after an answer, so that both times belong together.
    let clocks = Clocks {
        now: Timestamp::now().as_second(),
        ahead: target.clock_ahead(),
    };
    let mut plan = plan::decide(correlation, &checks, mismatches, target.name().kind, clocks);
    if correlation.resource() == TypeId::default() {
        let doubt = clock::doubt(clocks, settings.policy, target.name());
        plan.warnings.extend(doubt);
    }
    Ok(plan)
}
