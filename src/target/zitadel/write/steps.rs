//! The calls of a change, in their order. The cost is computed from the same list that is sent.

use crate::config::MetadataCheck;
use crate::model::{
    ActionKind, AttributeChange, AttributeIndex, Change, Creation, Detail, Edit, Existing, Lifecycle,
    Mutability, Removal, RemovalReason, TargetId, UNFINISHED, Write,
};
use crate::target::Cost;
use crate::target::zitadel::rules::details::Details;
use crate::target::zitadel::schema::{
    DISABLED_BY, EMAIL, EXTERNAL_ID, IDP_LINK, MISSING_RUNS, MISSING_SINCE, PHONE, Part, ROLES, SIGN_OUT,
    part,
};
use crate::target::zitadel::state::ZitadelTarget;

pub(in crate::target::zitadel) enum Step<'a> {
    /// Checks that the account of a removal has not changed.
    LookAgain(&'a Existing, &'a Removal),
    /// Checks that the account of an edit has not changed.
    LookBefore(&'a Edit),
    /// Reads the metadata of the account before a value is written that must not replace another one.
    ReadMetadata,
    SetMetadata(Vec<&'a AttributeChange>),
    RemoveMetadata(Vec<&'a AttributeChange>),
    /// Removes the link to a former id.
    Unlink(&'a AttributeChange),
    Link(&'a Edit),
    Reactivate,
    Deactivate,
    /// Lists the sessions of the user and ends each.
    EndSessions,
    /// All values that one call can write.
    UpdateUser(&'a Edit),
    RemovePhone,
    /// How roles are changed depends on whether the account is known to have a grant.
    ChangeRoles(&'a AttributeChange),
    /// Adds the roles of a new account.
    GiveRoles(&'a [Box<str>]),
    /// Restores all former roles of an account, in all projects.
    GiveRolesAgain,
    Create(&'a Creation),
    /// Writes the mark of an account that was created to be deactivated, and is deactivated.
    FinishCreation,
    Delete(&'a TargetId),
}

/// Returns the removal if the account is read again before it.
pub(in crate::target::zitadel) fn is_looked_at_again(change: &Change) -> Option<&Removal> {
    // An undo has already compared more than this, and may have changed the account itself.
    let by_undo = change.kind == ActionKind::Deactivate && change.reason() == Some(RemovalReason::Undone);
    change.removal.as_ref().filter(|_| !by_undo)
}

impl ZitadelTarget {
    /// The calls of a change, in the order in which they are sent if all of them succeed.
    pub(in crate::target::zitadel) fn steps<'a>(&'a self, change: &'a Change) -> Vec<Step<'a>> {
        let restore = change.restore.as_deref();
        match &change.write {
            Write::Create(creation) => steps_of_creation(creation, restore),
            Write::Delete(account) => {
                let again = is_looked_at_again(change).map(|removal| Step::LookAgain(account, removal));
                again
                    .into_iter()
                    .chain([Step::Delete(&account.target_id)])
                    .collect()
            }
            Write::Edit(edit) => match (is_looked_at_again(change), edit.before.as_deref()) {
                (Some(removal), Some(account)) => {
                    steps_of_deactivation(&Parts(&edit.changes), account, removal)
                }
                _ => self.steps_of_edit(edit, restore),
            },
        }
    }

    fn steps_of_edit<'a>(&'a self, edit: &'a Edit, restore: Option<&'a [Detail]>) -> Vec<Step<'a>> {
        let parts = Parts(&edit.changes);
        let mut steps = Vec::new();
        // First: whatever fails later, a former absence must not count towards a new one.
        steps.extend(remove_metadata(parts.markers(false)));
        steps.extend(looks_before(edit).then_some(Step::LookBefore(edit)));
        let link = edit.change(IDP_LINK);
        // Before the new link: otherwise the next run would see the new one, and leave the former one there.
        steps.extend(link.filter(|link| link.before.is_some()).map(Step::Unlink));
        // Before the id: with our id, the next run would assume that the link was written at creation.
        steps.extend(link.filter(|link| link.after.is_some()).map(|_| Step::Link(edit)));
        // An earlier run has deactivated the account, and was interrupted.
        let signs_out_first = edit.lifecycle != Some(Lifecycle::Disabled) && edit.change(SIGN_OUT).is_some();
        steps.extend(signs_out_first.then_some(Step::EndSessions));
        if edit.lifecycle == Some(Lifecycle::Active) {
            steps.push(Step::Reactivate);
        }
        steps.extend(self.looks_at_metadata(edit).then_some(Step::ReadMetadata));
        let user = writes_user(edit).then_some(Step::UpdateUser(edit));
        let is_adopted = edit.change(EXTERNAL_ID).is_some() && restore.is_none();
        // Before the id: otherwise the former provider would see the id of an unknown person, and remove the account.
        steps.extend(set_metadata(parts.values(true)).filter(|_| is_adopted));
        steps.extend(user);
        let phone = edit.change(PHONE).filter(|phone| phone.after.is_none());
        steps.extend(phone.map(|_| Step::RemovePhone));
        steps.extend(set_metadata(parts.values(true)).filter(|_| !is_adopted));
        steps.extend(remove_metadata(parts.values(false)));
        steps.extend(set_metadata(parts.markers(true)));
        if restore.is_some_and(|details| Details(details).roles().next().is_some()) {
            steps.push(Step::GiveRolesAgain);
        } else {
            steps.extend(edit.change(ROLES).map(Step::ChangeRoles));
        }
        // Last: if an earlier step fails, the next run still knows who deactivated the account.
        if edit.lifecycle == Some(Lifecycle::Disabled) {
            steps.extend(parts.steps_out_of_use());
        } else {
            steps.extend(remove_metadata(parts.marks(false)));
        }
        steps
    }

    /// Returns whether the metadata of the account is read before the change.
    fn looks_at_metadata(&self, edit: &Edit) -> bool {
        edit.changes.iter().any(|change| self.is_asked_first(change))
    }

    /// Returns whether the account is read before the change, because a value that was overlooked must not be lost.
    pub(in crate::target::zitadel) fn is_asked_first(&self, change: &AttributeChange) -> bool {
        if !matches!(part(change.attribute), Part::Metadata(_)) {
            return false;
        }
        let is_new = change.before.is_none() && change.after.is_some();
        let by_key_alone = self.settings.metadata == MetadataCheck::Presence && is_new;
        let spec = self.schema().spec(change.attribute);
        spec.mutability == Mutability::SetOnce || by_key_alone
    }

    /// Cost of a change if all calls succeed.
    pub(in crate::target::zitadel) fn foresee(&self, change: &Change) -> Cost {
        let steps = self.steps(change);
        let mut cost: Cost = steps.iter().map(|step| self.cost(step, change)).sum();
        // The account gets a temporary login name first.
        if let Some(edit) = change.edit().filter(|edit| edit.temporary_login.is_some()) {
            cost.requests += 1 + u64::from(looks_before(edit));
        }
        cost
    }

    fn cost(&self, step: &Step<'_>, change: &Change) -> Cost {
        let details = Details(change.restore.as_deref().unwrap_or_default());
        let requests = match step {
            // The account, its roles, and its metadata if needed.
            Step::LookAgain(_, removal) => 2 + u64::from(!removal.requires.is_empty()),
            // An existing grant is read before it is changed.
            Step::ChangeRoles(roles) => 1 + u64::from(roles.before.is_some()),
            Step::GiveRolesAgain => details.roles().count() as u64,
            _ => 1,
        };
        // An undo sends no messages.
        let tells = |writes: bool, wanted: bool| u64::from(writes && wanted && change.restore.is_none());
        let (email, phone) = match step {
            Step::Create(creation) => (true, creation.attributes.get(PHONE).is_some()),
            Step::UpdateUser(edit) => (writes(edit, EMAIL), writes(edit, PHONE)),
            _ => (false, false),
        };
        Cost {
            requests,
            mails: tells(email, self.settings.verify_email),
            texts: tells(phone, self.settings.verify_phone),
        }
    }
}

fn steps_of_creation<'a>(creation: &'a Creation, restore: Option<&'a [Detail]>) -> Vec<Step<'a>> {
    let mut steps = vec![Step::Create(creation)];
    if creation.desired.lifecycle == Lifecycle::Disabled {
        steps.push(Step::Deactivate);
    }
    // Roles are written after the user: if the run stops in between, the next run sees the user without the role and
    // repairs it.
    let roles = creation.attributes.texts(ROLES);
    match restore {
        Some(_) => steps.push(Step::GiveRolesAgain),
        None if !roles.is_empty() => steps.push(Step::GiveRoles(roles)),
        None => {}
    }
    // Last: until then, the next run sees that the account is incomplete and was never meant to be active.
    let is_unfinished = creation.attributes.text(DISABLED_BY) == Some(UNFINISHED);
    steps.extend(is_unfinished.then_some(Step::FinishCreation));
    steps
}

fn steps_of_deactivation<'a>(
    parts: &Parts<'a>,
    account: &'a Existing,
    removal: &'a Removal,
) -> Vec<Step<'a>> {
    let mut steps = vec![Step::LookAgain(account, removal)];
    steps.extend(remove_metadata(parts.markers(false)));
    steps.extend(parts.steps_out_of_use());
    steps
}

/// The changes of an edit, by the metadata that they concern.
struct Parts<'a>(&'a [AttributeChange]);

impl<'a> Parts<'a> {
    fn filter(&self, is_set: bool, is_wanted: impl Fn(AttributeIndex) -> bool) -> Vec<&'a AttributeChange> {
        let changes = self.0.iter().filter(|change| change.after.is_some() == is_set);
        changes.filter(|change| is_wanted(change.attribute)).collect()
    }

    fn those(&self, is_set: bool, attributes: &[AttributeIndex]) -> Vec<&'a AttributeChange> {
        self.filter(is_set, |attribute| attributes.contains(&attribute))
    }

    /// Values from sources, or derived from the id.
    fn values(&self, is_set: bool) -> Vec<&'a AttributeChange> {
        self.filter(is_set, |attribute| matches!(part(attribute), Part::Metadata(_)))
    }

    /// The deactivation marks.
    fn marks(&self, is_set: bool) -> Vec<&'a AttributeChange> {
        self.those(is_set, &[DISABLED_BY, SIGN_OUT])
    }

    /// Deactivates the account, with its marks written before. Sessions are ended afterwards, so that no session
    /// remains that began before. The mark for ending sessions is removed last.
    fn steps_out_of_use(&self) -> Vec<Step<'a>> {
        let mut steps: Vec<Step<'a>> = set_metadata(self.marks(true)).into_iter().collect();
        steps.push(Step::Deactivate);
        let ended = self.those(true, &[SIGN_OUT]);
        steps.extend((!ended.is_empty()).then_some(Step::EndSessions));
        let done = self.marks(false).into_iter().chain(ended).collect();
        steps.extend(remove_metadata(done));
        steps
    }

    /// The parts of an absence marker.
    fn markers(&self, is_set: bool) -> Vec<&'a AttributeChange> {
        self.those(is_set, &[MISSING_SINCE, MISSING_RUNS])
    }
}

fn set_metadata(changes: Vec<&AttributeChange>) -> Option<Step<'_>> {
    (!changes.is_empty()).then_some(Step::SetMetadata(changes))
}

fn remove_metadata(changes: Vec<&AttributeChange>) -> Option<Step<'_>> {
    (!changes.is_empty()).then_some(Step::RemoveMetadata(changes))
}

fn writes(edit: &Edit, attribute: AttributeIndex) -> bool {
    edit.change(attribute)
        .is_some_and(|change| change.after.is_some())
}

/// Returns whether anything changes in the user object itself.
fn writes_user(edit: &Edit) -> bool {
    let is_in_update = |change: &AttributeChange| part(change.attribute).is_in_update(change.after.is_some());
    edit.changes.iter().any(is_in_update)
}

/// Returns whether the account is read before the change, because the change decides whose account it is, or who may
/// sign in.
pub(in crate::target::zitadel) fn looks_before(edit: &Edit) -> bool {
    let is_about_person = edit.lifecycle == Some(Lifecycle::Active)
        || edit
            .changes
            .iter()
            .any(|change| part(change.attribute).is_about_person());
    is_about_person && edit.before.is_some()
}
