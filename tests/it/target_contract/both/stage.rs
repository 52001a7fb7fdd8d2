//! Where a behaviour is shown: a double of its own, or an organization of a real Zitadel.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use directory_sync::config::{
    self, ApplySettings, Environment, Link, LoadRequest, MetadataCheck, TargetSettings, ZitadelSettings,
};
use directory_sync::http::{Backoff, retry};
use directory_sync::model::{Check, Desired, Existing, Expected, ExternalId, Ids, Mismatch, TargetId, Value};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Applied, Target, Wait};
use futures::FutureExt as _;
use jiff::Timestamp;
use testkit::zitadel::Options;

use super::super::support::{World, at, create, deletion, link_attribute, person, read_all, unseen};
use super::whole::{read_back, stored};

/// The configuration of an installation with a real Zitadel. People are created there and removed again; no others
/// are changed.
pub(crate) const LIVE: &str = "DIRECTORY_SYNC_LIVE_ZITADEL";

/// Those of the double's project.
pub(crate) const ROLES: [&str; 3] = ["Admin", "Guest", "User"];

/// One behaviour's Zitadel and the people it has made there.
pub(crate) struct Stage {
    pub(crate) settings: ZitadelSettings,
    /// Prefix of every name, so that no account of another run is found.
    prefix: String,
    people: Cell<u32>,
    made: RefCell<Vec<TargetId>>,
    /// The double, whose insides can be looked at.
    world: Option<World>,
}

impl Stage {
    fn double() -> Self {
        let world = World::with(Options {
            roles: ROLES.map(Into::into).into(),
            ..Options::default()
        });
        let mut settings = world.settings.clone();
        settings.owned_roles = ["Admin", "Guest"].map(Into::into).into();
        Self::of(settings, Some(world))
    }

    /// The target of a configuration file.
    fn configured(file: &Path) -> Self {
        let request = LoadRequest {
            config: Some(file.to_owned()),
            ..LoadRequest::default()
        };
        let settings =
            config::load(&request, &Environment::default()).unwrap_or_else(|wrong| panic!("{wrong}"));
        match settings.target.expect("a target") {
            TargetSettings::Zitadel(zitadel) => Self::of(zitadel, None),
            TargetSettings::Udm(_) => panic!("these are the tests of a Zitadel"),
        }
    }

