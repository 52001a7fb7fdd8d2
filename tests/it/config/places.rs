//! Where values come from, and who wins.

use directory_sync::config::{Needs, SourceKind};
use tracing::level_filters::LevelFilter;

use super::{COMPLETE, Lab, SHORT, zitadel};

#[test]
fn defaults_then_file_then_environment_then_options() {
    let level = |lab: Lab| lab.settings().log_level;
    assert_eq!(level(Lab::new(SHORT)), LevelFilter::INFO);
    let in_file = format!("log_level: warn\n{SHORT}");
    assert_eq!(level(Lab::new(&in_file)), LevelFilter::WARN);
    let in_variable = || Lab::new(&in_file).variable("FAMEDLY_SYNC__LOG_LEVEL", "5");
    assert_eq!(level(in_variable()), LevelFilter::TRACE);
    assert_eq!(
        level(in_variable().flag("-v", "log_level", "debug")),
        LevelFilter::DEBUG
    );
    assert_eq!(
        level(in_variable().flag("-q", "log_level", "")),
        LevelFilter::ERROR
    );
    assert_eq!(
        in_variable().flag("--log-level", "log_level", "loud").refusal(),
        "error: `log_level` must be `off`, `error`, `warn`, `info`, `debug` or `trace`, not `loud`\n  \
         at option --log-level"
    );
}

#[test]
fn the_environment_merges_into_sections_and_replaces_lists() {
    let lab = Lab::new(COMPLETE)
        .variable("FAMEDLY_LDAP_SYNC__SOURCES__LDAP__URL", "ldap://localhost:1389")
        .variable("famedly_sync__Feature_Flags", "dry_run")
        .variable("DIRECTORY_SYNC__SOURCES__GUESTS__KIND", "csv")
        .variable("DIRECTORY_SYNC__SOURCES__GUESTS__FILE_PATH", "guests.csv");
    let settings = lab.settings();
    let names: Vec<_> = settings.sources.iter().map(|source| &*source.name).collect();
    assert_eq!(names, ["csv", "guests", "ldap", "ukt"]);
    assert_eq!(lab.ldap().urls[0].as_str(), "ldap://localhost:1389");
    assert_eq!(lab.ldap().base_dn, "ou=staff,dc=example,dc=org");
    let zitadel = zitadel(&settings);
    assert_eq!(
        (settings.dry_run, zitadel.sso_login, zitadel.verify_email),
        (true, false, false)
    );
}

#[test]
fn everything_by_environment_without_a_file() {
    let lab = Lab::new(SHORT)
        .config(None)
        .variable("FAMEDLY_SYNC__ZITADEL__URL", "https://auth.example.org")
        .variable("FAMEDLY_SYNC__ZITADEL__KEY_FILE", "DIR/service-user.json")
        .variable("FAMEDLY_SYNC__ZITADEL__ORGANIZATION_ID", "1")
        .variable("FAMEDLY_SYNC__ZITADEL__PROJECT_ID", "2")
        .variable("FAMEDLY_SYNC__SOURCES__CSV__FILE_PATH", "other.csv")
        .variable("FAMEDLY_SYNC__FEATURE_FLAGS", "verify_email dry_run")
        .variable("FAMEDLY_SYNC__LOG_LEVEL", "debug")
        .variable("FAMEDLY_SYNC_CONFIG", "");
    let settings = lab.settings();
    assert!(settings.dry_run && zitadel(&settings).verify_email);
    assert_eq!(settings.log_level, LevelFilter::DEBUG);
    assert_eq!(
        settings.notes,
        ["the variable FAMEDLY_SYNC_CONFIG is empty, so no file is read"]
    );
    let [source] = settings.sources.as_slice() else {
        panic!()
    };
    let SourceKind::Csv(csv) = &source.kind else {
        panic!()
    };
    assert_eq!(csv.file_path.to_str(), Some("other.csv"));
}

