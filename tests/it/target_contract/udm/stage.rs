//! A double of UDM, a target that talks to it, and people.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use directory_sync::config::{ApplySettings, Environment, LoadRequest, TargetSettings, UdmSettings, load};
use directory_sync::http::Backoff;
use directory_sync::model::{
    AttributeSet, Attributes, Cardinality, Check, Desired, Existing, Expected, ExternalId, Lifecycle,
    RecordRef, TargetId, TypeId, Value,
};
use directory_sync::target::Target;
use directory_sync::target::udm::UdmTarget;
use testkit::udm::{ObjectView, Options, UdmDouble};

use super::super::support::{at, create, read_all};

const PASSWORD: &str = "Sekret.4711";

pub(super) const PEOPLE: &str = "ou=people,dc=univention-organization,dc=intranet";

/// One behaviour's UDM. The external id is in a property that can change, as with adopted accounts.
pub(crate) struct Stage {
    pub(super) udm: UdmDouble,
    pub(super) settings: UdmSettings,
    people: Cell<u32>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(&[
            "username",
            "firstname",
            "lastname",
            "mailPrimaryAddress",
            "phone",
            "description",
        ])
    }

    /// With these properties beside the one of the external id.
    pub(crate) fn with(properties: &[&str]) -> Self {
        let properties = properties.join(", ");
        let udm = UdmDouble::start(Options {
            password: PASSWORD.to_owned(),
            ..Options::default()
        });
        udm.add_ou(PEOPLE);
        let config = format!(
            "udm:\n  url: {}/\n  user: {}\n  password: {PASSWORD}\n  users:\n    ou: ou=people\n    key: employeeNumber\n    \
             marker_property: physicalDeliveryOfficeName\n    properties: [employeeNumber, {properties}]\nsources:\n  csv:\n    file_path: users.csv\n",
            udm.url(),
            udm.username(),
        );
        Self {
            udm,
            settings: settings(&config),
            people: Cell::new(0),
        }
    }

    pub(super) fn unprepared(&self) -> UdmTarget {
        target_of(&self.settings)
    }

    /// A prepared target that has listed no objects.
    pub(crate) async fn target(&self) -> UdmTarget {
        let target = self.unprepared();
        target.prepare().await.unwrap();
        target
    }

    /// A person without an account. An empty text is no value.
    pub(crate) fn somebody(&self, target: &UdmTarget, values: &[(&str, &str)]) -> Desired {
        self.people.set(self.people.get() + 1);
        let name = format!("contract-{}", self.people.get());
        let mut attributes = Attributes::default();
        let usual = [
            ("username", name.as_str()),
            ("firstname", "Ada"),
            ("lastname", "Lovelace"),
        ];
        for (name, text) in usual.iter().chain(values) {
            attributes.set(at(target, name), value(target, name, text));
        }
        let mut somebody = Desired {
            resource: TypeId::default(),
            id: ExternalId::new(name.into_bytes()),
            lifecycle: Lifecycle::Active,
            attributes,
            unknown: AttributeSet::default(),
            origin: RecordRef {
                source: "csv".into(),
                at: "users.csv:2".into(),
            },
        };
        target.normalize(&mut somebody).unwrap();
        somebody
    }

    pub(super) async fn make(&self, target: &UdmTarget, who: &Desired) -> TargetId {
        create(target, who).await.unwrap().target_id.unwrap()
    }

    /// The account with the person's login name, as listed now.
    pub(super) async fn account(&self, who: &Desired) -> Option<Existing> {
        let target = self.target().await;
        let login = who.attributes.text(at(&target, "username"));
        let all = read_all(&target).await.into_iter();
        let mut all = all.filter(|account| Some(account.login(target.schema())) == login);
        let account = all.next();
        assert_eq!(all.next(), None);
        account
    }

    /// The same, where there is to be one.
    pub(super) async fn account_of(&self, who: &Desired) -> Existing {
        self.account(who).await.expect("an account")
    }

    /// What the server has stored of the person.
    pub(super) fn stored(&self, target: &UdmTarget, who: &Desired) -> ObjectView {
        let login = who.attributes.text(at(target, "username")).unwrap();
        self.udm.named(login).expect("an object")
    }

    /// Asserts what an account holds that no list shows.
    pub(super) async fn holds(&self, account: &TargetId, expected: Expected<'_>) {
        let target = self.target().await;
        read_all(&target).await;
        let check = Check {
            target_id: account,
            expected,
        };
        assert_eq!(target.confirm(&[check]).await.unwrap(), [], "{expected:?}");
    }
}

/// A text as the value of a property, which may be a list.
pub(super) fn value(target: &UdmTarget, property: &str, text: &str) -> Option<Value> {
    let cardinality = target.schema().spec(at(target, property)).cardinality;
    let text = (!text.is_empty()).then_some(text)?;
    match cardinality {
        Cardinality::One => Some(Value::text(text)),
        Cardinality::Many => Value::set([text.into()]),
    }
}

pub(super) fn target_of(settings: &UdmSettings) -> UdmTarget {
    UdmTarget::new(settings, &ApplySettings::default())
        .unwrap()
        .with_backoff(Backoff {
            first: Duration::ZERO,
            longest: Duration::ZERO,
            tries: 5,
        })
}

fn settings(config: &str) -> UdmSettings {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("config.yaml");
    testkit::files::write_private(&path, config).unwrap();
    let request = LoadRequest {
        config: Some(path),
        ..LoadRequest::default()
    };
    let settings = load(&request, &Environment::default()).unwrap_or_else(|wrong| panic!("{wrong}"));
    match settings.target {
        Some(TargetSettings::Udm(udm)) => udm,
        _ => panic!("no UDM"),
    }
}
