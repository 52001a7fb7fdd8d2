use proptest::prelude::*;

use super::document::*;
use crate::config::Settings;
use crate::plan::Withholding;

fn settings(more: &str) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "zitadel: {{url: https://a.example, token: x, organization_id: 1, project_id: 2}}\n\
         sources: {{csv: {{file_path: users.csv}}}}\n{more}"
    );
    let path = folder.path().join("config.yaml");
    std::fs::write(&path, text).unwrap();
    let request = crate::config::LoadRequest {
        config: Some(path),
        ..Default::default()
    };
    crate::config::load(&request, &crate::config::Environment::default()).unwrap()
}

fn ceiling(text: &str) -> Ceiling {
    Ceiling::parse("the server", text.as_bytes()).unwrap()
}

/// YAML and JSON are equivalent.
#[test]
fn a_document_is_yaml_or_json() {
    let yaml = "no-delete: true\nmax_removals: 5%\nprotected: [a]\npaused: why\ndry-run: no\n";
    let json = r#"{"no-delete":true,"max_removals":"5%","protected":["a"],"paused":"why","dry-run":false}"#;
    assert_eq!(ceiling(yaml), ceiling(json));
    assert_eq!(
        ceiling(yaml).summary(),
        "the server: no-delete, max_removals 5 %, protected 1, paused: why"
    );
    assert_eq!(ceiling("{}").summary(), "the server: no limits");
    let error = Ceiling::parse("the server", b"\xff").unwrap_err();
    assert_eq!(error.to_string(), "the server is not a text in UTF-8");
}

/// Two limits of one kind are compared. A percentage and a number both apply.
#[test]
fn the_smaller_limit_is_named() {
    for (configured, theirs, named) in [
        ("10%", "5%", true),
        ("10%", "10%", false),
        ("10%", "20%", false),
        ("5", "3", true),
        ("5", "7", false),
        ("10%", "3", true),
        ("5", "1%", true),
    ] {
        let settings = settings(&format!("guard: {{max_removals: {configured}}}"));
        let under = settings.under(&[ceiling(&format!("max_removals: {theirs}"))]);
        assert_eq!(!under.changed.is_empty(), named, "{configured} {theirs}");
        assert_eq!(under.settings.guard.firm_removals.len(), 1);
        assert_eq!(under.settings.guard.max_removals, settings.guard.max_removals);
    }
}

fn forbidden(settings: &Settings) -> Vec<bool> {
    let Withholding {
        no_create,
        no_update,
        no_removal,
        delete_deactivates,
        create_deactivated,
        no_provider_mismatch,
    } = &settings.withholding;
    let of = [
        no_create,
        no_update,
        no_removal,
        delete_deactivates,
        create_deactivated,
        no_provider_mismatch,
    ];
    of.map(Option::is_some)
        .into_iter()
        .chain([settings.dry_run])
        .collect()
}

fn any_document() -> impl Strategy<Value = String> {
    let switch = prop::sample::select(SWITCHES.to_vec());
    prop::collection::btree_map(switch, any::<bool>(), 0..7).prop_map(|switches| {
        let lines: Vec<String> = switches
            .iter()
            .map(|(key, on)| format!("\"{key}\": {on}"))
            .collect();
        format!("{{{}}}", lines.join(", "))
    })
}

proptest! {
    /// A ceiling adds exactly the active switches, in any order of the documents, and never removes one.
    #[test]
    fn ceilings_only_tighten(first in any_document(), second in any_document(), dry in any::<bool>(), create in any::<bool>()) {
        let flags = if dry { "[dry_run]" } else { "[]" };
        let settings = settings(&format!("feature_flags: {flags}\npolicy: {{create: {create}}}\n"));
        let both = [ceiling(&first), ceiling(&second)];
        let turned = [both[1].clone(), both[0].clone()];
        let under = settings.under(&both);
        prop_assert_eq!(forbidden(&under.settings), forbidden(&settings.under(&turned).settings));
        let is_on = |switch| both.iter().any(|ceiling| ceiling.is_on(switch));
        let order = [
            NO_CREATE, NO_UPDATE, NO_DELETE, DELETE_DISABLES, CREATE_AS_DISABLED, NO_PROVIDER_MISMATCH, DRY_RUN,
        ];
        let before = forbidden(&settings);
        let wanted: Vec<bool> = before.iter().zip(order).map(|(before, switch)| *before || is_on(switch)).collect();
        prop_assert_eq!(&forbidden(&under.settings), &wanted);
        let more = wanted.iter().zip(&before).filter(|(after, before)| after != before).count();
        prop_assert_eq!(under.changed.len(), more);
        // Applying a ceiling twice changes nothing more.
        prop_assert_eq!(under.settings.under(&both).changed, vec![]);
    }
}
