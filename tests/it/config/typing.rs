//! What a value may look like: everything that famedly-sync accepted, and no number re-spelled.

mod limits;
mod scalars;
mod secrets;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use directory_sync::config::{
    ApplySettings, Credentials, CsvSettings, IdKeys, KeyNames, LdapActive, LdapAttribute, LdapAttributes,
    LdapAuthentication, LdapSearch, LdapSettings, LdapTls, Link, Localpart, MetadataCheck, NotifySettings,
    OutputSettings, PassingState, Providers, RunSettings, Settings, SourceKind, SourceSettings,
    TargetSettings, TextRule, UktSettings, ZitadelSettings,
};
use directory_sync::model::ActionKind;
use directory_sync::plan::{
    AbsentPolicy, Demands, DisabledPolicy, GuardLimits, LeaverPolicy, Limit, Policy, Protected, Restriction,
    Withholding,
};
use secrecy::{ExposeSecret as _, SecretString};
use tracing::level_filters::LevelFilter;

use super::{COMPLETE, Lab, SHORT, zitadel};

fn named(name: &str) -> LdapAttribute {
    LdapAttribute {
        name: name.into(),
        is_binary: false,
    }
}

/// What [`COMPLETE`] says. Secrets print alike, and are compared on their own.
fn complete(dir: &str) -> Settings {
    let file = |name: &str| PathBuf::from(dir).join(name);
    Settings {
        log_level: LevelFilter::INFO,
        dry_run: false,
        target: Some(TargetSettings::Zitadel(organization(file("service-user.json")))),
        role: "User".into(),
        sources: vec![
            SourceSettings {
                name: "csv".into(),
                kind: SourceKind::Csv(CsvSettings {
                    file_path: file("users.csv"),
                    id_column: None, further_columns: Vec::new(), list_separator: None,
                }),
            },
            SourceSettings {
                name: "ldap".into(),
                kind: SourceKind::Ldap(Box::new(directory(dir))),
            },
            SourceSettings {
                name: "ukt".into(),
                kind: SourceKind::Ukt(Box::new(list())),
            },
        ],
        policy: Policy::default(),
        withholding: Withholding::default(),
        policy_file: None,
        require_policy: false,
        guard: GuardLimits::default(),
        providers: Providers::default(),
        apply: ApplySettings::default(),
        lock_dir: None,
        metrics_file: None,
        notify: NotifySettings::default(),
        output: OutputSettings {
            names: None,
            names_key: "".into(),
        },
        run: RunSettings {
            every: None,
            at_start: true,
            poll: None,
        },
        notes: vec![
            "`sources.ldap.check_for_deleted_entries` has no effect, as since famedly-sync 0.7; `policy.absent` \
             decides about the accounts of absent people"
                .into(),
        ],
        files: files(&file),
        key_names: KeyNames::default(),
        id_keys: IdKeys::default().with(
            "ldap",
            true,
            format!("`sources.ldap.attributes.user_id` ({}:26)", file("config.yaml").display()),
        ),
    }
}

