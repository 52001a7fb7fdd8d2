//! Changes of accounts, for any target.

use directory_sync::model::{
    ActionKind, AttributeChange, AttributeIndex, AttributeSet, Attributes, Change, Desired, Edit, Existing,
    Ids, Lifecycle, Mutability, Ownership, Purpose, Removal, RemovalReason, TargetId, TypeId, Value,
};
use directory_sync::target::{Applied, Target, TargetError};

/// The place of an attribute.
pub(crate) fn at(target: &impl Target, name: &str) -> AttributeIndex {
    target.schema().index(name).unwrap()
}

/// The values of a person with the schema's defaults, and with what follows from the id and from other values.
pub(crate) fn filled(target: &impl Target, desired: &Desired) -> Attributes {
    let mut attributes = desired.attributes.clone();
    for (index, spec) in target.schema().iter() {
        let is_disabled = desired.lifecycle == Lifecycle::Disabled;
        let default = match (spec.purpose, spec.mutability) {
            (Purpose::ExternalId, _) => Some(Value::text(desired.id.hex())),
            (_, Mutability::Follows(other)) => attributes.get(other).cloned(),
            (Purpose::DisabledByUs, _) if !is_disabled => None,
            _ => spec.default.map(|default| default(&desired.id)),
        };
        if attributes.get(index).is_none() {
            attributes.set(index, default);
        }
    }
    attributes
}

pub(crate) async fn create(target: &impl Target, desired: &Desired) -> Result<Applied, TargetError> {
    let change = Change::create(desired.clone(), filled(target, desired));
    target.apply(&change, &Ids::default()).await
}

/// The change of the attribute of a purpose, from one text to another.
pub(crate) fn change_of(
    target: &impl Target,
    purpose: Purpose,
    before: Option<&str>,
    after: Option<&str>,
) -> AttributeChange {
    AttributeChange {
        attribute: target.schema().find(purpose).unwrap(),
        before: before.map(Value::text),
        after: after.map(Value::text),
    }
}

/// The mark of a deactivation goes.
pub(crate) fn mark_goes(target: &impl Target) -> AttributeChange {
    change_of(target, Purpose::DisabledByUs, Some("directory-sync"), None)
}

/// Both parts of an absence marker go.
pub(crate) fn marker_goes(target: &impl Target, since: i64) -> [AttributeChange; 2] {
    [
        change_of(target, Purpose::MissingSince, Some(&since.to_string()), None),
        change_of(target, Purpose::MissingRuns, None, None),
    ]
}

/// What is written down of an absence.
pub(crate) fn mark_absent(target: &impl Target, account: &Existing, since: i64, runs: u32) -> Change {
    let (since, runs) = (since.to_string(), runs.to_string());
    let edit = Edit {
        changes: vec![
            change_of(target, Purpose::MissingSince, None, Some(&since)),
            change_of(target, Purpose::MissingRuns, None, Some(&runs)),
        ],
        ..Edit::of_account(account, target.schema(), target.name().kind)
    };
    Change::edit_as(ActionKind::MarkAbsent, edit)
}

/// An edit that does nothing yet.
pub(crate) fn edit(id: &str, desired: Desired) -> Edit {
    Edit {
        target_id: TargetId::new(id),
        desired,
        changes: Vec::new(),
        lifecycle: None,
        before: None,
        temporary_login: None,
        emptied_first: AttributeSet::default(),
    }
}

/// An edit that brings the account to these values of the person. The login name follows the address.
pub(crate) fn edit_of(target: &impl Target, id: &str, desired: Desired, names: &[&str]) -> Edit {
    let change = |name: &&str| {
        let attribute = at(target, name);
        AttributeChange {
            attribute,
            before: Some(Value::text("before")),
            after: desired.attributes.get(attribute).cloned(),
        }
    };
    let mut changes: Vec<_> = names.iter().map(change).collect();
    let email = target.schema().index("email");
    let email = changes.iter().find(|change| Some(change.attribute) == email);
    let login = email.map(|email| AttributeChange {
        attribute: target.schema().find(Purpose::Login).unwrap(),
        ..email.clone()
    });
    changes.extend(login);
    changes.sort_by_key(|change| change.attribute);
    Edit {
        changes,
        ..edit(id, desired)
    }
}

pub(crate) async fn update(target: &impl Target, edit: Edit) -> Result<Applied, TargetError> {
    target
        .apply(&Change::edit_as(ActionKind::Update, edit), &Ids::default())
        .await
}

/// An account of which nothing is known but that it is there.
pub(crate) fn unseen(id: &str) -> Existing {
    Existing {
        resource: TypeId::default(),
        target_id: TargetId::new(id),
        id: None,
        claims: Box::default(),
        lifecycle: Lifecycle::Active,
        attributes: Attributes::default(),
        not_fetched: AttributeSet::default(),
        ownership: Ownership::Ours,
    }
}

/// The source says that the person is disabled, and that is all that a removal rests on.
fn removal() -> Removal {
    Removal {
        reason: RemovalReason::Disabled,
        requires: Vec::new(),
    }
}

/// The account is deleted.
pub(crate) fn deletion(account: Existing) -> Change {
    Change::delete(account, removal())
}

/// The account is deactivated, and marked as this tool's doing.
pub(crate) fn deactivation(target: &impl Target, account: &Existing) -> Change {
    let edit = Edit {
        lifecycle: Some(Lifecycle::Disabled),
        changes: vec![change_of(
            target,
            Purpose::DisabledByUs,
            None,
            Some("directory-sync"),
        )],
        ..Edit::of_account(account, target.schema(), target.name().kind)
    };
    Change::deactivate(edit, removal())
}

pub(crate) async fn read_all(target: &impl Target) -> Vec<Existing> {
    let mut accounts = Vec::new();
    target.read(&mut |account| accounts.push(account)).await.unwrap();
    accounts
}

/// What comes of it, and the requests that it takes, by operation.
pub(crate) async fn cost_of<T>(
    target: &impl Target,
    what: impl Future<Output = T>,
) -> (T, Vec<(&'static str, u64)>) {
    let before = target.requests().by_operation;
    let outcome = Box::pin(what).await;
    let since = |(name, count)| (name, count - before.get(name).copied().unwrap_or_default());
    let spent = target.requests().by_operation.into_iter().map(since);
    // A token may have to be renewed at any time.
    let spent = spent.filter(|(name, count)| *count > 0 && *name != "token");
    (outcome, spent.collect())
}
