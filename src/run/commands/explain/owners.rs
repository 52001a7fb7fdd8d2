//! The records that belong to an account.

use crate::model::{DesiredState, Existing, ExternalId, Plan, Purpose, Schema, alike};
use crate::source::Hits;

/// The records of an account.
pub(super) fn owners(account: &Existing, plan: &Plan, of_type: &DesiredState, schema: &Schema) -> Hits {
    let withheld = plan.withheld.iter().map(|withheld| &withheld.change);
    let changes = plan.changes.iter().chain(withheld);
    let changes = changes.filter(|change| change.target_id() == Some(&account.target_id));
    let ids: Vec<&ExternalId> = account
        .ids()
        .chain(changes.filter_map(|change| change.id()))
        .collect();
    let by_id = Hits {
        people: indexes(&of_type.objects, |person| ids.contains(&&person.id)),
        rejected: indexes(&of_type.rejected, |rejected| {
            rejected.id.as_ref().is_some_and(|id| ids.contains(&id))
        }),
        leavers: Vec::new(),
    };
    if !(by_id.people.is_empty() && by_id.rejected.is_empty()) {
        return by_id;
    }
    let address = account.attributes.text_of(schema, Purpose::Address);
    let names: Vec<&str> = [Some(account.login(schema)), address]
        .into_iter()
        .flatten()
        .filter(|name| !name.is_empty())
        .collect();
    let is_theirs = |name: &str| names.iter().any(|known| alike(known, name));
    Hits {
        people: indexes(&of_type.objects, |person| {
            let mut purposes = [Purpose::Login, Purpose::Address].into_iter();
            purposes.any(|purpose| person.attributes.text_of(schema, purpose).is_some_and(is_theirs))
        }),
        rejected: indexes(&of_type.rejected, |rejected| {
            rejected.claims.addresses.iter().any(|address| is_theirs(address))
        }),
        leavers: Vec::new(),
    }
}

fn indexes<T>(all: &[T], fits: impl Fn(&T) -> bool) -> Vec<usize> {
    let fitting = all.iter().enumerate().filter(|(_, one)| fits(one));
    fitting.map(|(index, _)| index).collect()
}

/// Keeps each index once, if it is not known.
pub(super) fn keep_new(indexes: &mut Vec<usize>, known: &[usize]) {
    indexes.sort_unstable();
    indexes.dedup();
    indexes.retain(|index| !known.contains(index));
}
