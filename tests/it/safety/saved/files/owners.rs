//! Files that other users own or may write.

use super::*;

fn give(path: &Path, mode: u32, owner: Option<u32>) {
    chown(path, owner, owner).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A file that others may have written is refused, and removes no account or role.
#[test]
fn a_plan_or_undo_file_that_others_may_write_is_refused() {
    let lab = with_files();
    for (command, file, what) in [
        ("apply plan.json", "plan.json", "cannot use the plan plan.json: "),
        (
            "undo undo.json",
            "undo.json",
            "cannot use the undo file undo.json: ",
        ),
    ] {
        for mode in [0o620, 0o602, 0o666, 0o664, 0o777] {
            give(&lab.path(file), mode, None);
            let said = format!("{what}others may write it (mode {mode:04o})");
            refuses(&lab, command, &[&said, "hint: check its content"]);
        }
        // If others may read it, the accounts are not affected.
        give(&lab.path(file), 0o644, None);
        lab.run(&format!("{command} --dry-run --approve-file none"))
            .does_not_say("cannot use");
        lab.zitadel.reset_counts();
    }
}

/// Only root can give files away, so this needs root.
fn is_root(lab: &Lab) -> bool {
    fs::metadata(lab.path("plan.json")).unwrap().uid() == 0
}

#[test]
fn a_plan_or_undo_file_of_another_person_is_refused() {
    let lab = with_files();
    if !is_root(&lab) {
        return;
    }
    for (command, file, what) in [
        ("apply plan.json", "plan.json", "cannot use the plan plan.json: "),
        (
            "undo undo.json",
            "undo.json",
            "cannot use the undo file undo.json: ",
        ),
    ] {
        give(&lab.path(file), 0o600, Some(4711));
        let said = format!("{what}it belongs to user 4711, and this is user 0");
        refuses(
            &lab,
            command,
            &[&said, "hint: check its content, then make it your own"],
        );
        // A link does not hide whose it is.
        symlink(file, lab.path("link")).unwrap();
        refuses(
            &lab,
            &command.replace(file, "link"),
            &["it belongs to user 4711, and this is user 0"],
        );
        fs::remove_file(lab.path("link")).unwrap();
        give(&lab.path(file), 0o600, Some(0));
    }
}

/// Who runs the tool as another user can let root look at the plan, and own it.
#[test]
fn a_plan_of_root_is_good_for_every_user() {
    use std::os::unix::process::CommandExt as _;
    let lab = with_files();
    if !is_root(&lab) {
        return;
    }
    // Another user has to reach everything that is named.
    let program = lab.path("program");
    fs::copy(env!("CARGO_BIN_EXE_directory-sync"), &program).unwrap();
    give(&lab.path(""), 0o777, None);
    for file in ["config.yaml", "key.json", "users.csv", "plan.json"] {
        give(&lab.path(file), 0o644, None);
    }
    let as_another = |arguments: &str| {
        let mut command = std::process::Command::new(&program);
        command
            .env_clear()
            .env("DIRECTORY_SYNC__OUTPUT__NAMES", "show")
            .env("TMPDIR", lab.path("folder"))
            .current_dir(lab.path(""))
            .args(["-c", "config.yaml"])
            .args(arguments.split_whitespace())
            .uid(4711)
            .gid(4711);
        let output = command.output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), err)
    };
    give(&lab.path("plan.json"), 0o644, Some(4712));
    let (exit, err) = as_another("apply plan.json");
    assert_eq!(exit, Some(2), "{err}");
    assert!(
        err.contains("it belongs to user 4712, and this is user 4711"),
        "{err}"
    );
    assert_eq!(lab.zitadel.writes(), []);
    give(&lab.path("plan.json"), 0o644, Some(0));
    let (exit, err) = as_another("apply plan.json");
    assert_eq!(exit, Some(0), "{err}");
    assert!(lab.names().contains(&Person::new("cleo", "", "").email));
}

/// Each run and `check` say it; the run goes on, since an installation that has worked goes on working.
#[test]
fn a_file_that_others_read_or_write_is_reported() {
    let lab = Lab::csv(&staff(2));
    let set = |file: &str, mode: u32| {
        fs::set_permissions(lab.path(file), fs::Permissions::from_mode(mode)).unwrap();
    };
    lab.run("sync")
        .exits(0)
        .does_not_say("can be read by every user")
        .does_not_say("can be written by others");
    let key = lab.path("key.json").display().to_string();
    set("key.json", 0o644);
    set("config.yaml", 0o646);
    for command in ["sync", "plan", "check"] {
        lab.run(command)
            .exits(0)
            .says(&format!(
                "`{key}` contains a secret and can be read by every user (mode 0644): `chmod o-rwx {key}`"
            ))
            .says("`config.yaml` can be written by others (mode 0646), who can thereby control this program")
            // There is no secret in it.
            .does_not_say("`config.yaml` contains a secret");
    }
}
