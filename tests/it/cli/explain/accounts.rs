//! Accounts and groups of a target with DNs.

use serde_json::{Value, json};

use crate::groups::stage::{Stage, added, group, group_dn, id, person, person_dn};

/// Two people and their group, all with what they should have at the target.
fn stage() -> Stage {
    let members = [person_dn("ada"), person_dn("bob")];
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let stage = Stage::new(&[person(1, "ada"), person(2, "bob"), group(11, "staff", &members)].concat());
    stage.sync();
    stage
}

/// What the real binary prints, with names or without.
#[track_caller]
fn told(stage: &Stage, words: &[&str], names: &str) -> String {
    let mut command = stage.installation.command(words);
    let output = command
        .env("DIRECTORY_SYNC__OUTPUT__NAMES", names)
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(err.is_empty(), "{words:?}: {err}");
    out
}

#[track_caller]
fn has_lines(text: &str, expected: &[&str]) {
    for line in expected {
        assert!(text.lines().any(|one| one == *line), "{line:?} in {text}");
    }
}

/// An account leads to its record, whatever names the account, and whatever the record now says.
#[test]
fn an_account_leads_to_its_record() {
    let stage = stage();
    let of = |name: &str| stage.udm.named(name).unwrap();
    let (ada, bob, staff) = (of("ada"), of("bob"), of("staff"));
    stage.directory.change(&format!(
        "dn: {}\nchangetype: modrdn\nnewrdn: uid=rob\ndeleteoldrdn: 1\n\n\
         dn: {}\nchangetype: modify\nreplace: member\nmember: {}\nmember: {}\n",
        person_dn("bob"),
        group_dn("staff"),
        person_dn("ada"),
        person_dn("rob"),
    ));
    let record = |dn: &str, n| format!("{dn} (ldap), active, external id {}", hex::encode(id(n)));
    let ada_record = format!("Record: {}", record(&person_dn("ada"), 1));
    let rob_record = format!("Record: {}", record(&person_dn("rob"), 2));
    let staff_record = format!("Record of a group: {}", record(&group_dn("staff"), 11));
    let unchanged = "Decision: nothing: the account is as the record says";
    let renamed = "Decision: update: username [policy.update]";
    for (who, record, decision) in [
        (&ada.uuid, &ada_record, unchanged),
        (&ada.dn, &ada_record, unchanged),
        (&ada.dn.to_uppercase(), &ada_record, unchanged),
        (&bob.uuid, &rob_record, renamed),
        (&"bob".to_owned(), &rob_record, renamed),
        (&bob.dn, &rob_record, renamed),
        (&staff.uuid, &staff_record, unchanged),
        (&staff.dn, &staff_record, unchanged),
    ] {
        let told = told(&stage, &["explain", who], "show");
        has_lines(
            &told,
            &[
                record,
                "  it has the external id of the record; managed by this tool",
                decision,
            ],
        );
        assert_eq!(told.matches("Record").count(), 1, "{told}");
    }
}

/// The same for a record that was rejected. A report shows it too, and a hidden DN is not hidden a second time.
#[test]
fn an_account_leads_to_its_rejected_record() {
    let stage = stage();
    stage.reconfigure("lastname: sn", "lastname: {name: sn, value: only}");
    stage.directory.change(&format!(
        "dn: {}\nchangetype: modify\nadd: sn\nsn: other\n",
        person_dn("ada")
    ));
    let ada = stage.udm.named("ada").unwrap();
    for who in [&ada.uuid, &ada.dn] {
        let told = told(&stage, &["explain", who], "show");
        let record = format!(
            "Record: {} (ldap), rejected, external id {}",
            person_dn("ada"),
            hex::encode(id(1))
        );
        has_lines(&told, &[&record]);
    }
    let report = stage.installation.path("report.json");
    let report = report.to_str().unwrap();
    let mut records = Vec::new();
    for names in ["hide", "show"] {
        told(&stage, &["plan", "--report", report], names);
        let written: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
        records.push(written["kept_accounts"][0]["record"].as_str().unwrap().to_owned());
        let told = told(&stage, &["explain", &ada.uuid, "--from", report], "hide");
        assert!(
            told.contains(&format!("record: {}", records[0])),
            "{told} {records:?}"
        );
    }
    assert_eq!(records[1], format!("{} (ldap)", person_dn("ada")));
    let hash = records[0].split(' ').next().unwrap();
    has_lines(
        &told(&stage, &["explain", hash], "show"),
        &[&format!(
            "Record: {} (ldap), rejected, external id {}",
            person_dn("ada"),
            hex::encode(id(1))
        )],
    );
    let found = told(&stage, &["explain", hash, "--from", report], "show");
    assert!(
        found.contains("kept_accounts: ") && found.contains("rejected: "),
        "{found}"
    );
}

/// The members that a change adds and removes are listed, by name or by what stands for it.
#[test]
fn members_that_change_are_listed() {
    let stage = stage();
    stage.directory.change(&format!(
        "{}{}dn: {}\nchangetype: modify\nreplace: member\nmember: {}\nmember: {}\n",
        added(&person(3, "eve")),
        added(&group(12, "crew", &[&group_dn("staff")])),
        group_dn("staff"),
        person_dn("bob"),
        person_dn("eve"),
    ));
    let shown = told(&stage, &["explain", &group_dn("staff")], "show");
    let lines = [
        "Decision: update: members +1, members -1 [policy.update]",
        "  member added: eve",
        "  member removed: ada",
    ];
    assert!(shown.ends_with(&(lines.join("\n") + "\n")), "{shown}");
    let created = told(&stage, &["explain", &group_dn("crew")], "show");
    has_lines(
        &created,
        &[
            "Decision: create: members +1 [policy.create]",
            "  member added: group staff",
        ],
    );

    let json = told(
        &stage,
        &["explain", &group_dn("staff"), "--format", "json"],
        "show",
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    let removed = json!([{"type": "user", "id": hex::encode(id(1)), "name": "ada"}]);
    assert_eq!(json["decisions"][0]["members"]["removed"], removed);

    let hidden = told(&stage, &["explain", &group_dn("staff")], "hide");
    assert!(
        !hidden.contains("ada") && !hidden.contains(&hex::encode(id(1))),
        "{hidden}"
    );
    let line = hidden
        .lines()
        .find_map(|line| line.strip_prefix("  member removed: "));
    let found = told(&stage, &["explain", line.unwrap()], "show");
    assert!(
        found.contains(&format!("Record: {}", person_dn("ada"))),
        "{found}"
    );
}
