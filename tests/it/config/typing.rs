//! What a value may look like: everything that famedly-sync accepted, and no number re-spelled.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use directory_sync::config::{
    ApplySettings, Credentials, CsvSettings, LdapActive, LdapAttribute, LdapAttributes, LdapAuthentication,
    LdapSearch, LdapSettings, LdapTls, Link, Localpart, MetadataCheck, PassingState, Providers, RunSettings,
    Settings, SourceKind, SourceSettings, TargetSettings, TextRule, UktSettings, ZitadelSettings,
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
        target: Some(TargetSettings::Zitadel(ZitadelSettings {
            url: "https://auth.example.org".parse().unwrap(),
            credentials: Credentials::KeyFile(file("service-user.json")),
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
            phone_region: None,
        })),
        role: "User".into(),
        sources: vec![
            SourceSettings {
                name: "csv".into(),
                kind: SourceKind::Csv(CsvSettings {
                    file_path: file("users.csv"),
                    id_column: None, further_columns: Vec::new(),
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
        run: RunSettings {
            every: None,
            at_start: true,
            poll: None,
        },
        notes: vec![
            "`sources.ldap.check_for_deleted_entries` has no effect, as since famedly-sync 0.7; what happens to the \
             accounts of people who are gone is `policy.absent`"
                .into(),
        ],
        files: files(&file),
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

/// Whether an attribute is made of this one of an entry, as it is.
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

fn every_limit() -> GuardLimits {
    GuardLimits {
        firm_removals: Vec::new(),
        max_removals: Limit::Count(25),
        max_logins_changed: Limit::Percent(2.5),
        max_adoptions_renaming: Limit::Count(7),
        max_memberships_removed: Limit::Percent(12.5),
        max_changes: Some(Limit::Percent(50.0)),
        allow_empty: true,
        demands: Demands {
            min_users: Some(100),
            canaries: vec!["616461".into(), "ada@example.org".into()],
        },
        demands_of: [].into(),
        max_per_kind: [
            (ActionKind::Delete, Limit::Count(3)),
            (ActionKind::Create, Limit::Percent(5.0)),
        ]
        .into(),
        max_missing: Limit::Percent(30.0),
        protected: Protected::new(["*@board.example.org".to_owned()]),
    }
}

#[test]
fn every_policy_guard_and_apply_key() {
    let lab = Lab::new(&format!(
        "{SHORT}
policy:
  create: no
  update: 0
  remove: no
  delete_deactivates: true
  create_deactivated: yes
  update_provider_mismatch: false
  adopt: 'OFF'
  create_disabled: 1
  disabled: deactivate
  absent: Delete
  listed: deactivate
guard:
  max_removals: 25
  max_adoptions_renaming: 7
  max_memberships_removed: 12.5%
  max_logins_changed: 2.5 %
  max_changes: 50%
  max_per_kind: {{delete: 3, create: 5%, update: off}}
  max_missing: 30%
  protected: ['*@board.example.org']
  allow_empty: yes
  min_users: 100
  canaries: [616461, ada@example.org]
apply:
  concurrency: {{min: 2, max: 3}}
  rate_limit: 20
  deadline: 10m
"
    ));
    let settings = lab.settings();
    assert_eq!(
        settings.policy,
        Policy {
            grace: None,
            create: false,
            update: false,
            remove: false,
            delete_deactivates: true,
            create_deactivated: true,
            update_provider_mismatch: false,
            adopt: false,
            create_disabled: true,
            disabled: DisabledPolicy::Deactivate,
            absent: AbsentPolicy::Delete,
            listed: LeaverPolicy::Deactivate,
            restrict_to: Restriction::None,
        }
    );
    assert_eq!(settings.guard, every_limit());
    let apply = ApplySettings {
        concurrency_min: NonZeroUsize::new(2).unwrap(),
        concurrency_max: NonZeroUsize::new(3).unwrap(),
        rate_limit: NonZeroU32::new(20),
        deadline: Some(Duration::from_mins(10)),
    };
    assert_eq!(format!("{:?}", settings.apply), format!("{apply:?}"));
}

/// Text takes numbers and booleans without quotes, exactly as they are written.
#[test]
fn text_keeps_its_spelling() {
    for text in [
        "278274756195721220",
        "0123",
        "000000000000000000",
        "1.10",
        "0x1F",
        "1e5",
        "+49",
        "12345678901234567890",
        "TRUE",
        "yes",
    ] {
        let in_file = Lab::changed(SHORT, "organization_id: 1", &format!("organization_id: {text}"));
        assert_eq!(zitadel(&in_file.settings()).organization_id, text);
        let in_variable = Lab::new(SHORT).variable("FAMEDLY_SYNC__ZITADEL__ORGANIZATION_ID", text);
        assert_eq!(zitadel(&in_variable.settings()).organization_id, text);
        let password = Lab::changed(
            COMPLETE,
            "bind_password: \"hunter2\"",
            &format!("bind_password: {text}"),
        );
        assert_eq!(password.ldap().bind_password.expose_secret(), text);
    }
    for text in ["00123", "[a]", "{a: b}", " sp ", "a: b", "#x", "null", "~"] {
        let lab = Lab::new(COMPLETE).variable("FAMEDLY_SYNC__SOURCES__LDAP__BIND_PASSWORD", text);
        assert_eq!(lab.ldap().bind_password.expose_secret(), text);
    }
}

#[test]
fn booleans_in_every_spelling() {
    let part = "use_attribute_filter: true";
    for (text, value) in [
        ("true", true),
        ("True", true),
        ("\"yes\"", true),
        ("ON", true),
        ("1", true),
        ("\"1\"", true),
        ("7", true),
        ("false", false),
        ("No", false),
        ("\"off\"", false),
        ("0", false),
        ("0.0", false),
        ("~", false),
    ] {
        let lab = Lab::changed(COMPLETE, part, &format!("use_attribute_filter: {text}"));
        assert_eq!(lab.ldap().use_attribute_filter, value, "{text}");
    }
    for text in ["yes", "1", "TRUE"] {
        let lab =
            Lab::new(COMPLETE).variable("FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__STATUS__IS_BINARY", text);
        assert!(status(&lab).0.is_binary, "{text}");
    }
}

#[test]
fn integers_and_durations() {
    for (text, pages) in [
        ("500", 500),
        ("\"500\"", 500),
        ("2.5", 3),
        ("true", 1),
        ("0x10", 16),
        ("~", 1000),
    ] {
        let lab = Lab::changed(COMPLETE, "page_size: 500", &format!("page_size: {text}"));
        assert_eq!(lab.ldap().page_size, NonZeroU32::new(pages), "{text}");
    }
    let off = Lab::changed(COMPLETE, "page_size: 500", "page_size: 0");
    assert_eq!(off.ldap().page_size, None);
    for (text, milliseconds) in [
        ("5", 5_000),
        ("\"5\"", 5_000),
        ("30s", 30_000),
        ("2m", 120_000),
        ("true", 1_000),
        ("~", 30_000),
    ] {
        let lab = Lab::changed(
            COMPLETE,
            "timeout: 5",
            &format!("timeout: {text}\n    deadline: {text}"),
        );
        let ldap = lab.ldap();
        assert_eq!(ldap.timeout, Duration::from_millis(milliseconds), "{text}");
        // Without a value the default counts.
        let deadline = if text == "~" { 3_600_000 } else { milliseconds };
        assert_eq!(ldap.deadline, Some(Duration::from_millis(deadline)), "{text}");
    }
}

#[test]
fn lists_single_values_and_nothing() {
    let part = "[0x2, 16]";
    for (text, mask) in [
        ("[2, 16]", 18),
        ("[\"2\", \"0x10\"]", 18),
        ("[-2147483648, 2]", i32::MIN | 2),
        ("2", 2),
        ("0x10", 16),
        ("\"2 16\"", 18),
        ("[]", 0),
        ("[0]", 0),
        ("", 0),
        ("\n      # - 2", 0),
    ] {
        let lab = Lab::changed(COMPLETE, part, text);
        assert_eq!(status(&lab).1, mask, "{text}");
    }
    for (text, mask) in [
        ("2", 2),
        ("0x2 0x10", 18),
        ("  2\t16 \n", 18),
        ("", 0),
        ("-2147483648", i32::MIN),
    ] {
        let lab =
            Lab::new(COMPLETE).variable("FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__DISABLE_BITMASKS", text);
        assert_eq!(status(&lab).1, mask, "{text:?}");
    }
    for (text, urls) in [
        ("ldap://a", vec!["ldap://a"]),
        (
            "[ldaps://a, ldapi://%2Frun%2Fldapi]",
            vec!["ldaps://a", "ldapi://%2Frun%2Fldapi"],
        ),
        ("ldap://a ldap://b:1389", vec!["ldap://a", "ldap://b:1389"]),
    ] {
        let lab = Lab::changed(COMPLETE, "url: ldaps://dc1.example.org", &format!("url: {text}"));
        let given: Vec<_> = lab.ldap().urls.iter().map(ToString::to_string).collect();
        assert_eq!(given, urls);
    }
}

#[test]
fn flags() {
    let flags = |text: &str| {
        let settings = Lab::changed(COMPLETE, "[verify_email, sso_login]", text).settings();
        let zitadel = zitadel(&settings);
        (
            [zitadel.sso_login, zitadel.verify_email, zitadel.verify_phone],
            [
                settings.dry_run,
                settings.policy.restrict_to == Restriction::RemovalsOnly,
            ],
        )
    };
    let none = ([false; 3], [false; 2]);
    for nothing in ["", "[]", "~", "\n  # - dry_run"] {
        assert_eq!(flags(nothing), none);
    }
    assert_eq!(flags("dry_run"), ([false; 3], [true, false]));
    assert_eq!(flags("[DRY_RUN, dry_run]"), ([false; 3], [true, false]));
    assert_eq!(
        flags("[SsoLogin, VerifyPhone]"),
        ([true, false, true], [false; 2])
    );
    let all = "sso_login verify_email verify_phone dry_run deactivate_only plain_localpart";
    assert_eq!(flags(all), ([true; 3], [true; 2]));
}

#[test]
fn attributes_are_names_or_tables() {
    let lab = Lab::changed(COMPLETE, "first_name: givenName", "first_name: {Name: givenName}")
        .variable("FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__USER_ID", "uid")
        .variable(
            "FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__STATUS__NAME",
            "shadowFlag",
        )
        .variable(
            "FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__LAST_NAME__NAME",
            "surname",
        )
        .variable(
            "FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__LAST_NAME__IS_BINARY",
            "false",
        );
    let attributes = lab.ldap().attributes;
    assert!(is_plain(&attributes, "first_name", "givenName"));
    assert_eq!(attributes.user_id, named("uid"));
    assert_eq!(status(&lab).0, named("shadowFlag"));
    assert!(is_plain(&attributes, "last_name", "surname"));
}

#[test]
fn what_is_optional_may_be_null_or_absent() {
    let (before, after) = COMPLETE.split_once("    tls:\n").unwrap();
    let without_tls = format!("{before}    tls:\n{}", &after[after.find("  csv:").unwrap()..]);
    let config = without_tls
        .replace("  idp_id: 281430143275106308\n", "  idp_id:\n")
        .replace(", sso_login", "")
        .replace(
            "      preferred_username: displayName\n",
            "      preferred_username:\n",
        )
        .replace("      phone: telephoneNumber\n", "")
        .replace("      last_modified: whenChanged\n", "")
        .replace("    check_for_deleted_entries: true\n", "")
        .replace("    use_attribute_filter: true\n", "")
        .replace("    page_size: 500\n", "")
        .replace("    timeout: 5\n", "");
    let lab = Lab::new(&config);
    let mut expected = directory(lab.dir());
    expected.tls = LdapTls::default();
    let optional = ["preferred_username", "phone"];
    let texts = &mut expected.attributes.texts;
    texts.retain(|(name, _)| !optional.contains(&name.as_str()));
    expected.attributes.last_modified = None;
    expected.use_attribute_filter = false;
    expected.page_size = NonZeroU32::new(1000);
    expected.timeout = Duration::from_secs(30);
    assert_eq!(format!("{:#?}", lab.ldap()), format!("{expected:#?}"));
    let settings = lab.settings();
    assert_eq!(settings.notes, Vec::<String>::new());
    assert_eq!(zitadel(&settings).idp_id, None);
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

#[test]
fn secrets_from_files_lose_their_line_break() {
    let lab = Lab::changed(
        COMPLETE,
        "bind_password: \"hunter2\"",
        "bind_password_file: DIR/password",
    )
    .variable("DIRECTORY_SYNC__SOURCES__UKT__CLIENT_SECRET_FILE", "DIR/password");
    lab.write("password", " pass word \r\n");
    let without_secret = COMPLETE
        .replace("    client_secret: \"hunter3\"\n", "")
        .replace("bind_password: \"hunter2\"", "bind_password_file: DIR/password");
    lab.write("config.yaml", &without_secret);
    assert_eq!(lab.ldap().bind_password.expose_secret(), " pass word ");
    let token = Lab::changed(SHORT, "token: hunter4", "token_file: DIR/token");
    token.write("token", "hunter5\n");
    match zitadel(&token.settings()).credentials {
        Credentials::Token(token) => assert_eq!(token.expose_secret(), "hunter5"),
        other => panic!("{other:?}"),
    }
}

/// Whoever copies a token gets a line break with it; a token that was broken in two is none, and is not printed.
#[test]
fn a_token_is_one_piece_and_may_end_in_a_line_break() {
    let token = |lab: &Lab| match zitadel(&lab.settings()).credentials {
        Credentials::Token(token) => token.expose_secret().to_owned(),
        other => panic!("{other:?}"),
    };
    for around in ["\n", "\r\n", "\n\n", " ", "\t", "\u{a0}"] {
        let of_variable =
            Lab::new(SHORT).variable("DIRECTORY_SYNC__ZITADEL__TOKEN", &format!("hunter5{around}"));
        assert_eq!(token(&of_variable), "hunter5", "{around:?}");
        let of_file = Lab::changed(SHORT, "token: hunter4", "token_file: DIR/token");
        of_file.write("token", &format!("\u{feff}hunter5{around}"));
        assert_eq!(token(&of_file), "hunter5", "{around:?}");
    }
    let of_block = Lab::changed(SHORT, "token: hunter4", "token: |\n    hunter5");
    assert_eq!(token(&of_block), "hunter5");
    for (inside, what) in [
        ("\n", "a line break"),
        ("\r\n", "a line break"),
        (" ", "a blank"),
        ("\u{200b}", "a character"),
        ("\u{fc}", "a character"),
    ] {
        let broken = format!("hunt{inside}er5");
        let of_variable = Lab::new(SHORT).variable("DIRECTORY_SYNC__ZITADEL__TOKEN", &broken);
        let of_file = Lab::changed(SHORT, "token: hunter4", "token_file: DIR/token");
        of_file.write("token", &format!("{broken}\n"));
        for (lab, key) in [(of_variable, "zitadel.token"), (of_file, "zitadel.token_file")] {
            let refusal = lab.refusal();
            let said = format!("error: `{key}` holds a token with {what} in it");
            assert!(refusal.starts_with(&said), "{refusal}");
            assert!(
                refusal.contains("\nhint: in Zitadel, open the service account"),
                "{refusal}"
            );
            assert!(!refusal.contains("hunt"), "{refusal}");
        }
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