#[test]
fn the_option_wins_over_each_variable() {
    let lab = Lab::new(SHORT)
        .variable("FAMEDLY_SYNC_CONFIG", "DIR/newer.yaml")
        .variable("FAMEDLY_LDAP_SYNC_CONFIG", "DIR/older.yaml")
        .variable("DIRECTORY_SYNC_CONFIG", "DIR/own.yaml");
    for (name, level) in [("newer", "error"), ("older", "warn"), ("own", "debug")] {
        lab.write(&format!("{name}.yaml"), &format!("log_level: {level}\n{SHORT}"));
    }
    assert_eq!(lab.settings().log_level, LevelFilter::INFO);
    let mut lab = lab.config(None);
    let settings = lab.settings();
    assert_eq!(settings.log_level, LevelFilter::DEBUG);
    assert_eq!(
        settings.notes,
        [
            "the variables DIRECTORY_SYNC_CONFIG and FAMEDLY_LDAP_SYNC_CONFIG name different files; \
             DIRECTORY_SYNC_CONFIG counts",
            "the variables DIRECTORY_SYNC_CONFIG and FAMEDLY_SYNC_CONFIG name different files; \
             DIRECTORY_SYNC_CONFIG counts",
        ]
    );
    lab.variables.pop();
    assert_eq!(lab.settings().log_level, LevelFilter::WARN);
    lab.variables.pop();
    assert_eq!(lab.settings().log_level, LevelFilter::ERROR);
}

/// ad-connect's own variable counts where none of ours names a file.
#[test]
fn the_variable_of_ad_connect_is_weaker_than_ours() {
    let lab = Lab::new(SHORT)
        .variable("AD_CONNECT_CONFIG", "DIR/adc.yaml")
        .variable("FAMEDLY_SYNC_CONFIG", "DIR/own.yaml");
    for (name, level) in [("adc", "error"), ("own", "debug")] {
        lab.write(&format!("{name}.yaml"), &format!("log_level: {level}\n{SHORT}"));
    }
    let mut lab = lab.config(None);
    assert_eq!(lab.settings().log_level, LevelFilter::DEBUG);
    lab.variables.pop();
    assert_eq!(lab.settings().log_level, LevelFilter::ERROR);
}

#[test]
fn any_extension_is_read_as_yaml() {
    let lab = Lab::new("");
    let json = r#"{"zitadel": {"url": "https://a.example", "token": "x", "organization_id": 1, "PROJECT_ID": 2},
                   "sources": {"csv": {"file_path": "users.csv"}}}"#;
    let mut lab = lab;
    for (name, text) in [
        ("x.conf", SHORT),
        ("x", SHORT),
        ("x.yml", SHORT),
        ("x.json", json),
        ("bom.yaml", &format!("\u{feff}{SHORT}")),
    ] {
        lab.write(name, text);
        let path = lab.path(name);
        lab = lab.config(path);
        assert_eq!(lab.settings().sources.len(), 1, "{name}");
    }
}

#[test]
fn a_named_file_may_lack_its_extension() {
    let lab = Lab::new(SHORT);
    let short = lab.path("config");
    let lab = lab.config(short);
    let notes = lab.settings().notes;
    let dir = lab.dir();
    assert_eq!(
        notes,
        [format!(
            "`{dir}/config` does not exist; `{dir}/config.yaml` is read instead"
        )]
    );
}

#[test]
fn sources_alone_need_no_target() {
    let only_sources = &SHORT[SHORT.find("sources:").unwrap()..];
    let settings = Lab::new(only_sources).needs(Needs::SourcesOnly).settings();
    assert!(settings.target.is_none());
    assert_eq!(settings.sources.len(), 1);
    let missing_key = SHORT.replace("token: hunter4", "key_file: DIR/missing.json");
    let settings = Lab::new(&missing_key).needs(Needs::SourcesOnly).settings();
    assert!(settings.target.is_none());
    let misspelt = SHORT.replace("token: hunter4", "tokn: hunter4");
    assert_eq!(
        Lab::new(&misspelt).needs(Needs::SourcesOnly).refusal(),
        "error: unknown key `zitadel.tokn`\n  at DIR/config.yaml:3\nhint: did you mean `zitadel.token`?"
    );
}

/// A source whose file is missing is a run that fails, not a wrong configuration.
#[test]
fn the_data_of_a_source_is_not_looked_for() {
    let lab = Lab::changed(SHORT, "file_path: users.csv", "file_path: DIR/nowhere/users.csv");
    assert_eq!(lab.settings().sources.len(), 1);
}