fn organization(key_file: PathBuf) -> ZitadelSettings {
    ZitadelSettings {
        url: "https://auth.example.org".parse().unwrap(),
        credentials: Credentials::KeyFile(key_file),
        organization_id: "278274756195721220".into(),
        project_id: "278274945274880004".into(),
        idp_id: Some("281430143275106308".into()),
        role: "User".into(),
        further_roles: vec![],
        owned_roles: vec![],
        metadata_attributes: vec![],
        sso_login: true,
        verify_email: true,
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

fn list() -> UktSettings {
    UktSettings {
        endpoint_url: "https://list.example.org/usersync4chat/maillist".parse().unwrap(),
        oauth2_url: "https://list.example.org/token".parse().unwrap(),
        client_id: "sync".into(),
        client_secret: SecretString::from("hunter3"),
        scope: "openid read-maillist".into(),
        grant_type: "client_credentials".into(),
        timeout: Duration::from_secs(30),
        deadline: Some(Duration::new(3_600, 0)),
    }
}

/// The files that are read, in the order of their keys.
fn files(file: &dyn Fn(&str) -> PathBuf) -> Vec<(String, PathBuf)> {
    vec![
        ("the configuration file".into(), file("config.yaml")),
        ("the file of `zitadel.key_file`".into(), file("service-user.json")),
        ("the file of `sources.csv.file_path`".into(), file("users.csv")),
        (
            "the file of `sources.ldap.tls.client_key`".into(),
            file("client.key"),
        ),
        (
            "the file of `sources.ldap.tls.client_certificate`".into(),
            file("client.crt"),
        ),
        (
            "the file of `sources.ldap.tls.server_certificate`".into(),
            file("ca.crt"),
        ),
    ]
}

fn status(lab: &Lab) -> (LdapAttribute, i32) {
    match lab.ldap().attributes.active {
        LdapActive::Status {
            attribute,
            disable_mask,
        } => (attribute, disable_mask),
        other => panic!("{other:?}"),
    }
}

/// Returns whether an attribute is this attribute of an entry, unchanged.
fn is_plain(attributes: &LdapAttributes, made: &str, name: &str) -> bool {
    let made = attributes.texts.iter().find(|(attribute, _)| attribute == made);
    let wanted = TextRule::from(named(name));
    made.is_some_and(|(_, rule)| format!("{rule:?}") == format!("{wanted:?}"))
}

fn directory(dir: &str) -> LdapSettings {
    let file = |name: &str| Some(PathBuf::from(dir).join(name));
    LdapSettings {
        urls: vec!["ldaps://dc1.example.org".parse().unwrap()],
        base_dn: "ou=staff,dc=example,dc=org".into(),
        bind_dn: "cn=reader,dc=example,dc=org".into(),
        bind_password: SecretString::from("hunter2"),
        bind_external: false,
        user_filter: "(&(objectClass=user)(memberOf=cn=chat,ou=groups,dc=example,dc=org))".into(),
        search: LdapSearch::default(),
        authentication: LdapAuthentication::default(),
        transform: None,
        timeout: Duration::from_secs(5),
        connect_timeout: None,
        deadline: Some(Duration::new(3_600, 0)),
        page_size: NonZeroU32::new(500),
        use_attribute_filter: true,
        attributes: LdapAttributes {
            texts: [
                ("first_name", "givenName"),
                ("last_name", "sn"),
                ("email", "mail"),
                ("preferred_username", "displayName"),
                ("phone", "telephoneNumber"),
            ]
            .map(|(name, of)| (name.to_owned(), named(of).into()))
            .into(),
            user_id: LdapAttribute {
                name: "objectGUID".into(),
                is_binary: true,
            },
            active: LdapActive::Status {
                attribute: named("userAccountControl"),
                disable_mask: 18,
            },
            last_modified: Some(named("whenChanged")),
        },
        entitlements: vec![],
        passing: PassingState::Unknown,
        groups: None,
        expected_references: vec![],
        tls: LdapTls {
            client_key: file("client.key"),
            client_certificate: file("client.crt"),
            server_certificate: file("ca.crt"),
            danger_disable_tls_verify: false,
            danger_use_start_tls: false,
        },
    }
}

#[test]
fn a_whole_file() {
    let lab = Lab::new(COMPLETE);
    let settings = lab.settings();
    assert_eq!(format!("{settings:#?}"), format!("{:#?}", complete(lab.dir())));
    assert_eq!(lab.ldap().bind_password.expose_secret(), "hunter2");
    let [_, _, ukt] = settings.sources.as_slice() else {
        panic!()
    };
    let SourceKind::Ukt(ukt) = &ukt.kind else { panic!() };
    assert_eq!(ukt.client_secret.expose_secret(), "hunter3");
}

#[test]
fn idp_id_is_needed_only_with_sso_login() {
    let without = COMPLETE.replace("  idp_id: 281430143275106308\n", "");
    assert_eq!(
        Lab::new(&without).refusal(),
        "error: `zitadel.idp_id` is missing\n\
         hint: the feature flag `sso_login` needs the id of the identity provider; add it, or remove the flag"
    );
    let settings = Lab::changed(&without, ", sso_login", "").settings();
    assert_eq!(zitadel(&settings).idp_id, None);
    let empty = Lab::changed(SHORT, "project_id: 2", "project_id: 2\n  idp_id: \"\"");
    assert_eq!(zitadel(&empty.settings()).idp_id, Some(String::new()));
}

#[test]
fn addresses_with_and_without_a_slash_are_the_same() {
    for url in ["https://auth.example.org", "https://auth.example.org/"] {
        let lab = Lab::changed(SHORT, "url: https://auth.example.org", &format!("url: {url}"));
        assert_eq!(zitadel(&lab.settings()).url.as_str(), "https://auth.example.org/");
    }
}

/// Client credentials come from the file, from a file of their own, or from variables.
#[test]
fn client_credentials_from_file_and_environment() {
    let client = |lab: &Lab| match zitadel(&lab.settings()).credentials {
        Credentials::Client { id, secret } => (id, secret.expose_secret().to_owned()),
        other => panic!("{other:?}"),
    };
    let wanted = ("sync".to_owned(), "hunter5 ".to_owned());
    let in_place = Lab::changed(
        SHORT,
        "token: hunter4",
        "client_id: sync\n  client_secret: \"hunter5 \"",
    );
    assert_eq!(client(&in_place), wanted);
    let of_file = Lab::changed(
        SHORT,
        "token: hunter4",
        "client_id: sync\n  client_secret_file: DIR/secret",
    );
    of_file.write("secret", "hunter5 \r\n");
    assert_eq!(client(&of_file), wanted);
    let of_variables = Lab::changed(SHORT, "  token: hunter4\n", "")
        .variable("DIRECTORY_SYNC__ZITADEL__CLIENT_ID", "sync")
        .variable("FAMEDLY_SYNC__ZITADEL__CLIENT_SECRET", "hunter5 ");
    assert_eq!(client(&of_variables), wanted);
}
