//! A proxy that answers writes itself.

use directory_sync::target::TargetErrorKind as Kind;
use testkit::zitadel::{Fault, FaultKind, UserSeed};

use crate::target_contract::resilience::change_and_delete;
use crate::target_contract::support::{World, ada, create, edit_of, person, update};

const CREATE: &str = "/v2/users/human";

/// A proxy answers a write with a page and a success status: nothing is known about it, so it is judged again.
#[tokio::test]
async fn a_page_of_a_proxy_is_no_written_change() {
    let world = World::new();
    let id = world.zitadel.add_user(UserSeed {
        roles: vec![],
        ..ada()
    });
    let target = world.prepared().await;
    change_and_delete(&world, &target, &id, || FaultKind::html(200)).await;
    let page = Fault::once("POST", CREATE, FaultKind::html(200));
    world.zitadel.inject(page);
    create(&target, &person(&target, &[])).await.unwrap();
    assert_eq!(world.zitadel.users().len(), 1);

    let page = Fault::once("PUT", CREATE, FaultKind::html(200));
    world.zitadel.inject(page.times(u64::MAX));
    let id = world.zitadel.users()[0].id.clone();
    let change = edit_of(
        &target,
        &id,
        person(&target, &[("last_name", "Lovelace-King")]),
        &["last_name"],
    );
    let error = update(&target, change).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    let what = "answered 200 with HTML, so it is not known whether this was written";
    assert!(error.what.ends_with(what), "{error}");
}
