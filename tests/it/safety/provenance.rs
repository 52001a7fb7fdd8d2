//! Several configurations for one organization: each account says who looks after it.

mod adopted;

use std::fmt::Write as _;
use std::fs;

use testkit::people::{Person, to_csv, to_ldif};
use testkit::slapd::{Options, Slapd};
use testkit::ukt::UktDouble;
use testkit::zitadel::{Fault, FaultKind, UserSeed};

use super::lab::{Lab, Run, staff};

const KEY: &str = "directory-sync.provider";

/// A lab whose configurations are chosen from run to run.
struct Jobs {
    lab: Lab,
    slapd: Option<Slapd>,
}

impl Jobs {
    /// Two files: `staff.csv` with 4 people, and `students.csv` with 45.
    fn csv() -> Self {
        let jobs = Self {
            lab: Lab::csv(&[]),
            slapd: None,
        };
        jobs.file("staff.csv", &people("staff", 4));
        jobs.file("students.csv", &people("student", 45));
        jobs
    }

    /// The same in two trees of one directory.
    fn ldap() -> Self {
        let mut ldif = to_ldif(&[]);
        for (tree, count) in [("staff", 4), ("student", 45)] {
            let _ = write!(
                ldif,
                "dn: ou={tree},dc=example,dc=com\nobjectClass: organizationalUnit\nou: {tree}\n\n"
            );
            for person in people(tree, count) {
                let entry = person.ldif().replace("ou=people", &format!("ou={tree}"));
                let _ = writeln!(ldif, "{entry}");
            }
        }
        Self {
            lab: Lab::csv(&[]),
            slapd: Some(Options::ldif(ldif).start()),
        }
    }

    fn file(&self, name: &str, people: &[Person]) {
        fs::create_dir_all(self.lab.path(name).parent().unwrap()).unwrap();
        fs::write(self.lab.path(name), to_csv(people)).unwrap();
    }

    /// The configuration of one of these files, or trees, with more keys.
    fn configuration(&self, of: &str, more: &str) -> String {
        let lab = &self.lab;
        let source = match &self.slapd {
            None => format!("  csv:\n    file_path: {}\n", lab.path(of).display()),
            Some(slapd) => format!(
                "  ldap:\n    url: {}\n    base_dn: {of}\n    bind_dn: {}\n    bind_password: {}\n    user_filter: \
                 (objectClass=inetOrgPerson)\n    attributes:\n      first_name: givenName\n      last_name: sn\n      \
                 email: mail\n      user_id: uid\n      status: shadowFlag\n      disable_bitmasks: [2]\n",
                slapd.url(),
                Slapd::BIND_DN,
                Slapd::BIND_PASSWORD,
            ),
        };
        format!(
            "{more}\nzitadel:\n  url: {}\n  key_file: {}\n  organization_id: {}\n  project_id: {}\nsources:\n{source}",
            lab.zitadel.url(),
            lab.path("key.json").display(),
            lab.zitadel.organization_id(),
            lab.zitadel.project_id(),
        )
    }

    fn run_as(&self, arguments: &str, of: &str, more: &str) -> Run {
        fs::write(self.lab.path("config.yaml"), self.configuration(of, more)).unwrap();
        self.lab.run(arguments)
    }

    fn run(&self, of: &str, more: &str) -> Run {
        self.run_as("sync --report report.json", of, more)
    }

    /// The provider of the account with an address.
    fn provider(&self, address: &str) -> Option<String> {
        let user = self.lab.zitadel.user_named(address);
        let user = user.unwrap_or_else(|| panic!("{address} has no account"));
        user.metadata.get(KEY).cloned()
    }

    fn is_there(&self, address: &str) -> bool {
        self.lab.zitadel.user_named(address).is_some()
    }

    fn count(&self) -> usize {
        self.lab.zitadel.users().len()
    }

    fn lose_provider(&self, address: &str) {
        let user = self.lab.zitadel.user_named(address).unwrap().id;
        let path = format!("/management/v1/users/{user}/metadata/{KEY}");
        let (status, _) = self.lab.zitadel.act("DELETE", &path, &serde_json::json!({}));
        assert_eq!(status, 200);
    }
}

