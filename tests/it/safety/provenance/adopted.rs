//! Accounts that change hands.

use super::*;

/// An account that fits by its login name, and that another source made for another id.
fn of_an_older_source() -> UserSeed {
    UserSeed {
        email: "staff1@example.com".into(),
        email_verified: true,
        given_name: "Somebody".into(),
        family_name: "Else".into(),
        nick_name: "6f6c64".into(),
        metadata: vec![
            ("localpart".into(), b"old".to_vec()),
            (KEY.into(), b"ldap:ou=old".to_vec()),
        ],
        roles: vec!["User".into()],
        ..UserSeed::default()
    }
}

/// An account that is adopted changes hands in the same call that writes everything else.
#[test]
fn an_adopted_account_is_looked_after_by_who_adopts() {
    let jobs = Jobs::csv();
    jobs.lab.zitadel.add_user(of_an_older_source());
    jobs.file("staff.csv", &people("staff", 1));
    jobs.run_as("plan", "staff.csv", "").exits(0).says("adopt");
    jobs.lab.zitadel.reset_counts();
    jobs.run_as("sync --undo-file undo.json", "staff.csv", "")
        .exits(0)
        .says("1 adopted");
    assert_eq!(
        jobs.provider("staff1@example.com").as_deref(),
        Some("csv:staff.csv")
    );
    let counts = jobs.lab.zitadel.request_counts();
    assert_eq!(
        counts.get("POST /management/v1/users/{userId}/metadata/_bulk"),
        Some(&1),
        "{counts:?}"
    );
    jobs.lab.run("undo undo.json").exits(0);
    assert_eq!(
        jobs.provider("staff1@example.com").as_deref(),
        Some("ldap:ou=old")
    );
    assert_eq!(jobs.count(), 1);
}

/// An adoption that was interrupted anywhere: the former provider does not treat the person as absent.
#[test]
fn an_adoption_that_breaks_off_leaves_the_account_to_no_other_person() {
    let mut broken = 0;
    for write in 1..=3 {
        let jobs = Jobs::csv();
        jobs.lab.zitadel.add_user(of_an_older_source());
        jobs.file("staff.csv", &people("staff", 1));
        jobs.lab.zitadel.reset_counts();
        jobs.lab
            .zitadel
            .inject(Fault::nth_write(write, FaultKind::status(400)));
        broken += jobs.run("staff.csv", "").exit;
        let user = jobs.lab.zitadel.user_named("staff1@example.com").unwrap();
        let is_theirs = user.nick_name != "6f6c64";
        let says_so = user.metadata[KEY] == "csv:staff.csv";
        assert!(says_so || !is_theirs, "{user:?}");
        jobs.lab.zitadel.clear_faults();
        jobs.run("staff.csv", "").exits(0);
        assert_eq!(
            jobs.provider("staff1@example.com").as_deref(),
            Some("csv:staff.csv")
        );
    }
    assert_eq!(broken, 2, "one write for the metadata, one for the rest");
}

/// A deleted account that is made again says who looked after it.
#[test]
fn an_account_that_is_made_again_tells_who_looked_after_it() {
    let jobs = Jobs::csv();
    jobs.run("students.csv", "").exits(0);
    jobs.file("students.csv", &people("student", 44));
    jobs.run_as("sync --undo-file undo.json", "students.csv", DELETE)
        .exits(0)
        .says("1 deleted");
    jobs.lab.run("undo undo.json").exits(0);
    assert_eq!(
        jobs.provider("student45@example.com").as_deref(),
        Some("csv:students.csv")
    );
}

/// A saved plan does not remove an account that another configuration has taken over in the meantime.
#[test]
fn a_plan_that_waits_does_not_remove_what_others_took_over() {
    let jobs = Jobs::csv();
    jobs.run("students.csv", "provider: students").exits(0);
    jobs.file("students.csv", &people("student", 44));
    let students = format!("provider: students\n{DELETE}");
    jobs.run_as("plan --out plan.json", "students.csv", &students)
        .exits(0)
        .says("1 to delete");
    jobs.file("staff.csv", &[people("student", 45).pop().unwrap()]);
    jobs.run("staff.csv", "provider: staff")
        .exits(0)
        .says("1 updated");
    jobs.run_as("apply plan.json", "students.csv", &students)
        .exits(1)
        .says("has changed since the plan was made");
    assert!(jobs.is_there("student45@example.com"));
}

/// A limit is a percentage of the accounts that the configuration manages, not of all accounts.
#[test]
fn a_limit_is_a_share_of_ones_own_accounts() {
    let jobs = Jobs::csv();
    jobs.file("staff.csv", &people("staff", 40));
    jobs.file("students.csv", &people("student", 200));
    jobs.run("staff.csv", "").exits(0);
    jobs.run("students.csv", "").exits(0);
    jobs.file("staff.csv", &people("staff", 30));
    jobs.run("staff.csv", DELETE).exits(4).says("of 40");
    assert_eq!(jobs.count(), 240);
}

/// However many others made, it takes a few requests to see that they did.
#[test]
fn what_others_made_is_seen_in_a_few_requests() {
    let jobs = Jobs::csv();
    jobs.file("students.csv", &people("student", 300));
    jobs.run("students.csv", "").exits(0);
    jobs.run("staff.csv", "").exits(0);
    jobs.lab.zitadel.reset_counts();
    jobs.run("staff.csv", DELETE).exits(0).says("300 skipped");
    let report = jobs.lab.json("report.json");
    let by_operation = &report["requests"]["by_operation"];
    assert_eq!(by_operation["read_metadata"], 20, "{by_operation}");
    assert_eq!(by_operation["confirm_metadata"], 6, "{by_operation}");
}

/// It is one person, although the files are two providers.
#[test]
fn a_person_in_two_sources_is_looked_after_by_the_first_by_name() {
    let jobs = Jobs::csv();
    jobs.file("again.csv", &people("staff", 2));
    let again = format!(
        "  again:\n    kind: csv\n    file_path: {}\n",
        jobs.lab.path("again.csv").display()
    );
    let configuration = jobs.configuration("staff.csv", DELETE) + &again;
    fs::write(jobs.lab.path("config.yaml"), configuration).unwrap();
    jobs.lab.run("sync").exits(0);
    let providers = [1, 2, 3].map(|number| jobs.provider(&format!("staff{number}@example.com")));
    assert_eq!(
        providers.map(Option::unwrap_or_default),
        ["csv:again.csv", "csv:again.csv", "csv:staff.csv"]
    );
    assert_eq!(jobs.count(), 4);
}
