//! Random people, accounts and policies.

use proptest::prelude::*;

use crate::plan::tests::*;

prop_compose! {
    fn any_person(number: u8)(
        disabled in prop::bool::weighted(0.2),
        name in 0u8..3,
        login in 0u8..2,
        alias in prop::option::of(0u8..3),
        keeps_alias in prop::bool::weighted(0.1),
        roles in any_roles(),
    ) -> Desired {
        let mut person = person(number);
        person.attributes.set(ROLES, roles);
        if disabled { person.lifecycle = Lifecycle::Disabled; }
        person.attributes.set(NAME, Some(Value::text(format!("Name {name}"))));
        person.attributes.set(ADDRESS, Some(Value::text(format!("p{number}-{login}@example.org"))));
        person.attributes.set(ALIAS, alias.map(|alias| Value::text(format!("alias {alias}"))));
        if keeps_alias { person.unknown.insert(ALIAS); }
        person
    }
}

/// Mostly the default roles.
fn any_roles() -> impl Strategy<Value = Option<Value>> {
    prop::sample::select(vec![
        &["User"][..],
        &["User"],
        &["User"],
        &["Admin", "User"],
        &["Admin"],
        &[],
    ])
    .prop_map(set)
}

/// Managed roles, which are removed from people who are not to have them.
pub(super) fn any_owned() -> impl Strategy<Value = Vec<String>> {
    any_roles().prop_map(|roles| {
        roles
            .iter()
            .flat_map(Value::texts)
            .map(ToString::to_string)
            .collect()
    })
}

prop_compose! {
    fn any_held(number: u8, shares_ids: bool)(
        person in any_person(number),
        carries in 0u8..if shares_ids { 12 } else { 8 },
        roles in any_roles(),
        mark in prop::bool::weighted(0.8),
        inactive in prop::bool::weighted(0.2),
        provider in prop::option::weighted(0.6, "ours|theirs"),
        disabled_by_us in any::<bool>(),
        verified in any::<bool>(),
        missing in prop::option::weighted(0.3, (NOW - 400..=NOW, 1u32..4)),
        sign_out in prop::bool::weighted(0.3),
    ) -> TestAccount {
        let mut managed = managed(number);
        for attribute in [NAME, ADDRESS, ALIAS] {
            managed.set(attribute, person.attributes.get(attribute).cloned());
        }
        let address = person.attributes.get(ADDRESS).cloned();
        managed.set(LOGIN, address.clone());
        managed.set(VERIFIED, address.filter(|_| verified));
        managed.set(ROLES, roles);
        if !mark { managed.set(MARK, None); }
        managed.set(PROVIDER, provider.map(Value::text));
        if inactive {
            managed.account.lifecycle = Lifecycle::Disabled;
            managed.set(DISABLED_BY, disabled_by_us.then(|| Value::text("us")));
            managed.set(SIGN_OUT, sign_out.then(|| Value::text("pending")));
        }
        let text = match carries {
            0 => None,
            1 => Some(format!("p{number}")),
            2 => Some("no id".to_owned()),
            8.. => Some(id(number % 8 + 1).hex()),
            _ => Some(id(number).hex()),
        };
        managed.set(MISSING_SINCE, missing.map(|(since, _)| Value::text(since.to_string())));
        managed.set(MISSING_RUNS, missing.map(|(_, runs)| Value::text(runs.to_string())));
        managed.set(EXTERNAL_ID, text.map(Value::text));
        managed
    }
}

prop_compose! {
    /// With `shares_ids`, two accounts may have one id. Then it takes several runs until nothing changes any more.
    fn world(shares_ids: bool)(
        people in prop::collection::vec(prop::bool::weighted(0.7), 8),
        accounts in prop::collection::vec(prop::bool::weighted(0.7), 8),
        all_people in (1u8..=8).map(any_person).collect::<Vec<_>>(),
        all_accounts in (1u8..=8).map(|number| any_held(number, shares_ids)).collect::<Vec<_>>(),
        rejected in prop::option::of(1u8..=8),
        complete in any::<bool>(),
        listed in prop::option::of(1u8..=8),
    ) -> (DesiredState, Model) {
        let rejected = rejected.map(id);
        let chosen = all_people.into_iter().zip(people).filter(|(_, there)| *there).map(|(person, _)| person);
        let mut desired = sources(chosen.filter(|person| Some(&person.id) != rejected.as_ref()).collect());
        desired.complete = complete;
        desired.providers = vec![Value::text("ours")];
        for wanted in &mut desired.objects {
            wanted.attributes.set(PROVIDER, Some(Value::text("ours")));
            wanted.unknown.remove(PROVIDER);
        }
        desired.rejected = rejected
            .map(|id| Rejected::new(at(0), Some(id), "broken"))
            .into_iter().collect();
        desired.leavers = listed
            .map(|number| Leaver { email: format!("p{number}-0@example.org").into(), origin: at(0) })
            .into_iter().collect();
        let there = all_accounts.into_iter().zip(accounts).filter(|(_, there)| *there).map(|(managed, _)| managed);
        (desired, Model::of(there))
    }
}

pub(in crate::plan::tests) fn any_world() -> impl Strategy<Value = (DesiredState, Model)> {
    world(false)
}

/// A world in which two accounts may have one id.
pub(super) fn any_world_with_shared_ids() -> impl Strategy<Value = (DesiredState, Model)> {
    world(true)
}

pub(in crate::plan::tests) fn any_policy() -> impl Strategy<Value = Policy> {
    let disabled = prop::sample::select(vec![
        DisabledPolicy::Delete,
        DisabledPolicy::Deactivate,
        DisabledPolicy::Keep,
    ]);
    let absent = prop::sample::select(vec![
        AbsentPolicy::Keep,
        AbsentPolicy::Deactivate,
        AbsentPolicy::Delete,
    ]);
    let listed = prop::sample::select(vec![LeaverPolicy::Delete, LeaverPolicy::Deactivate]);
    let grace = prop::option::of(prop::option::of(1i64..600).prop_map(|after| Grace { after, runs: None }));
    let flags = any::<(bool, bool, bool)>();
    (disabled, absent, grace, listed, flags).prop_map(
        |(disabled, absent, grace, listed, (adopt, create_disabled, end_sessions))| Policy {
            disabled,
            absent,
            grace,
            listed,
            adopt,
            create_disabled,
            create: true,
            update: true,
            remove: true,
            delete_deactivates: false,
            create_deactivated: false,
            end_sessions,
            update_provider_mismatch: true,
            restrict_to: Restriction::None,
        },
    )
}
