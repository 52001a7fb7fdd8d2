//! A double, a target that talks to it, and people.

mod changes;
mod planning;

pub(crate) use self::changes::{
    at, change_of, cost_of, create, deactivation, deletion, edit, edit_of, filled, mark_absent, mark_goes,
    marker_goes, read_all, unseen, update,
};
pub(crate) use self::planning::{apply, plan_of, undo_of};

use std::io::{Read, Write};
use std::net::TcpStream;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use directory_sync::config::{ApplySettings, Credentials, Link, Localpart, MetadataCheck, ZitadelSettings};
use directory_sync::http::Backoff;
use directory_sync::model::{
    AttributeChange, AttributeIndex, AttributeSet, Attributes, Desired, Existing, ExternalId, Ids, Lifecycle,
    Purpose, RecordRef, TypeId, Value,
};
use directory_sync::target::zitadel::ZitadelTarget;
use directory_sync::target::{Applied, Target, TargetError};
use testkit::zitadel::{Options, UserSeed, ZitadelDouble};

/// The list of users over Connect.
pub(crate) const LIST: &str = "/zitadel.user.v2.UserService/ListUsers";

/// One test's server, and the files its target reads.
pub(crate) struct World {
    pub(crate) zitadel: ZitadelDouble,
    pub(crate) settings: ZitadelSettings,
    dir: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let zitadel = ZitadelDouble::start(options);
        let dir = tempfile::tempdir().unwrap();
        let key_file = dir.path().join("key.json");
        std::fs::write(&key_file, zitadel.key_file_json()).unwrap();
        let settings = ZitadelSettings {
            url: zitadel.url().parse().unwrap(),
            credentials: Credentials::KeyFile(key_file),
            organization_id: zitadel.organization_id(),
            project_id: zitadel.project_id(),
            idp_id: Some(zitadel.idp_id()),
            ..offline()
        };
        Self {
            zitadel,
            settings,
            dir,
        }
    }

    /// A file next to the key.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn target(&self) -> ZitadelTarget {
        ZitadelTarget::new(&self.settings, &ApplySettings::default())
            .unwrap()
            .with_backoff(Backoff {
                first: Duration::from_millis(1),
                longest: Duration::from_millis(4),
                tries: 5,
            })
    }

    /// A target that has proved what it needs, with its counts and the double's at zero.
    pub(crate) async fn prepared(&self) -> ZitadelTarget {
        let target = self.target();
        target.prepare().await.unwrap();
        self.zitadel.reset_counts();
        target
    }

    pub(crate) async fn paged(&self, rows: u32) -> ZitadelTarget {
        let target = self.target().with_page_size(NonZeroU32::new(rows).unwrap());
        target.prepare().await.unwrap();
        self.zitadel.reset_counts();
        target
    }

    /// Sends a request past the target, at once, with all rights.
    pub(crate) fn meddle(&self, method: &str, path: &str) {
        let (token, org) = (self.zitadel.owner().token, self.zitadel.organization_id());
        let mut stream = TcpStream::connect(("127.0.0.1", self.zitadel.port())).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {token}\r\n\
             x-zitadel-orgid: {org}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.zitadel.port()
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    }
}

/// Settings for a target that sends nothing.
pub(crate) fn offline() -> ZitadelSettings {
    ZitadelSettings {
        url: "http://127.0.0.1:9".parse().unwrap(),
        credentials: Credentials::Token(String::new().into()),
        organization_id: "1".into(),
        project_id: "2".into(),
        idp_id: None,
        role: "User".into(),
        further_roles: vec![],
        owned_roles: vec![],
        metadata_attributes: vec![],
        sso_login: false,
        verify_email: false,
        verify_phone: false,
        localpart: Localpart::Uuid,
        link: Link::New,
        metadata: MetadataCheck::Confirm,
        claims_accounts: false,
        lag_wait: Duration::from_secs(300),
        heartbeat: false,
        end_sessions: false,
        phone_region: None,
    }
}

/// The place of the link, where people log in through an identity provider.
pub(crate) fn link_attribute(target: &ZitadelTarget) -> Option<AttributeIndex> {
    let (link, schema) = (target.schema().index("idp_link")?, target.schema());
    schema.spec(link).default.map(|_| link)
}

/// A person with these values in the source; `ada` by default.
pub(crate) fn person(target: &ZitadelTarget, values: &[(&str, &str)]) -> Desired {
    let mut attributes = Attributes::default();
    let usual = [
        ("first_name", "Ada"),
        ("last_name", "Lovelace"),
        ("email", "ada@example.org"),
    ];
    for (name, value) in usual.iter().chain(values) {
        attributes.set(at(target, name), (!value.is_empty()).then(|| Value::text(*value)));
    }
    let id = ExternalId::new(*b"ada");
    if let Some(link) = link_attribute(target) {
        attributes.set(link, Some(Value::text("ada")));
    }
    let mut person = Desired {
        resource: TypeId::default(),
        id,
        lifecycle: Lifecycle::Active,
        attributes,
        unknown: AttributeSet::default(),
        origin: RecordRef {
            source: "csv".into(),
            at: "users.csv:2".into(),
        },
    };
    person.set_roles(target.schema(), [Box::from("User")].into());
    person
}

/// The change of the roles, from these to those.
pub(crate) fn roles_change(target: &ZitadelTarget, before: &[&str], after: &[&str]) -> AttributeChange {
    let set = |roles: &[&str]| Value::set(roles.iter().map(|role| Box::from(*role)));
    AttributeChange {
        attribute: target.schema().find(Purpose::Access).unwrap(),
        before: set(before),
        after: set(after),
    }
}

/// The account as the list shows it, if it does.
pub(crate) async fn account_now(target: &ZitadelTarget, id: &str) -> Existing {
    let mut now = unseen(id);
    let mut each = |account: Existing| {
        if account.target_id.as_str() == id {
            now = account;
        }
    };
    // A target that cannot be read is asked all the same.
    let _ = target.read(&mut each).await;
    now
}

pub(crate) async fn delete(target: &ZitadelTarget, id: &str) -> Result<Applied, TargetError> {
    target
        .apply(&deletion(account_now(target, id).await), &Ids::default())
        .await
}

pub(crate) async fn disable(target: &ZitadelTarget, id: &str) -> Result<Applied, TargetError> {
    let account = account_now(target, id).await;
    target
        .apply(&deactivation(target, &account), &Ids::default())
        .await
}

/// An account as this tool creates it.
pub(crate) fn ada() -> UserSeed {
    UserSeed {
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        display_name: "Lovelace, Ada".into(),
        nick_name: "616461".into(),
        email: "ada@example.org".into(),
        email_verified: true,
        phone: "+4930901820".into(),
        phone_verified: true,
        metadata: vec![
            (
                "localpart".into(),
                b"4d3f729c-f6a8-5955-bde4-1acf8d54265f".to_vec(),
            ),
            ("preferred_username".into(), b"ada".to_vec()),
        ],
        roles: vec!["User".into()],
        ..UserSeed::default()
    }
}

/// The n-th of many.
pub(crate) fn nth(n: usize) -> UserSeed {
    UserSeed {
        given_name: "N".into(),
        family_name: format!("Th{n}"),
        nick_name: hex_of(n),
        email: format!("n{n}@example.org"),
        email_verified: true,
        metadata: vec![("localpart".into(), format!("lp{n}").into_bytes())],
        roles: vec!["User".into()],
        ..UserSeed::default()
    }
}

fn hex_of(n: usize) -> String {
    ExternalId::new(n.to_string().into_bytes()).hex()
}
