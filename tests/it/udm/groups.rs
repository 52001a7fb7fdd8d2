//! Groups at the target: members as external ids, and what is sent for them.

use directory_sync::config::{ApplySettings, Environment, LoadRequest, TargetSettings, load};
use directory_sync::http::Backoff;
use directory_sync::model::{
    ActionKind, AttributeChange, AttributeSet, Attributes, Change, Desired, Edit, Existing, ExternalId, Ids,
    Lifecycle, Purpose, RecordRef, Reference, TypeId, Value,
};
use directory_sync::target::Target as _;
use directory_sync::target::udm::UdmTarget;
use testkit::udm::{Fault, FaultKind, GroupSeed, Options, UserSeed};

use super::stage::{BASE, PEOPLE, Stage, id};

const TEAMS: &str = "ou=teams,dc=univention-organization,dc=intranet";
const USER: TypeId = TypeId(0);
const GROUP: TypeId = TypeId(1);

/// A target with groups, and what it has read.
struct Lab {
    stage: Stage,
    target: UdmTarget,
    ids: Ids,
    found: Vec<Existing>,
}

impl Lab {
    /// Reads what was put in.
    async fn read(stage: Stage) -> Self {
        stage.udm.add_ou(PEOPLE);
        stage.udm.add_ou(TEAMS);
        stage.reconfigure(
            "  users:\n",
            "  groups:\n    ou: ou=teams\n    properties: [univentionObjectIdentifier, name, description, users, nestedGroup]\n  users:\n",
        );
        let request = LoadRequest {
            config: Some(stage.installation.path("config.yaml")),
            ..LoadRequest::default()
        };
        let settings = load(&request, &Environment::default()).unwrap();
        let Some(TargetSettings::Udm(udm)) = settings.target else {
            panic!("no UDM")
        };
        let backoff = Backoff {
            first: std::time::Duration::ZERO,
            longest: std::time::Duration::ZERO,
            tries: 5,
        };
        let target = UdmTarget::new(&udm, &ApplySettings::default())
            .unwrap()
            .with_backoff(backoff);
        target.prepare().await.unwrap();
        let mut found: Vec<Existing> = Vec::new();
        target.read(&mut |existing| found.push(existing)).await.unwrap();
        // However many there are.
        assert_eq!(stage.udm.requests(), 7);
        let mut ids = Ids::default();
        for existing in &found {
            ids.add(existing);
        }
        stage.udm.reset_counts();
        Self {
            stage,
            target,
            ids,
            found,
        }
    }

    fn group(&self, n: u32) -> &Existing {
        let wanted = external(n);
        let mut groups = self.found.iter().filter(|found| found.resource == GROUP);
        groups.find(|found| found.id.as_ref() == Some(&wanted)).unwrap()
    }

    fn members(&self, n: u32) -> &[Reference] {
        let members = self
            .group(n)
            .attributes
            .of(self.target.catalog().schema(GROUP), Purpose::Members);
        members.map_or(&[], Value::as_references)
    }

    fn place(&self, name: &str) -> directory_sync::model::AttributeIndex {
        self.target.catalog().schema(GROUP).index(name).unwrap()
    }

    /// A group with these members.
    fn create(&self, n: u32, name: &str, members: &[Reference]) -> Change {
        let mut attributes = Attributes::default();
        attributes.set(self.place("name"), Some(Value::text(name)));
        attributes.set(self.place("members"), Value::references(members.to_vec()));
        Change::create(desired(n), attributes)
    }

    /// Other members, and another name.
    fn edit(&self, n: u32, name: Option<&str>, members: &[Reference]) -> Change {
        let group = self.group(n);
        let change = |attribute, after: Option<Value>| AttributeChange {
            attribute,
            before: group.attributes.get(attribute).cloned(),
            after,
        };
        let name = name.map(|name| change(self.place("name"), Some(Value::text(name))));
        let members = change(self.place("members"), Value::references(members.to_vec()));
        let edit = Edit {
            target_id: group.target_id.clone(),
            identity: desired(n),
            changes: name.into_iter().chain([members]).collect(),
            lifecycle: None,
            before: Some(Box::new(group.clone())),
            temporary_login: None,
            emptied_first: AttributeSet::default(),
        };
        Change::edit_as(ActionKind::Update, edit)
    }

