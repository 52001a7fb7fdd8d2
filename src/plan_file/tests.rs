//! What is written is what is read, and nothing else is taken for it.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use std::fs;

use super::*;
use crate::model::*;
use crate::target::zitadel;

fn schema() -> Schema {
    zitadel::schema(None)
}

fn binding() -> Binding {
    Binding {
        target: "https://a.example/".to_owned(),
        organization: "1".to_owned(),
        configuration: "c".to_owned(),
    }
}

fn attributes(texts: &[Option<String>]) -> Attributes {
    let mut attributes = Attributes::empty(&schema());
    for ((index, _), text) in schema().iter().zip(texts) {
        attributes.set(index, text.as_deref().map(Value::text));
    }
    attributes
}

prop_compose! {
    pub(crate) fn any_change()(
        kind in 0u8..6,
        texts in prop::collection::vec(prop::option::of("\\PC{1,8}"), 6),
        others in prop::collection::vec(prop::option::of("\\PC{1,8}"), 4),
        id in prop::collection::vec(any::<u8>(), 1..6),
        nickname in "[0-9a-f]{0,4}|\\PC{0,6}",
        bits: [bool; 5],
    ) -> Change {
        let mut unread = AttributeSet::default();
        schema().iter().filter(|(_, spec)| !spec.listed).for_each(|(index, _)| unread.insert(index));
        let lifecycle = |active| if active { Lifecycle::Active } else { Lifecycle::Disabled };
        let account = Account {
            target_id: TargetId::new("t1"),
            id: ExternalId::from_hex(&nickname),
            id_text: nickname.into(),
            login: "login".into(),
            lifecycle: lifecycle(bits[0]),
            attributes: attributes(&others),
            unread,
            email_verified: bits[1],
            entitlements: [Box::from("User")].into(),
            protected: false,
        };
        let mut unknown = AttributeSet::default();
        unknown.insert(AttributeIndex(5));
        let identity = Identity {
            id: ExternalId::new(id),
            lifecycle: lifecycle(bits[2]),
            attributes: attributes(&texts),
            unknown,
            entitlements: [Box::from("User")].into(),
            origin: RecordRef { source: "csv".into(), at: "users.csv:2".into() },
        };
        let edit = Edit {
            returned: bits[4],
            target_id: account.target_id.clone(),
            id_before: bits[3].then(|| account.id_text.clone()),
            attributes: vec![AttributeChange {
                attribute: AttributeIndex(2),
                before: account.attributes.get(AttributeIndex(2)).cloned(),
                after: identity.attributes.get(AttributeIndex(2)).cloned(),
                renames: true,
            }],
            identity: identity.clone(),
            grant: vec!["User".into()],
            revoke: vec![],
            enable: kind == 3,
            before: bits[1].then(|| Box::new(account.clone())),
            detour: None,
        };
        let removal = Removal { account, reason: RemovalReason::Absent, returned: bits[4], missing_since: bits[3].then_some(7) };
        action(kind, identity, edit, removal).into()
    }
}

fn action(kind: u8, identity: Identity, edit: Edit, removal: Removal) -> Action {
    match kind {
        0 => Action::Create {
            attributes: identity.attributes.clone(),
            identity,
        },
        1 => Action::Adopt(edit),
        2 => Action::Update(edit),
        3 => Action::Enable(edit),
        4 => Action::Disable(removal),
        _ => Action::Delete(removal),
    }
}

/// No two of them about one account or person.
fn told_apart(mut changes: Vec<Change>) -> Vec<Change> {
    for (number, change) in changes.iter_mut().enumerate() {
        let account = TargetId::new(format!("t{number}"));
        match &mut change.action {
            Action::Create { identity, .. } => {
                identity.id = ExternalId::new(vec![u8::try_from(number).unwrap()]);
            }
            Action::Adopt(edit) | Action::Update(edit) | Action::Enable(edit) => edit.target_id = account,
            Action::Disable(removal) | Action::Delete(removal) => removal.account.target_id = account,
            Action::Note(note) => note.account.target_id = account,
        }
    }
    changes
}

/// A file that somebody put together may not change an account twice.
#[test]
fn an_account_stands_in_a_plan_once() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let change = any_change().new_tree(&mut runner).unwrap().current();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let plan = Plan {
        changes: vec![change.clone(), change],
        ..Plan::default()
    };
    write(&path, &plan, &schema(), &binding()).unwrap();
    let error = load(&path, &schema(), &binding()).unwrap_err().to_string();
    assert!(
        error.ends_with("changes 1 and 2 concern the same account"),
        "{error}"
    );
}

proptest! {
    /// Every change comes back as it was.
    #[test]
    fn a_plan_survives_the_file(changes in prop::collection::vec(any_change(), 0..4)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        let changes = told_apart(changes);
        let plan = Plan { changes, ..Plan::default() };
        write(&path, &plan, &schema(), &binding()).unwrap();
        prop_assert_eq!(load(&path, &schema(), &binding()).unwrap(), plan.changes);
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,40}") {
        prop_assert!(parse(&text, &schema(), &binding()).is_err());
    }
}

/// Another schema, target, organization or configuration: each is said.
#[test]
fn a_plan_is_good_for_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    write(&path, &Plan::default(), &schema(), &binding()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    for (from, to, said) in [
        (
            "directory-sync/plan/1",
            "directory-sync/plan/2",
            "it has the schema \"directory-sync/plan/2\"",
        ),
        (
            "a.example",
            "b.example",
            "it is for organization 1 at https://b.example/",
        ),
        (
            "\"organization\": \"1\"",
            "\"organization\": \"2\"",
            "it is for organization 2",
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
        let (what, _) = parse(&text.replace(from, to), &schema(), &binding()).unwrap_err();
        assert!(what.starts_with(said), "{what}");
    }
}
