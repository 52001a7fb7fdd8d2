//! Restricts a plan to accounts of this configuration's provider.

use super::Setting;
use crate::model::{
    ActionKind, Catalog, Change, Check, Existing, Expected, Mismatch, Plan, Purpose, TypeId, Value, Withheld,
};

/// The checks that determine the provider of accounts, each with the index of its change.
pub fn provider_checks<'a>(catalog: &Catalog, plan: &'a Plan, ours: &'a [Value]) -> Vec<(usize, Check<'a>)> {
    let Some((attribute, ours)) = catalog.users().find(Purpose::Provider).zip(ours.first()) else {
        return Vec::new();
    };
    let people = plan.changes.iter().enumerate();
    let people = people.filter(|(_, change)| change.resource == TypeId::default());
    let check = |(index, change): (usize, &'a Change)| {
        let target_id = change.target_id()?;
        let expected = Expected::Value(attribute, ours);
        Some((index, Check { target_id, expected }))
    };
    people.filter_map(check).collect()
}

/// Removes the changes of accounts of other providers. `mismatches` are the answers to [`provider_checks`], `asked` the
/// indexes of the changes.
pub fn withhold_mismatched(
    plan: &mut Plan,
    (asked, mismatches): (&[usize], &[Mismatch]),
    ours: &[Value],
    by: &Setting,
) {
    let changes = std::mem::take(&mut plan.changes);
    let mut owners = vec![Owner::Unnamed; changes.len()];
    for index in asked {
        owners[*index] = Owner::Us;
    }
    for mismatch in mismatches {
        owners[asked[mismatch.index]] = match &mismatch.current {
            None => Owner::Unnamed,
            Some(name) if ours.contains(name) => Owner::Us,
            Some(name) => Owner::Other(name),
        };
    }
    for (change, owner) in changes.into_iter().zip(owners) {
        match mismatch(&change, owner) {
            None => plan.changes.push(change),
            Some(whose) => plan.withheld.push(Withheld {
                change,
                by: format!("{by}: {whose}").into(),
            }),
        }
    }
}

/// The provider that an account names.
#[derive(Clone, Copy)]
enum Owner<'a> {
    Us,
    Other(&'a Value),
    Unnamed,
}

/// The owner of the account, if it is not this configuration. An account without a provider is only managed if it has
/// everything else that this tool writes, as accounts of earlier versions do.
fn mismatch(change: &Change, owner: Owner<'_>) -> Option<String> {
    let looks_ours = change.before().is_none_or(Existing::looks_ours) && change.kind != ActionKind::Adopt;
    match owner {
        _ if change.target_id().is_none() => None,
        Owner::Us => None,
        Owner::Other(name) => {
            let name: String = name.as_text().chars().take(LONGEST_NAME).collect();
            Some(format!("the account belongs to provider `{name}`"))
        }
        Owner::Unnamed if looks_ours => None,
        Owner::Unnamed => {
            Some("the account names no provider, so it was made by hand or by another tool".to_owned())
        }
    }
}

/// Values of other tools can be very long.
const LONGEST_NAME: usize = 200;