    /// Carries out a change, which costs what was foreseen.
    async fn apply(&mut self, change: &Change) {
        let foreseen = self.target.cost(change).requests;
        let before = self.stage.udm.requests() as u64;
        let applied = self.target.apply(change, &self.ids).await.unwrap();
        assert_eq!(applied.warnings, Vec::<String>::new());
        assert_eq!(self.stage.udm.requests() as u64 - before, foreseen);
        if let Some((id, target_id)) = change.id().zip(applied.target_id) {
            self.ids.insert(change.resource, id.clone(), target_id);
        }
    }
}

fn external(n: u32) -> ExternalId {
    ExternalId::new(id(n).as_bytes())
}

fn user(n: u32) -> Reference {
    Reference::Managed(USER, external(n))
}

fn group(n: u32) -> Reference {
    Reference::Managed(GROUP, external(n))
}

fn desired(n: u32) -> Desired {
    Desired {
        resource: GROUP,
        id: external(n),
        lifecycle: Lifecycle::Active,
        attributes: Attributes::default(),
        unknown: AttributeSet::default(),
        origin: RecordRef {
            source: "test".into(),
            at: "here".into(),
        },
    }
}

fn seed(n: u32, name: &str, users: &[&str], nested: &[&str]) -> GroupSeed {
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    GroupSeed {
        users: texts(users),
        nested: texts(nested),
        ..GroupSeed::new(name, TEAMS).with("univentionObjectIdentifier", id(n))
    }
}

/// Members are read as external ids; whoever carries none goes by the id of the server, and what was not read by its name.
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
    // Somebody else adds a member in between.
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

/// The server reads a group, and writes it a while later: a rename in between would be lost.
#[tokio::test]
async fn a_group_is_written_beside_no_rename() {
    let options = Options {
        race: std::time::Duration::from_millis(100),
        ..Options::default()
    };
    let stage = Stage::with(options, "");
    let ada = stage.add(1, "ada");
    stage.add(2, "bob");
    stage.udm.add_ou(TEAMS);
    stage.udm.add_group(seed(12, "outer", &[&ada], &[]));
    let lab = Lab::read(stage).await;
    let object = lab.ids.get(USER, &external(1)).unwrap();
    let change = lab.edit(12, None, &[user(1), user(2)]);
    let (renamed, changed) = tokio::join!(
        lab.target.set_login(USER, object, "ada.new"),
        lab.target.apply(&change, &lab.ids)
    );
    renamed.unwrap();
    changed.unwrap();
    let users = ["ada.new", "bob"].map(|name| format!("uid={name},{PEOPLE}"));
    assert_eq!(lab.stage.udm.named("outer").unwrap().list("users"), users);
}

/// A user who is moved back meanwhile is a member by the new name.
#[tokio::test]
async fn a_group_is_written_beside_no_move() {
    let options = Options {
        race: std::time::Duration::from_millis(100),
        ..Options::default()
    };
    let stage = Stage::with(options, "");
    let ada = stage.add(1, "ada");
    let sub = format!("ou=sub,{PEOPLE}");
    stage.udm.add_ou(&sub);
    stage.udm.relocate(&ada, &format!("uid=ada,{sub}"));
    stage.udm.add_ou(TEAMS);
    stage.udm.add_group(seed(12, "outer", &[], &[]));
    let lab = Lab::read(stage).await;
    let users = lab.target.catalog().schema(USER);
    let position = users.index("position").unwrap();
    let ada = lab.found.iter().find(|found| found.resource == USER).unwrap();
    let moved = Edit {
        changes: vec![AttributeChange {
            attribute: position,
            before: ada.attributes.get(position).cloned(),
            after: Some(Value::text("ou=people")),
        }],
        ..Edit::of_account(ada, users, "test")
    };
    let moved = Change::edit_as(ActionKind::Update, moved);
    let change = lab.edit(12, None, &[user(1)]);
    let (moved, changed) = tokio::join!(
        lab.target.apply(&moved, &lab.ids),
        lab.target.apply(&change, &lab.ids)
    );
    moved.unwrap();
    changed.unwrap();
    let users = lab.stage.udm.named("outer").unwrap().list("users");
    assert_eq!(users, [format!("uid=ada,{PEOPLE}")]);
}