/// `staff1`, `staff2` and so on.
fn people(name: &str, count: usize) -> Vec<Person> {
    let person = |number| Person::new(&format!("{name}{number}"), "Somebody", "Else");
    (1..=count).map(person).collect()
}

const DELETE: &str = "policy: {absent: delete}";

/// Neither of two configurations removes the people of the other, and both remove their own.
#[track_caller]
fn each_keeps_to_its_own(jobs: &Jobs, [staff, students]: [&str; 2], more: [&str; 2], names: [&str; 2]) {
    let [of_staff, of_students] = more.map(|more| format!("{more}\n{DELETE}"));
    jobs.run(staff, more[0]).exits(0).says("4 created");
    jobs.run(students, more[1]).exits(0).says("45 created");
    assert_eq!(jobs.provider("staff1@example.com").as_deref(), Some(names[0]));
    assert_eq!(jobs.provider("student45@example.com").as_deref(), Some(names[1]));
    let foreign = format!("it belongs to provider `{}`, not to this configuration", names[0]);
    jobs.run(students, &of_students)
        .exits(0)
        .says(&foreign)
        .says("45 unchanged, 4 skipped (49 accounts, 45 managed)")
        .says("Done: in sync, nothing to change.");
    jobs.run(staff, &of_staff)
        .exits(0)
        .says("4 unchanged, 45 skipped (49 accounts, 4 managed)")
        .says("Done: in sync, nothing to change.");
    match &jobs.slapd {
        Some(slapd) => {
            let dn = format!("uid=student45,{students}");
            slapd.change(&format!("dn: {dn}\nchangetype: delete\n"));
        }
        None => jobs.file(students, &people("student", 44)),
    }
    jobs.run(staff, &of_staff).exits(0).says("nothing to change");
    jobs.run(students, &of_students).exits(0).says("1 deleted");
    assert!(!jobs.is_there("student45@example.com"));
    assert_eq!(jobs.count(), 48);
}

#[test]
fn a_configuration_removes_no_person_whom_another_one_made() {
    let names = ["csv:staff.csv", "csv:students.csv"];
    each_keeps_to_its_own(&Jobs::csv(), ["staff.csv", "students.csv"], ["", ""], names);
}

#[test]
fn two_trees_of_one_directory_keep_to_their_own() {
    let trees = ["ou=staff,dc=example,dc=com", "OU=Student, dc=example, dc=com"];
    let names = [
        "ldap:ou=staff,dc=example,dc=com",
        "ldap:ou=student,dc=example,dc=com",
    ];
    each_keeps_to_its_own(&Jobs::ldap(), trees, ["", ""], names);
}

/// Files of the same name in two folders are distinguished only by the key.
#[test]
fn a_name_of_its_own_tells_configurations_apart() {
    let jobs = Jobs::csv();
    jobs.file("one/users.csv", &people("staff", 4));
    jobs.file("two/users.csv", &people("student", 45));
    let keys = ["provider: staff", "provider: Students of 2026"];
    let names = ["staff", "Students of 2026"];
    each_keeps_to_its_own(&jobs, ["one/users.csv", "two/users.csv"], keys, names);
}

/// A renamed file: its people keep their accounts. Leavers lose theirs once the old name is retired.
#[test]
fn a_name_that_is_given_up_is_taken_over() {
    let jobs = Jobs::csv();
    jobs.run("students.csv", "").exits(0);
    jobs.file("new.csv", &people("student", 44));
    let kept = "it belongs to provider `csv:students.csv`, not to this configuration; if that source no longer exists, add \
                it to `policy.retired_providers`";
    jobs.run("new.csv", DELETE)
        .exits(0)
        .says("44 unchanged, 1 skipped")
        .says(kept);
    let report = jobs.lab.json("report.json");
    assert_eq!(report["kept_reasons"], serde_json::json!({kept: 1}));
    assert_eq!(report["kept_accounts"][0]["reason"], kept);
    // A name that is given up is not every name.
    let another = "policy: {absent: delete, retired_providers: ['csv:teachers.csv']}";
    jobs.run("new.csv", another).exits(0).says(kept);
    let retired = "policy: {absent: delete, retired_providers: ['csv:students.csv']}";
    jobs.run("new.csv", retired).exits(0).says("1 deleted");
    assert_eq!(jobs.count(), 44);
}

