//! Files are read back as they were written, and other files are refused.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use std::fs;

use super::*;
use crate::model::*;
use crate::{config, target};

fn schema() -> Schema {
    catalog().users().clone()
}

fn catalog() -> Catalog {
    target::catalog(None)
}

fn binding() -> Binding {
    Binding {
        target: BoundTarget::of(&target::name(&config::fixture::target_settings())),
        configuration: "c".to_owned(),
        deactivates_only: false,
    }
}

fn attributes(texts: &[Option<String>]) -> Attributes {
    let mut attributes = Attributes::default();
    let single = schema();
    let single = single
        .iter()
        .filter(|(_, spec)| spec.cardinality == Cardinality::One);
    for ((index, _), text) in single.zip(texts) {
        attributes.set(index, text.as_deref().map(Value::text));
    }
    attributes.set(
        schema().find(Purpose::Access).unwrap(),
        Value::set(["User".into()]),
    );
    attributes
}

prop_compose! {
    pub(crate) fn any_change()(
        kind in prop::sample::select(ActionKind::ALL.to_vec()),
        texts in prop::collection::vec(prop::option::of("\\PC{1,8}"), 6),
        others in prop::collection::vec(prop::option::of("\\PC{1,8}"), 4),
        id in prop::collection::vec(any::<u8>(), 1..6),
        id_text in "[0-9a-f]{0,4}|\\PC{0,6}",
        bits: [bool; 4],
    ) -> Change {
        let lifecycle = |active| if active { Lifecycle::Active } else { Lifecycle::Disabled };
        let mut values = attributes(&others);
        let text = (!id_text.is_empty()).then(|| Value::text(id_text.clone()));
        values.set(schema().find(Purpose::ExternalId).unwrap(), text);
        let account = Existing {
            resource: TypeId::default(),
            target_id: TargetId::new("t1"),
            id: ExternalId::from_hex(&id_text),
            claims: Box::default(),
            lifecycle: lifecycle(bits[0]),
            attributes: values,
            not_fetched: schema().not_listed(),
            ownership: Ownership::Ours,
        };
        let mut unknown = AttributeSet::default();
        unknown.insert(AttributeIndex(5));
        let desired = Desired {
            resource: TypeId::default(),
            id: ExternalId::new(id),
            lifecycle: lifecycle(bits[2]),
            attributes: attributes(&texts),
            unknown,
            origin: RecordRef::new("csv", "users.csv:2"),
        };
        let edit = Edit {
            target_id: account.target_id.clone(),
            changes: vec![AttributeChange {
                attribute: AttributeIndex(2),
                before: account.attributes.get(AttributeIndex(2)).cloned(),
                after: desired.attributes.get(AttributeIndex(2)).cloned(),
            }],
            desired: desired.clone(),
            lifecycle: bits[3].then(|| lifecycle(bits[1])),
            // A removal always contains the former account.
            before: (bits[1] || kind == ActionKind::Deactivate).then(|| Box::new(account.clone())),
            temporary_login: None,
            emptied_first: AttributeSet::default(),
        };
        let since = bits[3].then(|| Value::text("7"));
        let removal = plan::removal(&schema(), &account, RemovalReason::Absent, since);
        match kind {
            ActionKind::Create => Change::create(desired.clone(), desired.attributes),
            ActionKind::Deactivate => Change::deactivate(edit, removal),
            ActionKind::Delete => Change::delete(account, removal),
            kind => Change::edit_as(kind, edit),
        }
    }
}

/// No two changes of one account or person, and none that a file cannot contain.
fn told_apart(mut changes: Vec<Change>) -> Vec<Change> {
    changes.retain(|change| !plan::is_for_now(change));
    for (number, change) in changes.iter_mut().enumerate() {
        let account = TargetId::new(format!("t{number}"));
        match &mut change.write {
            Write::Create(creation) => {
                let id = ExternalId::new(vec![u8::try_from(number).unwrap()]);
                let external = schema().find(Purpose::ExternalId).unwrap();
                creation.attributes.set(external, Some(Value::text(id.hex())));
                creation.desired.id = id;
            }
            Write::Edit(edit) => edit.target_id = account,
            Write::Delete(deleted) => deleted.target_id = account,
        }
    }
    changes
}

/// A manipulated file must not change an account twice.
#[test]
fn an_account_stands_in_a_plan_once() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let any = any_change().prop_filter("kept", |change| !plan::is_for_now(change));
    let change = any.new_tree(&mut runner).unwrap().current();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let plan = Plan {
        changes: vec![change.clone(), change],
        ..Plan::default()
    };
    write(&path, &plan, &catalog(), &binding()).unwrap();
    let error = load(&path, &catalog(), &binding()).unwrap_err().to_string();
    assert!(
        error.ends_with("changes 1 and 2 concern the same account"),
        "{error}"
    );
}

proptest! {
    /// Every change is read back unchanged.
    #[test]
    fn a_plan_survives_the_file(changes in prop::collection::vec(any_change(), 0..4)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let changes = told_apart(changes);
        let plan = Plan { changes, ..Plan::default() };
        write(&path, &plan, &catalog(), &binding()).unwrap();
        prop_assert_eq!(load(&path, &catalog(), &binding()).unwrap(), (plan.changes, false));
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,40}") {
        prop_assert!(parse(&text, &catalog(), &binding()).is_err());
    }
}

/// Another schema, target or configuration: each is reported.
#[test]
fn a_plan_is_good_for_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    write(&path, &Plan::default(), &catalog(), &binding()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let name = target::name(&config::fixture::target_settings());
    let (theirs, kind) = (name.key, format!("\"kind\": {:?}", name.kind));
    for (from, to, said) in [
        (
            "directory-sync/plan/2",
            "directory-sync/plan/1",
            "it was written by an earlier version of directory-sync: its schema is `directory-sync/plan/1`",
        ),
        (
            "directory-sync/plan/2",
            "directory-sync/plan/3",
            "it has the schema \"directory-sync/plan/3\"",
        ),
        (
            &theirs,
            "elsewhere",
            "it is for elsewhere, and the configuration names ",
        ),
        (
            &kind,
            "\"kind\": \"other\"",
            "it is for https://a.example/ 1 (a target of the kind \"other\"), ",
        ),
        (
            "\"configuration\": \"c\"",
            "\"configuration\": \"d\"",
            "it was made with another configuration",
        ),
        ("\"changes\": []", "\"changes\": [{}]", "it is no plan"),
        ("\"changes\": []", "\"changes\": [], \"more\": 1", "it is no plan"),
    ] {
        assert!(text.contains(from), "{from} in {text}");
        let (what, _) = parse(&text.replace(from, to), &catalog(), &binding()).unwrap_err();
        assert!(what.starts_with(said), "{what}");
    }
}
