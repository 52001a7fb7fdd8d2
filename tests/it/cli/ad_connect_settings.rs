//! The settings of ad-connect: each takes one action away, and the plan names it in their words.

use testkit::people::Person;
use testkit::slapd::Slapd;
use testkit::zitadel::{UserSeed, UserState};

use super::ad_connect::{adc, installation, set};
use super::stage::Stage;

/// Everything is allowed: the sample's own settings are off.
const OFF: [(&str, &str); 3] = [
    ("dry-run: true", "dry-run: false"),
    ("delete-disables: true", "delete-disables: false"),
    (
        "no-update-provider-mismatch: true",
        "no-update-provider-mismatch: false",
    ),
];

/// Two people have accounts; since then Ada has another name, Bob has left, Eve is new, and Dora's account was made by hand.
fn changed() -> (Stage, Slapd) {
    let (stage, slapd) = installation();
    for (on, off) in OFF {
        set(&stage, on, off);
    }
    assert_eq!(adc(&stage, "imp").exit, 0);
    slapd.replace(&Person::new("ada", "", "").dn(), "sn", &["Lovelace"]);
    slapd.delete(&Person::new("bob", "", "").dn());
    slapd.add(&Person::new("eve", "Eve", "Test"));
    slapd.add(&Person::new("dora", "Dora", "Test"));
    stage.zitadel.add_user(UserSeed {
        email: "dora@example.com".into(),
        email_verified: true,
        given_name: "Dora".into(),
        family_name: "Test".into(),
        ..UserSeed::default()
    });
    stage.zitadel.reset_counts();
    (stage, slapd)
}

/// The lines of the plan about what was withheld.
fn withheld(plan: &str) -> Vec<&str> {
    let lines = plan.lines().map(str::trim_start);
    lines.filter(|line| line.starts_with("x ")).collect()
}

#[test]
fn without_settings_nothing_is_withheld() {
    let (stage, _slapd) = changed();
    let run = adc(&stage, "imp");
    assert_eq!(run.exit, 0, "{run:?}");
    assert_eq!(withheld(&run.out), Vec::<&str>::new());
    assert!(
        run.out
            .contains("Done: 1 created, 1 adopted, 1 updated, 1 deleted"),
        "{run:?}"
    );
}

#[test]
fn each_action_that_is_withheld_names_its_setting() {
    for (setting, action, done) in [
        ("no-create", "create", "Done: 1 adopted, 1 updated, 1 deleted"),
        ("no-update", "update", "Done: 1 created, 1 adopted, 1 deleted"),
        ("no-delete", "delete", "Done: 1 created, 1 adopted, 1 updated"),
        (
            "delete-disables",
            "delete",
            "Done: 1 created, 1 adopted, 1 updated, 1 deactivated",
        ),
        (
            "no-update-provider-mismatch",
            "adopt",
            "Done: 1 created, 1 updated, 1 deleted",
        ),
        (
            "create-as-disabled",
            "reactivate",
            "Done: 1 created, 1 adopted, 1 updated, 1 deleted",
        ),
    ] {
        let (stage, _slapd) = changed();
        set(&stage, &format!("{setting}: false"), &format!("{setting}: true"));
        let run = adc(&stage, "imp");
        assert_eq!(run.exit, 0, "{run:?}");
        let [line] = withheld(&run.out)[..] else {
            panic!("{setting}: {run:?}");
        };
        assert!(line.starts_with(&format!("x {action}")), "{line}");
        assert!(
            line.contains(&format!(": `settings.{setting}` is true")),
            "{line}"
        );
        assert!(run.out.contains(done), "{run:?}");
    }
}

/// The seventh takes everything away.
#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing() {
    let (stage, _slapd) = changed();
    set(&stage, "dry-run: false", "dry-run: true");
    let run = adc(&stage, "imp");
    assert_eq!(run.exit, 0, "{run:?}");
    assert!(
        run.out
            .contains("Plan: 1 to create, 1 to adopt, 1 to update, 1 to delete")
            && run
                .out
                .contains("Dry run: nothing was written, 4 changes are pending"),
        "{run:?}"
    );
    stage.assert_untouched();
}

/// All of them together leave nothing, and each action keeps the name of one that forbids it.
#[test]
fn together_they_leave_nothing_to_do() {
    let (stage, _slapd) = changed();
    for setting in [
        "no-create",
        "no-update",
        "no-delete",
        "delete-disables",
        "no-update-provider-mismatch",
        "create-as-disabled",
    ] {
        set(&stage, &format!("{setting}: false"), &format!("{setting}: true"));
    }
    let run = adc(&stage, "imp");
    assert_eq!(run.exit, 0, "{run:?}");
    let lines = withheld(&run.out);
    assert_eq!(lines.len(), 4, "{run:?}");
    assert!(
        lines.iter().all(|line| line.contains(": `settings.")),
        "{lines:?}"
    );
    stage.assert_untouched();
    let active = |user: &testkit::zitadel::UserView| user.state == UserState::Active;
    assert!(stage.zitadel.users().iter().all(active));
}
