//! The life of a user: deactivate, reactivate, lock, unlock, delete.

use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::{Failure, NOT_FOUND, PRECONDITION};
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::event::EventKind;
use crate::zitadel::state::{State, User, UserState};

/// One change of state and the states it is refused in.
struct Step {
    unknown: &'static str,
    refuse: fn(UserState) -> Option<Failure>,
    to: UserState,
    event: EventKind,
}

/// `POST /v2/users/{userId}/deactivate`: active and locked users.
pub(crate) fn deactivate(state: &mut State, call: &Call) -> Result<String, Failure> {
    let refuse = |state| match state {
        UserState::Initial => {
            let text = "User with state initial can only be deleted not deactivated";
            Some(Failure::of(PRECONDITION, "COMMAND-gvx4kct9r2", text))
        }
        UserState::Inactive => Some(Failure::of(
            PRECONDITION,
            "COMMAND-5gunjw0cd7",
            "User already inactive",
        )),
        _ => None,
    };
    let step = Step {
        unknown: "COMMAND-5gp2p62iin",
        refuse,
        to: UserState::Inactive,
        event: EventKind::Deactivated,
    };
    take(state, call, &step)
}

/// `POST /v2/users/{userId}/reactivate`: inactive users only.
pub(crate) fn reactivate(state: &mut State, call: &Call) -> Result<String, Failure> {
    let refuse = |state| {
        let failure = || Failure::of(PRECONDITION, "COMMAND-s5qqcz97hf", "User is not inactive");
        (state != UserState::Inactive).then(failure)
    };
    let step = Step {
        unknown: "COMMAND-9hy5kzbuk6",
        refuse,
        to: UserState::Active,
        event: EventKind::Reactivated,
    };
    take(state, call, &step)
}

/// `POST /v2/users/{userId}/lock`: active and initial users.
pub(crate) fn lock(state: &mut State, call: &Call) -> Result<String, Failure> {
    let refuse = |state| {
        let failure = || {
            Failure::of(
                PRECONDITION,
                "COMMAND-lgws8wtsqf",
                "User is not active or initial",
            )
        };
        (!matches!(state, UserState::Active | UserState::Initial)).then(failure)
    };
    let step = Step {
        unknown: "COMMAND-450yxuqrh1",
        refuse,
        to: UserState::Locked,
        event: EventKind::Locked,
    };
    take(state, call, &step)
}

/// `POST /v2/users/{userId}/unlock`: locked users only.
pub(crate) fn unlock(state: &mut State, call: &Call) -> Result<String, Failure> {
    let refuse = |state| {
        let failure = || Failure::of(PRECONDITION, "COMMAND-olb9vb0oca", "User is not locked");
        (state != UserState::Locked).then(failure)
    };
    let step = Step {
        unknown: "COMMAND-x377t913pw",
        refuse,
        to: UserState::Active,
        event: EventKind::Unlocked,
    };
    take(state, call, &step)
}

fn take(state: &mut State, call: &Call, step: &Step) -> Result<String, Failure> {
    let caller = state.authenticate(call, None)?;
    let id = call.param("userId");
    let user = state
        .user(&id)
        .ok_or_else(|| Failure::user_not_found(NOT_FOUND, step.unknown))?;
    if let Some(failure) = (step.refuse)(user.state) {
        return Err(failure);
    }
    state.require_for_user(&caller, &id, &user.org.clone(), "user.write")?;
    state.set_state(&id, &caller.user, step.to, step.event);
    let mut writer = Writer::default();
    writer.open();
    state.write_change(&mut writer, &id);
    writer.close();
    Ok(writer.finish())
}

/// `DELETE /v2/users/{userId}`: deletes grants too, and releases the user name and the links.
pub(crate) fn delete(state: &mut State, call: &Call) -> Result<String, Failure> {
    let caller = state.authenticate(call, None)?;
    let id = call.param("userId");
    let unknown = || Failure::user_not_found(NOT_FOUND, "COMMAND-bd4ir1mblj");
    let org = state.user(&id).ok_or_else(unknown)?.org.clone();
    state.require_for_user(&caller, &id, &org, "user.delete")?;
    state.push(&id, &caller.user, vec![(EventKind::Removed, String::new())]);
    let mut writer = Writer::default();
    writer.open();
    state.write_change(&mut writer, &id);
    writer.close();
    state.forget(&id);
    Ok(writer.finish())
}

impl State {
    /// Sets the state; access tokens of a user that is not active any more are gone for good.
    pub(crate) fn set_state(&mut self, id: &str, editor: &str, to: UserState, event: EventKind) {
        if let Some(user) = self.user_mut(id) {
            user.state = to;
        }
        self.push(id, editor, vec![(event, String::new())]);
        if to != UserState::Active {
            self.revoke_tokens(id);
        }
    }

    /// Removes a user with everything that hangs on it.
    fn forget(&mut self, id: &str) {
        let Some(user) = self.users.remove(id) else { return };
        let user: &User = &user;
        self.removed.insert(id.to_owned(), user.sequence);
        self.user_names.remove(&self.name_key(&user.org, &user.username));
        for link in &user.links {
            self.links.remove(&link.key());
        }
        for grant in self.grants_of.remove(id).unwrap_or_default() {
            self.remove_grant(&grant);
        }
        self.grants_seen = self.clock.last();
        self.memberships.remove(id);
        self.tokens.retain(|_, token| token.user != id);
        self.keys.retain(|_, key| key.user != id);
        self.sessions.retain(|_, session| session.user != id);
    }
}
