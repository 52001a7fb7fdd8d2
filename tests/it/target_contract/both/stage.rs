//! Where a behaviour is shown: a double of its own, or an organization of a real Zitadel.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use directory_sync::config::{self, ApplySettings, Environment, LoadRequest, ZitadelSettings};
use directory_sync::http::Backoff;
use directory_sync::model::{Account, Expectation, Expected, ExternalId, Identity, TargetId, Value};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Hidden, Target};
use futures::FutureExt as _;
use jiff::Timestamp;

use super::super::support::{World, at, create, delete, person};

/// The configuration of an installation at a real Zitadel. People are made there and removed again; nobody else is touched.
pub(crate) const LIVE: &str = "DIRECTORY_SYNC_LIVE_ZITADEL";

/// One behaviour's Zitadel and the people it has made there.
pub(crate) struct Stage {
    pub(crate) settings: ZitadelSettings,
    /// Begins every name, so that nobody of another run is met.
    prefix: String,
    people: Cell<u32>,
    made: RefCell<Vec<TargetId>>,
    /// Goes with the stage.
    _world: Option<World>,
}

impl Stage {
    fn double() -> Self {
        let world = World::new();
        Self::of(world.settings.clone(), Some(world))
    }

    /// The target of a configuration file.
    fn configured(file: &Path) -> Self {
        let request = LoadRequest {
            config: Some(file.to_owned()),
            ..LoadRequest::default()
        };
        let settings =
            config::load(&request, &Environment::default()).unwrap_or_else(|wrong| panic!("{wrong}"));
        Self::of(settings.zitadel.expect("a target"), None)
    }

    fn of(settings: ZitadelSettings, world: Option<World>) -> Self {
        Self {
            settings,
            prefix: format!(
                "contract-{}-{}",
                Timestamp::now().as_microsecond(),
                std::process::id()
            ),
            people: Cell::new(0),
            made: RefCell::default(),
            _world: world,
        }
    }

    /// A target that has proved what it needs. What it was told before does not count.
    pub(crate) async fn target(&self) -> ZitadelTarget {
        self.target_with(&self.settings).await
    }

    pub(crate) async fn target_with(&self, settings: &ZitadelSettings) -> ZitadelTarget {
        let target = unprepared(settings);
        target.prepare().await.unwrap();
        target
    }

    /// Somebody who is not there yet.
    pub(crate) fn somebody(&self, target: &ZitadelTarget, values: &[(&str, &str)]) -> Identity {
        self.people.set(self.people.get() + 1);
        let name = format!("{}-{}", self.prefix, self.people.get());
        let mut somebody = person(target, &[("email", &format!("{name}@contract.example.org"))]);
        for (attribute, value) in values {
            somebody.attributes.set(
                at(target, attribute),
                (!value.is_empty()).then(|| Value::text(*value)),
            );
        }
        if let Some(link) = target.schema().index("idp_link") {
            somebody.attributes.set(link, Some(Value::text(&*name)));
        }
        somebody.id = ExternalId::new(name.into_bytes());
        somebody.entitlements = [Box::from(self.settings.role.as_str())].into();
        target.normalize(&mut somebody).unwrap();
        somebody
    }

    /// Makes an account; it is gone when the behaviour has been shown.
    pub(crate) async fn make(&self, target: &ZitadelTarget, who: &Identity) -> TargetId {
        let made = create(target, who).await.unwrap().target_id.unwrap();
        self.made.borrow_mut().push(made.clone());
        made
    }

    /// The account that has the person's login name, once all that the target has written is listed.
    pub(crate) async fn account(&self, target: &ZitadelTarget, who: &Identity) -> Option<Account> {
        assert!(
            target.catch_up(Hidden::Nobody).await.unwrap(),
            "the lists are behind"
        );
        // Who holds the role is read with everything else that is read once.
        target.prepare().await.unwrap();
        let mut holders = target.holders(who).await.unwrap();
        assert!(holders.len() < 2, "{holders:?}");
        holders.pop()
    }

    /// Asserts what the account holds that no list shows. There is nothing to tell whether that is current.
    pub(crate) async fn holds(&self, target: &ZitadelTarget, account: &TargetId, expected: &[Expected<'_>]) {
        let questions: Vec<_> = expected
            .iter()
            .map(|expected| Expectation {
                target_id: account,
                expected: *expected,
            })
            .collect();
        let mut unmet = Vec::new();
        for _ in 0..20 {
            unmet = target.confirm(&questions).await.unwrap();
            if unmet.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{unmet:?}");
    }

    async fn clean_up(&self) {
        let target = self.target().await;
        for made in self.made.take() {
            delete(&target, made.as_str()).await.unwrap();
        }
    }
}

pub(crate) fn unprepared(settings: &ZitadelSettings) -> ZitadelTarget {
    ZitadelTarget::new(settings, &ApplySettings::default())
        .unwrap()
        .with_backoff(Backoff {
            first: Duration::from_millis(10),
            longest: Duration::from_secs(1),
            tries: 5,
        })
}

/// Shows a behaviour against a double.
pub(crate) async fn on_double(behaviour: impl AsyncFnOnce(&Stage)) {
    on(&Stage::double(), behaviour).await;
}

/// Shows a behaviour against the real Zitadel that the environment names, if it names one.
pub(crate) async fn on_live(behaviour: impl AsyncFnOnce(&Stage)) {
    match std::env::var_os(LIVE) {
        Some(file) => on_configured(Path::new(&file), behaviour).await,
        None => println!("not shown: {LIVE} names no configuration"),
    }
}

/// Shows a behaviour against the Zitadel of a configuration file.
pub(crate) async fn on_configured(file: &Path, behaviour: impl AsyncFnOnce(&Stage)) {
    on(&Stage::configured(file), behaviour).await;
}

/// Leaves nobody behind, also when an assertion fails.
async fn on(stage: &Stage, behaviour: impl AsyncFnOnce(&Stage)) {
    let shown = AssertUnwindSafe(behaviour(stage)).catch_unwind().await;
    stage.clean_up().await;
    if let Err(panic) = shown {
        std::panic::resume_unwind(panic);
    }
}
