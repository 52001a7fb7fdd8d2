//! A plan that waits is good for whatever a run plans: with each setting that decides what is in it.

use std::fs;

use crate::crash::world::Before;
use crate::program::Installation;

/// Puts a text in the place of the only one like `from`.
fn replace(installation: &Installation, from: &str, to: &str) {
    let config = fs::read_to_string(installation.path("config.yaml")).unwrap();
    assert_eq!(config.matches(from).count(), 1, "{from:?} in {config}");
    installation.write("config.yaml", config.replace(from, to));
}

/// Every kind of change at once: new people, adoptions, ids in older forms and other ones, exchanged names, links,
/// roles that are taken, people who are back, people who are gone.
#[test]
fn every_plan_can_be_applied_later() {
    let world = Before::new(2);
    let policy = |line: &'static str| ("policy:\n", format!("policy:\n  {line}\n"));
    let zitadel = |line: &'static str| ("zitadel:\n", format!("zitadel:\n  {line}\n"));
    let new_links = || ("link: existing", "link: new".to_owned());
    let usual = "directory-sync";
    let settings = [
        (usual, vec![], 1),
        (usual, vec![new_links()], 1),
        (usual, vec![zitadel("metadata: presence")], 1),
        (usual, vec![zitadel("metadata: skip")], 1),
        (usual, vec![zitadel("localpart: plain")], 1),
        (usual, vec![policy("update: false")], 1),
        (usual, vec![policy("update: false"), new_links()], 1),
        (usual, vec![policy("create: false")], 1),
        (usual, vec![policy("adopt: false")], 1),
        (usual, vec![policy("disabled: deactivate")], 1),
        (usual, vec![policy("listed: deactivate")], 1),
        (
            usual,
            vec![("absent: deactivate", "absent: delete".to_owned())],
            1,
        ),
        (
            usual,
            vec![(
                "[sso_login]",
                "[sso_login, verify_email, verify_phone]".to_owned(),
            )],
            1,
        ),
        (usual, vec![("[sso_login]", "[]".to_owned()), new_links()], 1),
        ("migrate", vec![], 1),
        ("migrate", vec![new_links()], 1),
        ("install-ids", vec![], 1),
        ("install-ids", vec![new_links()], 1),
    ];
    for (program, changed, least) in settings {
        let (double, installation) = world.start();
        for (from, to) in &changed {
            replace(&installation, from, to);
        }
        let path = installation.path("plan.json").display().to_string();
        let planned = installation.run_as(program, &["plan", "--out", &path]);
        assert!(planned.exit <= 1, "{program} {changed:?}: {planned:?}");
        assert_eq!(double.writes(), []);
        let plan: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(installation.path("plan.json")).unwrap()).unwrap();
        let count = plan["changes"].as_array().unwrap().len();
        assert!(count >= least, "{program} {changed:?}: {count} changes");
        let applied = installation.run_as(program, &["apply", &path]);
        assert_eq!(applied.exit, 0, "{program} {changed:?}: {applied:?}");
        // Notes of an absence are for the run alone that makes the plan.
        let again = installation.run_as(program, &["plan", "--out", &path]);
        let plan: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(installation.path("plan.json")).unwrap()).unwrap();
        assert_eq!(
            plan["changes"],
            serde_json::json!([]),
            "{program} {changed:?}: {again:?}"
        );
    }
}