    /// An installation's own settings for its people do not matter here, and no one gets a message.
    fn of(settings: ZitadelSettings, world: Option<World>) -> Self {
        Self {
            settings: ZitadelSettings {
                sso_login: false,
                link: Link::New,
                metadata: MetadataCheck::Confirm,
                verify_email: false,
                verify_phone: false,
                ..settings
            },
            prefix: format!(
                "contract-{}-{}-",
                Timestamp::now().as_microsecond(),
                std::process::id()
            ),
            people: Cell::new(0),
            made: RefCell::default(),
            world,
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

    /// One that links people to the identity provider, if there is one.
    pub(crate) async fn linking_target(&self) -> Option<ZitadelTarget> {
        let mut settings = self.settings.clone();
        settings.sso_login = true;
        if settings.idp_id.is_none() {
            println!("not shown: `zitadel.idp_id` is not set");
            return None;
        }
        Some(self.target_with(&settings).await)
    }

    /// A person without an account.
    pub(crate) fn somebody(&self, target: &ZitadelTarget, values: &[(&str, &str)]) -> Desired {
        self.people.set(self.people.get() + 1);
        let name = format!("{}{}", self.prefix, self.people.get());
        let mut somebody = person(target, &[("email", &format!("{name}@contract.example.org"))]);
        for (attribute, value) in values {
            somebody.attributes.set(
                at(target, attribute),
                (!value.is_empty()).then(|| Value::text(*value)),
            );
        }
        if let Some(link) = link_attribute(target) {
            somebody.attributes.set(link, Some(Value::text(&*name)));
        }
        somebody.id = ExternalId::new(name.into_bytes());
        somebody.set_roles(target.schema(), [Box::from(self.settings.role.as_str())].into());
        target.normalize(&mut somebody).unwrap();
        somebody
    }

    /// Makes an account; it is gone when the behaviour has been shown.
    pub(crate) async fn make(&self, target: &ZitadelTarget, who: &Desired) -> TargetId {
        self.made(create(target, who).await.unwrap())
    }

    /// Remembers an account that was made another way.
    pub(crate) fn made(&self, applied: Applied) -> TargetId {
        let id = applied.target_id.unwrap();
        self.made.borrow_mut().push(id.clone());
        id
    }

    /// The account that has the person's login name, once all that the target has written is listed.
    pub(crate) async fn account(&self, target: &ZitadelTarget, who: &Desired) -> Option<Existing> {
        assert!(
            target.catch_up(Wait::ForOwnWrites).await.unwrap(),
            "the lists are behind"
        );
        // Who holds the role is read with everything else that is read once.
        target.prepare().await.unwrap();
        let mut holders = target.accounts_with_login(who).await.unwrap();
        assert!(holders.len() < 2, "{holders:?}");
        holders.pop()
    }

    /// The same, where there is to be one.
    pub(crate) async fn account_of(&self, target: &ZitadelTarget, who: &Desired) -> Existing {
        self.account(target, who).await.expect("an account")
    }

    /// Asserts what the account holds that no list shows.
    pub(crate) async fn holds(&self, target: &ZitadelTarget, account: &TargetId, expected: &[Expected<'_>]) {
        let checks: Vec<_> = expected
            .iter()
            .map(|expected| Check {
                target_id: account,
                expected: *expected,
            })
            .collect();
        self.answers(target, &checks, &[]).await;
    }

    /// Asserts what accounts hold instead of what is expected.
    pub(crate) async fn answers(&self, target: &ZitadelTarget, checks: &[Check<'_>], unmet: &[Mismatch]) {
        let unmet = unmet.to_vec();
        let ask = async || target.confirm(checks).await.unwrap();
        assert_eq!(until(&unmet, SHOWN, ask).await, unmet);
    }

    /// Asserts everything that the account with the person's login name holds, a line each, in any order.
    pub(crate) async fn is_whole(&self, target: &ZitadelTarget, who: &Desired, expected: &[String]) {
        let mut expected = expected.to_vec();
        expected.sort();
        let account = self.account_of(target, who).await;
        let held = async || read_back(target, &account).await;
        assert_eq!(until(&expected, SHOWN, held).await, expected);
        // What the target reads may be wrong in the same way as what it wrote.
        if let Some(world) = &self.world {
            let user = world.zitadel.user(account.target_id.as_str());
            assert_eq!(stored(&self.settings, &user.unwrap()), expected);
        }
    }

    /// Removes the created accounts, and all others with a name of this stage, even if not listed yet.
    async fn clean_up(&self) {
        let made = self.made.take();
        let left = async || {
            let target = self.target().await;
            for account in read_all(&target).await {
                let login = account.login(target.schema());
                if login.starts_with(&self.prefix) || made.contains(&account.target_id) {
                    target.apply(&deletion(account), &Ids::default()).await.unwrap();
                }
            }
            let mut left = Vec::new();
            for id in &made {
                // Of an account that is there, nothing that this says is true.
                let gone = deletion(unseen(id.as_str()));
                if target.apply(&gone, &Ids::default()).await.is_err() {
                    left.push(id.clone());
                }
            }
            left
        };
        assert_eq!(
            until(&vec![], LISTED, left).await,
            vec![],
            "people are left behind"
        );
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

/// How often to ask for what is current within seconds (metadata, links), and for what is listed after minutes.
const SHOWN: u32 = 8;
const LISTED: u32 = 15;

/// Asks until it is as wanted, with pauses that grow: there is nothing else to tell whether what is shown is current.
async fn until<T: PartialEq>(wanted: &T, tries: u32, ask: impl AsyncFn() -> T) -> T {
    let pauses = Backoff {
        first: Duration::from_millis(50),
        longest: Duration::from_secs(30),
        tries,
    };
    let asked = retry(
        pauses,
        |_| Some(Duration::ZERO),
        async |_| {
            let shown = ask().await;
            if shown == *wanted { Ok(shown) } else { Err(shown) }
        },
    );
    asked.await.unwrap_or_else(|shown| shown)
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

/// Leaves no accounts behind, even if an assertion fails.
async fn on(stage: &Stage, behaviour: impl AsyncFnOnce(&Stage)) {
    let shown = AssertUnwindSafe(behaviour(stage)).catch_unwind().await;
    stage.clean_up().await;
    if let Err(panic) = shown {
        std::panic::resume_unwind(panic);
    }
}
