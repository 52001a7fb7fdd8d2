//! Values that must be unique: locked, then looked up (recorded: duplicates, locks).

use crate::udm::directory::{Entry, Id};
use crate::udm::errors::{Failure, Problem};
use crate::udm::locks::Locked;
use crate::udm::state::State;

/// Takes all values for an entry, one after the other. The first that is taken refuses the request; its lock stays,
/// those before it are given back.
pub(super) fn claim(state: &mut State, claims: &[(Locked, String)], own: Option<Id>) -> Result<(), Failure> {
    for (place, (what, value)) in claims.iter().enumerate() {
        let free =
            state.lock(*what, value) && holder(state, *what, value).is_none_or(|entry| Some(entry.id) == own);
        if !free {
            release(state, &claims[..place]);
            return Err(taken(*what, value));
        }
    }
    Ok(())
}

/// The values are written, or not needed.
pub(super) fn release(state: &mut State, claims: &[(Locked, String)]) {
    for (what, value) in claims {
        state.locks.release(*what, value);
    }
}

fn holder<'a>(state: &'a State, what: Locked, value: &str) -> Option<&'a Entry> {
    match what {
        Locked::Username | Locked::GroupName => state.directory.named(value),
        Locked::Mail => state.directory.with_mail(value),
        Locked::Identifier => state.directory.with_identifier(value),
    }
}

fn taken(what: Locked, value: &str) -> Failure {
    match what {
        Locked::Username => Failure::exists(&format!(
            "(uid): The username is already in use as username or as groupname: {value}"
        )),
        Locked::GroupName => Failure::exists(&format!(
            "(group): The groupname is already in use as groupname or as username: {value}"
        )),
        Locked::Mail => Problem::property(
            "mailPrimaryAddress",
            format!("The mail address is already in use: {value}."),
        )
        .into(),
        Locked::Identifier => Failure::exists(
            "(nolock): Could not acquire lock: The attribute 'univentionObjectIdentifier' could not get locked",
        ),
    }
}
