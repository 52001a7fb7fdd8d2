//! All accounts are listed once, and values that the list does not show are requested.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use directory_sync::model::{Check, Expected, Ids, Mismatch, TargetId, Value};
use directory_sync::target::Target;

use super::super::support::{at, cost_of, deactivation, read_all};
use super::stage::{Stage, unprepared};

/// All accounts are listed once, in one page or in several.
pub(super) async fn everybody_is_listed_once(stage: &Stage) {
    let target = stage.target().await;
    let mut made = BTreeSet::new();
    for _ in 0..3 {
        let somebody = stage.somebody(&target, &[]);
        made.insert(stage.make(&target, &somebody).await);
        stage.account(&target, &somebody).await.unwrap();
    }
    let everybody = u32::try_from(read_all(&target).await.len()).unwrap();
    // Others may come and go at a real one, so that only one page is sure to be one.
    for (rows, pages) in [(2 * everybody, Some(1)), (everybody.div_ceil(2), None)] {
        let paged = unprepared(&stage.settings).with_page_size(NonZeroU32::new(rows).unwrap());
        paged.prepare().await.unwrap();
        // How the server wants to be asked is learned once.
        read_all(&paged).await;
        let (listed, cost) = cost_of(&paged, read_all(&paged)).await;
        let lists: Vec<u64> = cost
            .iter()
            .filter(|(operation, _)| *operation == "list_users")
            .map(|(_, requests)| *requests)
            .collect();
        // v4.2 counts metadata among the accounts, and is asked once more whether that is all.
        assert!(
            pages.is_none_or(|pages| lists == [pages] || lists == [pages + 1]),
            "{rows} of {everybody}: {cost:?}"
        );
        let ids: Vec<_> = listed.into_iter().map(|account| account.target_id).collect();
        let distinct: BTreeSet<_> = ids.iter().cloned().collect();
        assert_eq!(ids.len(), distinct.len(), "{rows} of {everybody}");
        assert!(distinct.is_superset(&made), "{rows} of {everybody}");
    }
}

/// For any check of an account, the answer contains its value if it differs.
pub(super) async fn questions_are_answered_one_by_one(stage: &Stage) {
    let target = stage.target().await;
    let long = "x".repeat(300);
    let names = ["ada", "Ben", long.as_str()];
    let mut ids = Vec::new();
    for name in names {
        let somebody = stage.somebody(&target, &[("preferred_username", name)]);
        ids.push(stage.make(&target, &somebody).await);
    }
    let bare = stage.somebody(&target, &[]);
    let bare_id = stage.make(&target, &bare).await;
    let disable = deactivation(&target, &stage.account_of(&target, &bare).await);
    target.apply(&disable, &Ids::default()).await.unwrap();
    let mark = at(&target, "disabled_by");
    let gone = TargetId::new("123");
    let (preferred, localpart) = (at(&target, "preferred_username"), at(&target, "localpart"));
    let [ada, ben, xs] = names.map(Value::text);
    let ys = Value::text("y".repeat(300));

    let asked = [
        (&ids[0], Expected::Value(preferred, &ada), true),
        (&ids[1], Expected::Value(preferred, &ada), false),
        (&ids[0], Expected::Value(preferred, &ben), false),
        (&ids[2], Expected::Value(preferred, &xs), true),
        (&ids[2], Expected::Value(preferred, &ys), false),
        // The same question about the same account, with another answer.
        (&ids[2], Expected::Value(preferred, &ada), false),
        (&bare_id, Expected::Value(preferred, &ada), false),
        (&ids[0], Expected::Present(localpart), true),
        (&bare_id, Expected::Present(preferred), false),
        (&bare_id, Expected::Absent(preferred), true),
        (&ids[1], Expected::Absent(preferred), false),
        (&bare_id, Expected::Present(mark), true),
        (&ids[1], Expected::Present(mark), false),
        (&ids[1], Expected::Absent(mark), true),
        (&bare_id, Expected::Absent(mark), false),
        (&gone, Expected::Value(localpart, &ada), false),
        (&gone, Expected::Present(localpart), false),
        (&gone, Expected::Absent(localpart), true),
    ];
    let held = |id: &TargetId, expected: Expected<'_>| match expected {
        Expected::Absent(index) if index == mark => Some("directory-sync"),
        Expected::Value(..) | Expected::Absent(_) => names
            .iter()
            .zip(&ids)
            .find_map(|(name, of)| (of == id).then_some(*name)),
        Expected::Present(_) => None,
    };
    let unmet: Vec<Mismatch> = asked
        .iter()
        .enumerate()
        .filter(|(_, (_, _, holds))| !holds)
        .map(|(index, (id, expected, _))| Mismatch {
            index,
            current: held(id, *expected).map(Value::text),
        })
        .collect();
    let checks = asked.map(|(target_id, expected, _)| Check { target_id, expected });
    stage.answers(&target, &checks, &unmet).await;
}

/// Nothing to ask is nothing to send.
pub(super) async fn nothing_is_asked_for_nothing(stage: &Stage) {
    let target = stage.target().await;
    let (unmet, cost) = cost_of(&target, target.confirm(&[])).await;
    assert_eq!((unmet.unwrap(), cost), (vec![], vec![]));
}
