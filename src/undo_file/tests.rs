//! What is written is what is read.

use proptest::prelude::*;

use std::fs;

use super::*;
use crate::model::{Detail, Restore};
use crate::plan::Past;
use crate::plan_file::tests::any_change;

fn schema() -> Schema {
    crate::target::zitadel::schema(None)
}

fn binding() -> Binding {
    Binding {
        target: "https://a.example/".to_owned(),
        organization: "1".to_owned(),
        project: "2".to_owned(),
        roles: vec!["User".to_owned()],
        identity_provider: None,
    }
}

fn any_details() -> impl Strategy<Value = Vec<Detail>> {
    let texts = prop::collection::vec("\\PC{0,6}".prop_map(Box::from), 0..4);
    let detail = ("[a-z]{0,4}", texts).prop_map(|(name, texts)| Detail {
        name: name.into(),
        texts,
    });
    prop::collection::vec(detail, 0..4)
}

prop_compose! {
    fn any_past()(
        mut change in any_change(),
        other in any_change(),
        restored in any::<bool>(),
        texts: (String, String),
        details in any_details(),
        kept in any_details(),
        mark: bool,
    ) -> (Change, Keepsake) {
        change.restore = restored.then(|| Box::new(Restore {
            id_text: texts.0.into(),
            login: texts.1.into(),
            details,
            mark,
            // An edit below a removal never reactivates.
            edit: other.edit().filter(|edit| !edit.enable).cloned(),
        }));
        (change, Keepsake { values: Vec::new(), details: kept })
    }
}

/// In a container each run may have the process id of the one before, which may have been killed.
#[test]
fn what_a_killed_process_of_the_same_id_has_left_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("undo.json");
    let left = folder
        .path()
        .join(format!("undo.json.{}.tmp", std::process::id()));
    fs::write(&left, "{").unwrap();
    check(&path, true).unwrap();
    assert!(!left.exists());
    fs::write(&left, "{").unwrap();
    let run = Run {
        title: "sync",
        binding: binding(),
    };
    UndoFile::begin(&path, run, &[], vec![], &schema()).unwrap();
    assert!(!left.exists());
}

proptest! {
    /// Every change comes back as it was, at the end of the run with what it made.
    #[test]
    fn a_past_change_survives_the_file((change, keepsake) in any_past(), ends in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("undo.json");
        let changes = [change.clone()];
        let run = Run { title: "sync", binding: binding() };
        let file = UndoFile::begin(&path, run, &changes, vec![keepsake.clone()], &schema()).unwrap();
        let mut past = Past { change, details: keepsake.details, made: None };
        prop_assert_eq!(read(&path, |_| schema(), &binding()).unwrap().changes, vec![past.clone()]);
        let last = LastWrites { accounts: Some("2026".into()), roles: None };
        if ends {
            file.end(&[(0, TargetId::new("t9"))], &[], last.clone()).unwrap();
            past.made = Some(TargetId::new("t9"));
            let read = read(&path, |_| schema(), &binding()).unwrap();
            prop_assert_eq!((read.changes, read.last_writes), (vec![past], last));
        } else {
            file.end(&[], &[0], last.clone()).unwrap();
            prop_assert_eq!(read(&path, |_| schema(), &binding()).unwrap().changes, vec![]);
        }
    }
}
