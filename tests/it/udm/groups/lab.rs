//! A target with groups, driven without the program.

use directory_sync::config::{ApplySettings, Environment, LoadRequest, TargetSettings, load};
use directory_sync::http::Backoff;
use directory_sync::model::{
    ActionKind, AttributeChange, AttributeSet, Attributes, Change, Desired, Edit, Existing, ExternalId, Ids,
    Lifecycle, Purpose, RecordRef, Reference, TypeId, Value,
};
use directory_sync::target::Target as _;
use directory_sync::target::udm::UdmTarget;
use testkit::udm::GroupSeed;

use super::super::stage::{PEOPLE, Stage, id};

pub(in crate::udm) const TEAMS: &str = "ou=teams,dc=univention-organization,dc=intranet";
pub(in crate::udm) const USER: TypeId = TypeId(0);
pub(in crate::udm) const GROUP: TypeId = TypeId(1);

/// A target with groups, and what it has read.
pub(in crate::udm) struct Lab {
    pub(in crate::udm) stage: Stage,
    pub(in crate::udm) target: UdmTarget,
    pub(in crate::udm) ids: Ids,
    pub(in crate::udm) found: Vec<Existing>,
}

impl Lab {
    /// Reads what was put in.
    pub(in crate::udm) async fn read(stage: Stage) -> Self {
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

    pub(in crate::udm) fn group(&self, n: u32) -> &Existing {
        let wanted = external(n);
        let mut groups = self.found.iter().filter(|found| found.resource == GROUP);
        groups.find(|found| found.id.as_ref() == Some(&wanted)).unwrap()
    }

    pub(in crate::udm) fn members(&self, n: u32) -> &[Reference] {
        let members = self
            .group(n)
            .attributes
            .of(self.target.catalog().schema(GROUP), Purpose::Members);
        members.map_or(&[], Value::as_references)
    }

    pub(in crate::udm) fn place(&self, name: &str) -> directory_sync::model::AttributeIndex {
        self.target.catalog().schema(GROUP).index(name).unwrap()
    }

    /// A group with these members.
    pub(in crate::udm) fn create(&self, n: u32, name: &str, members: &[Reference]) -> Change {
        let mut attributes = Attributes::default();
        attributes.set(self.place("name"), Some(Value::text(name)));
        attributes.set(self.place("members"), Value::references(members.to_vec()));
        Change::create(desired(n), attributes)
    }

    /// Other members, and another name.
    pub(in crate::udm) fn edit(&self, n: u32, name: Option<&str>, members: &[Reference]) -> Change {
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
            desired: desired(n),
            changes: name.into_iter().chain([members]).collect(),
            lifecycle: None,
            before: Some(Box::new(group.clone())),
            temporary_login: None,
            emptied_first: AttributeSet::default(),
        };
        Change::edit_as(ActionKind::Update, edit)
    }

    /// Carries out a change, which costs what was foreseen.
    pub(in crate::udm) async fn apply(&mut self, change: &Change) {
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

pub(in crate::udm) fn external(n: u32) -> ExternalId {
    ExternalId::new(id(n).as_bytes())
}

pub(in crate::udm) fn user(n: u32) -> Reference {
    Reference::Managed(USER, external(n))
}

pub(in crate::udm) fn group(n: u32) -> Reference {
    Reference::Managed(GROUP, external(n))
}

pub(in crate::udm) fn desired(n: u32) -> Desired {
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

pub(in crate::udm) fn seed(n: u32, name: &str, users: &[&str], nested: &[&str]) -> GroupSeed {
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    GroupSeed {
        users: texts(users),
        nested: texts(nested),
        ..GroupSeed::new(name, TEAMS).with("univentionObjectIdentifier", id(n))
    }
}
