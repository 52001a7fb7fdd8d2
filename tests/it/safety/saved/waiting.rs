//! A plan that waits is good for whatever a run plans: with each setting that decides what is in it.

use std::fs;

use crate::crash::world::Before;
use crate::program::{Installation, Ran};

/// Replaces the only occurrence of `from`.
fn replace(installation: &Installation, from: &str, to: &str) {
    let config = fs::read_to_string(installation.path("config.yaml")).unwrap();
    assert_eq!(config.matches(from).count(), 1, "{from:?} in {config}");
    installation.write("config.yaml", config.replace(from, to));
}

/// Texts of the configuration and what takes their place.
type Changed = Vec<(&'static str, String)>;

/// Names of the program, and what is set otherwise for it.
fn settings() -> Vec<(&'static str, Changed)> {
    let policy = |line: &'static str| ("policy:\n", format!("policy:\n  {line}\n"));
    let zitadel = |line: &'static str| ("zitadel:\n", format!("zitadel:\n  {line}\n"));
    let new_links = || ("link: existing", "link: new".to_owned());
    let deleted = ("absent: deactivate", "absent: delete".to_owned());
    let verified = (
        "[sso_login]",
        "[sso_login, verify_email, verify_phone]".to_owned(),
    );
    let usual = [
        vec![],
        vec![new_links()],
        vec![zitadel("metadata: presence")],
        vec![zitadel("metadata: skip")],
        vec![zitadel("localpart: plain")],
        vec![policy("update: false")],
        vec![policy("update: false"), new_links()],
        vec![policy("create: false")],
        vec![policy("adopt: false")],
        vec![policy("disabled: deactivate")],
        vec![policy("listed: deactivate")],
        vec![deleted],
        vec![verified],
        vec![("[sso_login]", "[]".to_owned()), new_links()],
    ];
    let usual = usual.map(|changed| ("directory-sync", changed));
    let others = ["migrate", "install-ids"];
    let others = others.map(|program| [(program, vec![]), (program, vec![new_links()])]);
    usual.into_iter().chain(others.into_iter().flatten()).collect()
}

/// The changes of the plan that is made now, and how the run ended.
fn planned(installation: &Installation, program: &str) -> (Vec<serde_json::Value>, Ran) {
    let path = installation.path("plan.json");
    let ran = installation.run_as(program, &["plan", "--out", &path.display().to_string()]);
    let plan: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    (plan["changes"].as_array().unwrap().clone(), ran)
}

/// Every kind of change at once: new people, adoptions, ids in older forms and other ones, exchanged names, links,
/// roles that are taken, people who are back, people who are gone.
#[test]
fn every_plan_can_be_applied_later() {
    let world = Before::new(2);
    for (program, changed) in settings() {
        let (double, installation) = world.start();
        for (from, to) in &changed {
            replace(&installation, from, to);
        }
        let (changes, ran) = planned(&installation, program);
        assert!(ran.exit <= 1, "{program} {changed:?}: {ran:?}");
        assert_eq!(double.writes(), []);
        assert!(!changes.is_empty(), "{program} {changed:?}");
        let path = installation.path("plan.json").display().to_string();
        let applied = installation.run_as(program, &["apply", &path]);
        assert_eq!(applied.exit, 0, "{program} {changed:?}: {applied:?}");
        // Notes of an absence are for the run alone that makes the plan.
        let (again, ran) = planned(&installation, program);
        assert!(again.is_empty(), "{program} {changed:?}: {again:?} {ran:?}");
    }
}
