//! `check`: one line for each thing it tried, and what to do about the ones that do not work.

use serde_json::Value;
use testkit::zitadel::Access;

use super::errors::mocks::closed_port;
use super::stage::{SILENT, Stage};

#[test]
fn all_is_well() {
    let stage = Stage::new();
    stage.run("check").assert(
        0,
        "ok       configuration: sources: csv\nok       source `csv`: file and header: users.csv\nok       source `csv`: rows: 2 rows usable\nok       target zitadel: token: ZITADEL accepts the credentials\nok       target zitadel: permissions: user.read, user.write, user.delete, user.grant.read, user.grant.write\nok       target zitadel: organization: Example Org\nok       target zitadel: role: `User` on project PROJECT\nok       target zitadel: users: 2 accounts of people\nok       target zitadel: policy: no limits are set\n\n9 checked, all well\n",
        "",
    );
    stage.assert_untouched();
}

/// The source can use these rows, and the target cannot.
#[test]
fn records_that_a_run_would_reject_are_a_fault() {
    for (rows, told) in [
        (
            "ada,Ada,Archer,\n",
            "1 rejected, the first: users.csv:2 (csv): the e-mail address has no `@`",
        ),
        (
            "z@example.org,Zoe,Zorn,\n\"z@example.org \",Zora,Zorn,\n",
            "2 rejected, the first: users.csv:2 (csv): ",
        ),
    ] {
        let stage = Stage::new();
        stage.write("users.csv", format!("email,first_name,last_name,phone\n{rows}"));
        let run = stage.run("check");
        assert_eq!(run.exit, 1, "{run:?}");
        let told = format!("PROBLEM  sources: users: 0 usable; {told}");
        assert!(run.out.contains(&told), "{told}: {run:?}");
        stage.assert_untouched();
    }
}

#[test]
fn each_problem_has_its_fix() {
    let stage = Stage::new();
    stage.reconfigure("users.csv", "nobody.csv");
    stage.zitadel.set_access(&Access::OrgUserPermissionEditor);
    stage.zitadel.set_roles(&["Admin"]);
    stage.run("check").assert(
        3,
        "ok       configuration: sources: csv\nPROBLEM  source `csv`: file and header: nobody.csv cannot be read: No such file or directory (os error 2)\n         fix: check `file_path`; a relative path starts at the working directory\nok       target zitadel: token: ZITADEL accepts the credentials\nPROBLEM  target zitadel: permissions: the service account lacks user.write, user.delete in organization ORGANIZATION\n         fix: give the service account the role ORG_USER_MANAGER in that organization\nok       target zitadel: organization: Example Org\nPROBLEM  target zitadel: role: project PROJECT has no role `User`; it has `Admin`\n         fix: check `zitadel.role`, or add the role to the project\nok       target zitadel: users: 2 accounts of people\nok       target zitadel: policy: no limits are set\n\n8 checked, 3 problems\n",
        "",
    );
    stage.assert_untouched();
}

#[test]
fn a_zitadel_out_of_reach_is_one_problem() {
    let stage = Stage::new();
    let url = format!("http://127.0.0.1:{}", closed_port());
    stage.reconfigure(&stage.zitadel.url(), &url);
    stage.run("check").assert(
        3,
        &format!("ok       configuration: sources: csv\nok       source `csv`: file and header: users.csv\nok       source `csv`: rows: 2 rows usable\nPROBLEM  target zitadel: token: {url}/oauth/v2/token cannot be reached: Connection refused (os error 111)\n         fix: check `zitadel.url`, the network and the proxy variables\n\n4 checked, 1 problem\n"),
        &SILENT.replace("ZITADEL", &url),
    );
}

#[test]
fn mistakes_of_the_configuration_come_first() {
    let stage = Stage::new();
    stage.reconfigure("csv:", "csvs:");
    assert_eq!(stage.run("check").exit, 2);
}

/// The mistake is reported, and the sources are tested all the same.
#[test]
fn sources_are_tried_although_the_target_is_misconfigured() {
    let stage = Stage::new();
    stage.reconfigure("service-user.json", "nowhere.json");
    let run = stage.run("check");
    assert_eq!(run.exit, 2, "{run:?}");
    assert!(run.err.contains("`zitadel.key_file`"), "{run:?}");
    assert_eq!(
        run.out,
        "PROBLEM  configuration: it has mistakes, so only the sources are checked\n         fix: correct the errors that are printed with their lines, and check again\nok       source `csv`: file and header: users.csv\nok       source `csv`: rows: 2 rows usable\n\n3 checked, 1 problem\n"
    );
    let json = stage.run("check --format json");
    let first: Value = serde_json::from_str(json.out.lines().next().unwrap()).unwrap();
    assert_eq!((json.exit, &first["ok"]), (2, &Value::Bool(false)), "{json:?}");
}

/// Unusable data of some people does not prevent the accounts of others.
#[test]
fn faults_of_the_data_have_a_code_of_their_own() {
    let stage = Stage::new();
    stage.add_rows(",No,Address,\n");
    let run = stage.run("check");
    assert_eq!(run.exit, 1, "{run:?}");
    assert!(
        run.out
            .contains("PROBLEM  source `csv`: rows: 2 rows usable, 1 rejected"),
        "{run:?}"
    );
}

#[test]
fn findings_as_json() {
    let stage = Stage::new();
    stage.reconfigure("users.csv", "nobody.csv");
    let run = stage.run("check --format json");
    assert_eq!((run.exit, run.err.as_str()), (3, ""));
    let findings: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let problems: Vec<&Value> = findings.iter().filter(|finding| finding["ok"] == false).collect();
    assert_eq!(problems.len(), 1, "{findings:?}");
    assert_eq!(
        problems[0]["fix"],
        "check `file_path`; a relative path starts at the working directory"
    );
}
