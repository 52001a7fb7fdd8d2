//! All objects are listed once, and their own records can be checked.

use std::collections::BTreeSet;

use directory_sync::model::{Check, Expected, Ids, Lifecycle, Mismatch, TargetId, Value};
use directory_sync::target::Target as _;

use super::super::support::{at, cost_of, create, deactivation, mark_absent, read_all};
use super::stage::Stage;

/// All objects are listed once, with one request.
pub(super) async fn everybody_is_listed_once(stage: &Stage) {
    let target = stage.target().await;
    let mut made = BTreeSet::new();
    for _ in 0..3 {
        let somebody = stage.somebody(&target, &[]);
        made.insert(stage.make(&target, &somebody).await);
    }
    let (listed, cost) = cost_of(&target, read_all(&target)).await;
    assert_eq!(cost, [("list_users", 1)]);
    let ids: Vec<TargetId> = listed.into_iter().map(|account| account.target_id).collect();
    assert_eq!(ids.len(), made.len());
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), made);
}

/// For any check of an account, the answer contains its value if it differs. It came with the list.
pub(super) async fn questions_are_answered_one_by_one(stage: &Stage) {
    const SINCE: i64 = 1_700_000_000;
    let target = stage.target().await;
    let [absent, disabled, bare] = [(); 3].map(|()| stage.somebody(&target, &[]));
    let mut ids = Vec::new();
    for who in [&absent, &disabled, &bare] {
        ids.push(create(&target, who).await.unwrap().target_id.unwrap());
    }
    let marked = mark_absent(&target, &stage.account_of(&absent).await, SINCE, 2);
    target.apply(&marked, &Ids::default()).await.unwrap();
    let deactivated = deactivation(&target, &stage.account_of(&disabled).await);
    target.apply(&deactivated, &Ids::default()).await.unwrap();

    let target = stage.target().await;
    let accounts = read_all(&target).await;
    let is_off = |id: &TargetId| {
        let account = accounts.iter().find(|account| account.target_id == *id);
        account.unwrap().lifecycle == Lifecycle::Disabled
    };
    assert_eq!(ids.iter().map(is_off).collect::<Vec<_>>(), [false, true, false]);
    let (since, runs, mark) = (
        at(&target, "missing_since"),
        at(&target, "missing_runs"),
        at(&target, "disabled_by"),
    );
    let [seconds, two, three] = ["1700000000", "2", "3"].map(Value::text);
    let asked = [
        (&ids[0], Expected::Value(since, &seconds), None),
        (&ids[0], Expected::Value(runs, &two), None),
        (&ids[0], Expected::Value(runs, &three), Some(Some("2"))),
        (&ids[0], Expected::Present(mark), Some(None)),
        (&ids[0], Expected::Absent(since), Some(Some("1700000000"))),
        (&ids[1], Expected::Present(mark), None),
        (&ids[1], Expected::Absent(mark), Some(Some("directory-sync"))),
        (&ids[1], Expected::Absent(runs), None),
        (&ids[2], Expected::Absent(mark), None),
        (&ids[2], Expected::Present(since), Some(None)),
        (&ids[2], Expected::Value(runs, &two), Some(None)),
    ];
    let unmet: Vec<Mismatch> = asked
        .iter()
        .enumerate()
        .filter_map(|(index, (_, _, held))| {
            let current = (*held)?.map(Value::text);
            Some(Mismatch { index, current })
        })
        .collect();
    let checks = asked.map(|(target_id, expected, _)| Check { target_id, expected });
    let (answers, cost) = cost_of(&target, target.confirm(&checks)).await;
    assert_eq!((answers.unwrap(), cost), (unmet, vec![]));
}

/// Nothing to ask is nothing to send.
pub(super) async fn nothing_is_asked_for_nothing(stage: &Stage) {
    let target = stage.target().await;
    let (unmet, cost) = cost_of(&target, target.confirm(&[])).await;
    assert_eq!((unmet.unwrap(), cost), (vec![], vec![]));
}