/// Accounts of earlier versions, and of famedly-sync, do not name their provider.
#[test]
fn an_account_that_does_not_tell_is_removed_as_before() {
    let jobs = Jobs::csv();
    jobs.run("students.csv", "").exits(0);
    jobs.lose_provider("student45@example.com");
    jobs.file("students.csv", &people("student", 44));
    jobs.run("students.csv", DELETE).exits(0).says("1 deleted");
    assert_eq!(jobs.count(), 44);
}

/// With a name of its own, a configuration also marks the accounts that its people have already, once.
#[test]
fn a_configuration_with_a_name_marks_the_accounts_that_its_people_have() {
    let jobs = Jobs::csv();
    jobs.run("staff.csv", "").exits(0);
    jobs.lose_provider("staff2@example.com");
    let writes = "Done: 4 updated.";
    jobs.run("staff.csv", "provider: staff")
        .exits(0)
        .says("provider  (")
        .says(writes);
    for number in 1..=4 {
        assert_eq!(
            jobs.provider(&format!("staff{number}@example.com")).as_deref(),
            Some("staff")
        );
    }
    jobs.run("staff.csv", "provider: staff").exits(0).says("in sync");
    jobs.run("staff.csv", "").exits(0).says("in sync");
    assert_eq!(jobs.provider("staff1@example.com").as_deref(), Some("staff"));
}

/// A person moves from one to the other with the same id: the configuration with the person manages the account.
#[test]
fn the_configuration_with_the_person_looks_after_the_account() {
    let jobs = Jobs::csv();
    let (staff, students) = (
        format!("provider: staff\n{DELETE}"),
        format!("provider: students\n{DELETE}"),
    );
    jobs.run("students.csv", &students).exits(0);
    jobs.run("staff.csv", &staff).exits(0);
    let id = jobs.lab.zitadel.user_named("student45@example.com").unwrap().id;
    jobs.file("students.csv", &people("student", 44));
    let mut moved = people("staff", 4);
    moved.push(people("student", 45).pop().unwrap());
    jobs.file("staff.csv", &moved);
    jobs.run("staff.csv", &staff).exits(0).says("1 updated");
    jobs.run("students.csv", &students)
        .exits(0)
        .says("it belongs to provider `staff`")
        .says("nothing to change");
    assert_eq!(
        jobs.lab
            .zitadel
            .user_named("student45@example.com")
            .map(|user| user.id),
        Some(id)
    );
}

/// An account of a person whom a source marks as disabled is removed, whoever created it, because this is no guess.
#[test]
fn an_account_of_a_disabled_person_goes_even_if_others_made_it() {
    let lab = Lab::ldap(&staff(12));
    lab.run("").exits(0);
    let other = |key: &str| format!("provider: other\npolicy: {{absent: {key}}}\n");
    lab.disable("ada");
    lab.configure(&other("delete"));
    lab.run("").exits(0).says("1 deleted");
}

/// A list of leavers names people, wherever their accounts come from.
#[test]
fn an_account_of_a_leaver_goes_even_if_others_made_it() {
    let jobs = Jobs::csv();
    jobs.file("staff.csv", &people("staff", 12));
    jobs.run("students.csv", "provider: students").exits(0);
    let ukt = UktDouble::start();
    ukt.set_list(&["student45@example.com"]);
    let mut configuration = jobs.configuration("staff.csv", "provider: staff");
    let _ = write!(
        configuration,
        "  ukt:\n    endpoint_url: {}\n    oauth2_url: {}\n    client_id: {}\n    client_secret: '{}'\n    scope: {}\n    \
         grant_type: {}\n",
        ukt.list_url(),
        ukt.token_url(),
        UktDouble::CLIENT_ID,
        UktDouble::CLIENT_SECRET,
        UktDouble::SCOPE,
        UktDouble::GRANT_TYPE,
    );
    fs::write(jobs.lab.path("config.yaml"), configuration).unwrap();
    jobs.lab.run("").exits(0).says("12 created, 1 deleted");
    assert!(!jobs.is_there("student45@example.com"));
}
