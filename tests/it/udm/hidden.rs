//! With hidden names, nothing that identifies a person is printed, whatever the server writes.

use testkit::udm::{Fault, FaultKind, UserSeed};

use super::stage::{PEOPLE, Stage, id};

/// A person whose names are usual words of messages.
const USUAL: &str = "Manager,May,Born,,,";

fn usual() -> String {
    format!("{},{USUAL}\n", id(1))
}

/// A refusal that names the entry, the surname and the login name.
fn refusal(status: u16) -> FaultKind {
    let message = format!(
        "Object exists: uid=Manager,{PEOPLE}: the user May Born is not allowed, as Manager is already in use"
    );
    FaultKind::Answer {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: serde_json::json!({"error": {"code": status, "message": message}}).to_string(),
    }
}

/// The real binary with hidden names: everything that it prints and writes.
fn run(stage: &Stage, words: &[&str]) -> String {
    let report = stage.installation.path("report.json");
    let mut command = stage.installation.command(words);
    command
        .env("DIRECTORY_SYNC__OUTPUT__NAMES", "hide")
        .arg("--report")
        .arg(&report);
    let output = command.output().unwrap();
    let report = std::fs::read(report).unwrap_or_default();
    String::from_utf8([output.stdout, output.stderr, report].concat()).unwrap()
}

#[track_caller]
fn assert_unnamed(told: &str) {
    let words: Vec<&str> = told.split(|c: char| !c.is_alphanumeric()).collect();
    for name in ["May", "Born", "Manager", "manager", "may"] {
        assert!(!words.contains(&name), "{name}: {told}");
    }
    for part in ["ou=people,dc", "ou%3Dpeople", "uid=Manager", "uid%3D"] {
        assert!(!told.contains(part), "{part}: {told}");
    }
}

/// Also words of the list that messages are read with are hidden if they are the person's, and the reason is not.
#[test]
fn a_refusal_does_not_name_its_person() {
    for status in [400, 409, 422] {
        let stage = Stage::new(&usual());
        stage.udm.add_ou(PEOPLE);
        stage
            .udm
            .inject(Fault::once("POST", "users/user/", refusal(status)).times(9));
        let told = run(&stage, &["sync"]);
        assert_unnamed(&told);
        assert!(told.contains("Object exists: #"), "{told}");
        assert!(told.contains("is not allowed, as #"), "{told}");
    }
}

/// The trace of requests has no DN in it.
#[test]
fn paths_are_hidden_in_the_trace() {
    let stage = Stage::new(&format!("{},Manager,May,Born,,,changed\n", id(1)));
    stage.udm.add_ou(PEOPLE);
    let seed = UserSeed::new("Manager", PEOPLE)
        .with("univentionObjectIdentifier", id(1))
        .with("firstname", "May")
        .with("lastname", "Born");
    stage.udm.add_user(seed);
    let told = run(&stage, &["sync", "-vv"]);
    assert!(told.contains("PATCH") && told.contains("/users/user/"), "{told}");
    assert_unnamed(&told);
}

/// The warning about objects without an id has hashes, and no object that the run adopts.
#[test]
fn objects_without_an_id_are_not_named() {
    let stage = Stage::new(&usual());
    without_id(&stage, "Manager");
    without_id(&stage, "may");
    let told = run(&stage, &["plan"]);
    assert!(
        told.contains("1 without a value of `univentionObjectIdentifier` stay as they are: #"),
        "{told}"
    );
    assert_unnamed(&told);
}

/// An object without an id that the run adopts does not stay as it is.
#[test]
fn what_is_adopted_does_not_stay_as_it_is() {
    let stage = Stage::new("");
    stage.reconfigure(
        "    ou: ou=people\n",
        "    ou: ou=people\n    key: employeeNumber\n",
    );
    stage.reconfigure("[univentionObjectIdentifier,", "[employeeNumber,");
    let header = "employeeNumber,username,firstname,lastname,mailPrimaryAddress,phone,description\n";
    let people = |rows: &str| stage.installation.write("users.csv", format!("{header}{rows}"));
    people(&format!("1,{USUAL}\n"));
    without_id(&stage, "Manager");
    let hand = without_id(&stage, "hand");
    for words in [["plan"], ["sync"]] {
        let ran = stage.run(&words);
        assert_eq!(ran.exit, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("1 to adopt"), "{}", ran.out);
        let left = format!("1 without a value of `employeeNumber` stay as they are: {hand}\n");
        assert!(ran.out.contains(&left), "{}", ran.out);
    }
    people(&format!("1,{USUAL}\n2,hand,First,Last,,,\n"));
    let ran = stage.sync();
    assert!(ran.out.contains("1 to adopt"), "{}", ran.out);
    assert!(!ran.out.contains("stay as they are"), "{}", ran.out);
}

fn without_id(stage: &Stage, username: &str) -> String {
    stage.udm.add_ou(PEOPLE);
    let dn = stage
        .udm
        .add_user(UserSeed::new(username, PEOPLE).with("lastname", "Born"));
    let without_id = serde_json::json!({"univentionObjectIdentifier": null});
    stage.udm.set(&dn, without_id.as_object().unwrap());
    dn
}

/// The same when the object of a removal is read for the undo file.
#[test]
fn a_refusal_to_read_does_not_name_its_person() {
    let stage = Stage::new(&format!("{},ada,First,Last,,,\n", id(2)));
    stage.reconfigure("lock:\n", "policy: {absent: delete}\nlock:\n");
    stage.udm.add_ou(PEOPLE);
    let seed = UserSeed::new("Manager", PEOPLE)
        .with("univentionObjectIdentifier", id(1))
        .with("firstname", "May")
        .with("lastname", "Born");
    stage.udm.add_user(seed);
    let fault = Fault::once("GET", "users/user/{dn}", refusal(409));
    stage.udm.inject(fault.times(9));
    let undo = stage.installation.path("undo.json");
    let told = run(&stage, &["sync", "--undo-file", undo.to_str().unwrap()]);
    assert_unnamed(&told);
    assert!(told.contains("is not allowed, as #"), "{told}");
}
