//! Under which names accounts are looked after.

use directory_sync::config::Providers;

use super::{COMPLETE, Lab, SHORT, zitadel};

fn names(lab: &Lab) -> (Vec<Option<String>>, Vec<String>) {
    let settings = lab.settings();
    let sources = &settings.sources;
    let of = sources.iter().map(|source| settings.providers.of(source));
    (of.collect(), settings.providers.all(sources))
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Each source of people has a name of its own, and a list of leavers none.
#[test]
fn each_source_has_a_name() {
    let lab = Lab::new(COMPLETE);
    let [csv, ldap] = ["csv:users.csv", "ldap:ou=staff,dc=example,dc=org"];
    let (of, all) = names(&lab);
    assert_eq!(of, [Some(csv.to_owned()), Some(ldap.to_owned()), None]);
    assert_eq!(all, [csv, ldap]);
    assert!(!zitadel(&lab.settings()).claims_accounts);
}

/// The configuration's own name replaces all others, in addition to names that it takes over.
#[test]
fn a_configuration_has_one_name() {
    let more = "provider: ' Staff '\npolicy: {retired_providers: ['csv:old users.csv', staff]}\n";
    let lab = Lab::new(&format!("{more}{SHORT}"));
    let (of, all) = names(&lab);
    assert_eq!(of, [Some("Staff".to_owned())]);
    assert_eq!(all, ["Staff", "csv:old users.csv", "staff"]);
    assert!(zitadel(&lab.settings()).claims_accounts);
}

#[test]
fn both_come_from_variables() {
    let lab = Lab::new(SHORT)
        .variable("DIRECTORY_SYNC__PROVIDER", "staff")
        .variable("DIRECTORY_SYNC__POLICY__RETIRED_PROVIDERS", "csv:a.csv csv:b.csv");
    assert_eq!(
        lab.settings().providers,
        Providers {
            name: Some("staff".to_owned()),
            retired: texts(&["csv:a.csv", "csv:b.csv"]),
        }
    );
}

/// A name that cannot be typed is refused.
#[test]
fn a_name_has_to_be_visible() {
    let hint = "hint: choose a short name, such as `staff`; line breaks, tabs and invisible characters cannot be in it";
    for name in ["a\\tb", "a\\u200bb", "a\\u061cb", &"a".repeat(201)] {
        let lab = Lab::new(&format!("provider: \"{name}\"\n{SHORT}"));
        let what = "error: `provider` must be 1 to 200 visible characters\n  at DIR/config.yaml:1\n";
        assert_eq!(lab.refusal(), format!("{what}{hint}"));
    }
    let lab = Lab::new(&format!("provider: ' '\n{SHORT}"));
    assert_eq!(
        lab.refusal(),
        "error: `provider` is empty\n  at DIR/config.yaml:1\nhint: write a value after the key"
    );
    let lab = Lab::new(&format!("policy: {{retired_providers: [a, '']}}\n{SHORT}"));
    let what = "error: each name in `policy.retired_providers` must be 1 to 200 visible characters\n";
    assert!(lab.refusal().starts_with(what), "{}", lab.refusal());
}
