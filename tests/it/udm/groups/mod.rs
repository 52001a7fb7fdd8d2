//! Groups at the target: members as external ids, and what is sent for them.

mod lab;
mod races;

use directory_sync::model::Reference;
use directory_sync::target::Target as _;
use testkit::udm::{Fault, FaultKind, UserSeed};

use self::lab::{GROUP, Lab, TEAMS, USER, external, group, seed, user};
use super::stage::{BASE, PEOPLE, Stage};

/// Members are read as external ids. Objects without one are referred to by the server's id, and unread ones by DN.
#[tokio::test]
async fn members_are_read_as_ids() {
    let stage = Stage::new("");
    let (ada, bob) = (stage.add(1, "ada"), stage.add(2, "bob, b"));
    let foreign = stage.udm.add_user(UserSeed::new("foreign", PEOPLE));
    let without_id = serde_json::json!({"univentionObjectIdentifier": null});
    stage.udm.set(&foreign, without_id.as_object().unwrap());
    let elsewhere = format!("cn=Domain Admins,cn=groups,{BASE}");
    stage.udm.add_ou(TEAMS);
    let inner = stage.udm.add_group(seed(11, "inner", &[], &[]));
    stage
        .udm
        .add_group(seed(12, "outer", &[&ada, &bob, &foreign], &[&inner, &elsewhere]));
    let lab = Lab::read(stage).await;
    let foreign = lab.found.iter().find(|found| found.id.is_none()).unwrap();
    let mut wanted = vec![
        user(1),
        user(2),
        group(11),
        Reference::Foreign(foreign.target_id.as_str().into()),
        Reference::Foreign(elsewhere.into()),
    ];
    wanted.sort();
    assert_eq!(lab.members(12), wanted);
    assert_eq!(lab.members(11), []);
}

/// A group is made with its members in one request, also with a group that was made right before.
#[tokio::test]
async fn a_group_is_made_with_its_members() {
    let stage = Stage::new("");
    stage.add(1, "ada");
    let mut lab = Lab::read(stage).await;
    let inner = lab.create(11, "inner", &[]);
    lab.apply(&inner).await;
    let outer = lab.create(12, "outer", &[user(1), group(11)]);
    lab.apply(&outer).await;
    assert_eq!(lab.stage.writes(), ["POST groups/group/", "POST groups/group/"]);
    let outer = lab.stage.udm.named("outer").unwrap();
    assert_eq!(outer.list("users"), [format!("uid=ada,{PEOPLE}")]);
    assert_eq!(outer.list("nestedGroup"), [format!("cn=inner,{TEAMS}")]);
}

/// What is not there is left out, and added when it is.
#[tokio::test]
async fn a_member_that_is_not_there_is_added_later() {
    let mut lab = Lab::read(Stage::new("")).await;
    let mut outer = lab.create(12, "outer", &[group(11)]);
    outer.links_later = true;
    lab.apply(&outer).await;
    let inner = lab.create(11, "inner", &[]);
    lab.apply(&inner).await;
    let target_id = lab.ids.get(GROUP, &external(12)).unwrap().clone();
    lab.target.link(&outer, &target_id, &lab.ids).await.unwrap();
    let outer = lab.stage.udm.named("outer").unwrap();
    assert_eq!(outer.list("nestedGroup"), [format!("cn=inner,{TEAMS}")]);
}

/// Name and members change in one request, member by member: those of others stay.
#[tokio::test]
async fn members_change_in_one_patch() {
    let stage = Stage::new("");
    let (ada, bob) = (stage.add(1, "ada"), stage.add(2, "bob"));
    stage.add(3, "eve");
    stage.udm.add_ou(TEAMS);
    stage.udm.add_group(seed(12, "outer", &[&ada, &bob], &[]));
    let mut lab = Lab::read(stage).await;
    // A member is added in between.
    lab.stage.udm.add_member(
        &format!("cn=outer,{TEAMS}"),
        &format!("cn=Domain Admins,cn=groups,{BASE}"),
    );
    let change = lab.edit(12, Some("other"), &[user(2), user(3)]);
    lab.apply(&change).await;
    assert_eq!(lab.stage.writes(), ["PATCH groups/group/{dn}"]);
    let other = lab.stage.udm.named("other").unwrap();
    let users = ["bob", "eve"].map(|name| format!("uid={name},{PEOPLE}"));
    assert_eq!(other.list("users"), users);
    assert_eq!(other.list("nestedGroup").len(), 1);
}

/// The server spells the names of renamed members in a way of its own; they are taken out all the same.
#[tokio::test]
async fn a_name_in_another_spelling_is_taken_out() {
    let stage = Stage::new("");
    let ada = stage.add(1, "ada");
    stage.udm.add_ou(TEAMS);
    stage.udm.add_group(seed(12, "outer", &[&ada], &[]));
    let lab = Lab::read(stage).await;
    let object = lab.ids.get(USER, &external(1)).unwrap().clone();
    lab.target.set_login(USER, &object, "ada,b").await.unwrap();
    let change = lab.edit(12, None, &[]);
    lab.target.apply(&change, &lab.ids).await.unwrap();
    assert_eq!(
        lab.stage.udm.named("outer").unwrap().list("users"),
        Vec::<String>::new()
    );
}

/// A rename that is refused although it is done is done.
#[tokio::test]
async fn a_rename_may_be_refused_and_done() {
    let stage = Stage::new("");
    stage.udm.add_ou(TEAMS);
    stage.udm.add_group(seed(12, "outer", &[], &[]));
    let lab = Lab::read(stage).await;
    let message = "LDAP Error: Type or value exists: uniqueMember: value #0 provided more than once.";
    let fault = FaultKind::done_but_refused(400, message);
    lab.stage.udm.inject(Fault::once("PATCH", "groups/group/", fault));
    let object = lab.ids.get(GROUP, &external(12)).unwrap().clone();
    lab.target.set_login(GROUP, &object, "a, b").await.unwrap();
    assert!(lab.stage.udm.named("a, b").is_some());
}
