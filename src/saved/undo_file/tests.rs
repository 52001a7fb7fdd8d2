//! Files are read back as they were written.

use proptest::prelude::*;

use std::fs;

use super::*;
use crate::config::fixture::target_settings;
use crate::model::{Catalog, Detail};
use crate::plan::Past;
use crate::saved::plan_file::tests::any_change;
use crate::target;

fn catalog() -> Catalog {
    target::catalog(None)
}

fn binding() -> Binding {
    Binding::new(
        &target::name(&target_settings()),
        Facts::from([("project".to_owned(), vec!["2".to_owned()])]),
    )
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
        restored in prop::option::of(any_details()),
        kept in any_details(),
    ) -> (Change, Snapshot) {
        change.restore = restored.map(Into::into);
        (change, Snapshot { values: Vec::new(), details: kept })
    }
}

/// In a container, each run may have the process id of the one before, which may have been killed.
#[test]
fn what_a_killed_process_of_the_same_id_has_left_stops_no_person() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("undo.json");
    let left = folder
        .path()
        .join(format!("undo.json.{}.tmp", std::process::id()));
    fs::write(&left, "{").unwrap();
    check_writable(&path, true).unwrap();
    assert!(!left.exists());
    fs::write(&left, "{").unwrap();
    let run = Run {
        title: "sync",
        binding: binding(),
    };
    UndoFile::begin(&path, run, &[], vec![], &catalog()).unwrap();
    assert!(!left.exists());
}

proptest! {
    /// Every change is read back unchanged, after the end of the run with what it created.
    #[test]
    fn a_past_change_survives_the_file((change, snapshot) in any_past(), ends in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("undo.json");
        let changes = [change.clone()];
        let run = Run { title: "sync", binding: binding() };
        let file = UndoFile::begin(&path, run, &changes, vec![snapshot.clone()], &catalog()).unwrap();
        let mut past = Past { change, details: snapshot.details, made: None };
        prop_assert_eq!(read(&path, &target_settings()).unwrap().0.changes, vec![past.clone()]);
        let last = LastWrites { accounts: Some("2026".into()), roles: None };
        if ends {
            file.end(&[(0, TargetId::new("t9"))], &[], last.clone()).unwrap();
            past.made = Some(TargetId::new("t9"));
            let read = read(&path, &target_settings()).unwrap().0;
            prop_assert_eq!((read.changes, read.last_writes), (vec![past], last));
        } else {
            file.end(&[], &[0], last.clone()).unwrap();
            prop_assert_eq!(read(&path, &target_settings()).unwrap().0.changes, vec![]);
        }
    }
}
