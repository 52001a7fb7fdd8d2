//! What a run writes over, and whose files it believes.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;

use testkit::people::Person;

use super::lab::{Lab, mode, staff};

/// One file of each kind, and three people, of whom the last has no account yet.
fn with_files() -> Lab {
    let lab = Lab::csv(&staff(2));
    lab.run("sync --undo-file undo.json --report report.json")
        .exits(0);
    lab.people(&staff(3));
    lab.run("plan --out plan.json").exits(0);
    fs::create_dir(lab.path("folder")).unwrap();
    fs::write(lab.path("notes.yaml"), "do: not lose me\n").unwrap();
    lab.zitadel.reset_counts();
    lab
}

/// The option, what it writes, and how that is called.
const OPTIONS: [(&str, &str, &str); 3] = [
    ("plan --out", "plan.json", "plan file"),
    ("sync --report", "report.json", "report"),
    ("sync --undo-file", "undo.json", "undo file"),
];

/// Everything of the folder, to the last byte, with modes and links.
fn everything(lab: &Lab) -> Vec<String> {
    let mut all: Vec<String> = fs::read_dir(lab.path(""))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let found = fs::symlink_metadata(&path).unwrap();
            let link = fs::read_link(&path).ok();
            let bytes = fs::read(&path).unwrap_or_default();
            format!(
                "{} {:o} {link:?} {}",
                path.display(),
                found.mode(),
                hex::encode(bytes)
            )
        })
        .filter(|entry| !entry.contains(".lock"))
        .collect();
    all.sort();
    all
}

/// Runs with a file that must stay, and sees that nothing was asked or written.
#[track_caller]
fn refuses(lab: &Lab, arguments: &str, said: &[&str]) {
    let before = everything(lab);
    let mut run = lab.run(arguments).exits(2);
    for text in said {
        run = run.says(text);
    }
    assert_eq!(lab.zitadel.requests(), 0, "{arguments}");
    assert_eq!(everything(lab), before, "{arguments}");
}

/// Whatever else stands there stays, to the last byte, and no server hears of the run.
#[test]
fn a_file_of_another_kind_is_never_replaced() {
    let lab = with_files();
    for (option, own, kind) in OPTIONS {
        let stays = |file: &str, what: &str| {
            let said = format!("what stands at {file} is {what}");
            refuses(&lab, &format!("{option} {file}"), &[&said, "hint: "]);
        };
        for (other, ..) in OPTIONS.map(|(_, file, kind)| (file, kind)) {
            if other != own {
                stays(other, &format!("no {kind}"));
            }
        }
        stays("notes.yaml", &format!("no {kind}"));
        if own != "undo.json" {
            stays("folder", "a folder");
        }
        // Links are not followed, wherever they lead, and not replaced either.
        for target in [own, "notes.yaml", "config.yaml.old", "folder/new.json"] {
            symlink(target, lab.path("link")).unwrap();
            stays("link", "a symbolic link, which is not followed");
            fs::remove_file(lab.path("link")).unwrap();
        }
    }
}

/// A file of the same kind is replaced, whatever its mode was, and only its owner can read the new one.
#[test]
fn a_file_of_its_own_kind_is_replaced_and_private() {
    let lab = with_files();
    let set = |file: &str, mode: u32| {
        fs::set_permissions(lab.path(file), fs::Permissions::from_mode(mode)).unwrap();
    };
    for (more, (option, own, _)) in OPTIONS.into_iter().enumerate() {
        set(own, 0o644);
        let before = fs::read(lab.path(own)).unwrap();
        lab.run(&format!("{option} {own}")).exits(0);
        assert_eq!(mode(&lab.path(own)), 0o600, "{option}");
        assert_ne!(fs::read(lab.path(own)).unwrap(), before, "{option}");
        lab.run(&format!("{option} new-{own}")).exits(0);
        if lab.path(&format!("new-{own}")).exists() {
            assert_eq!(mode(&lab.path(&format!("new-{own}"))), 0o600, "{option}");
        } else {
            assert_eq!(own, "undo.json", "a run that changes nothing writes none");
        }
        lab.people(&staff(5 + more));
    }
}

/// The configuration, a key and the people are read, not written, under whatever name.
#[test]
fn what_a_run_reads_is_no_place_to_write() {
    let lab = with_files();
    fs::hard_link(lab.path("config.yaml"), lab.path("again.yaml")).unwrap();
    symlink("key.json", lab.path("link.json")).unwrap();
    for (option, ..) in OPTIONS {
        let name = option.split_once(' ').unwrap().1;
        for (file, what) in [
            ("config.yaml", "the configuration file"),
            ("./config.yaml", "the configuration file"),
            ("folder/../config.yaml", "the configuration file"),
            ("again.yaml", "the configuration file"),
            ("key.json", "the file of `zitadel.key_file`"),
            ("link.json", "the file of `zitadel.key_file`"),
            ("users.csv", "the file of `sources.csv.file_path`"),
        ] {
            let said = format!("`{name}` means {file}, which is {what}: it would be replaced");
            refuses(
                &lab,
                &format!("{option} {file}"),
                &[&said, "hint: name a file of its own for each option"],
            );
        }
        let said =
            format!("`{name}` means token, which is the file of `--approve-file`: it would be replaced");
        refuses(&lab, &format!("{option} token --approve-file ./token"), &[&said]);
    }
    // A file that is read and does not exist yet is none the less that file.
    fs::remove_file(lab.path("users.csv")).unwrap();
    refuses(
        &lab,
        "plan --out users.csv",
        &["which is the file of `sources.csv.file_path`"],
    );
}

/// A configuration that cannot be read is still no report, and stays.
#[test]
fn a_broken_configuration_is_no_place_to_write() {
    let lab = with_files();
    crate::program::write_private(&lab.path("config.yaml"), "zitadel: [\n");
    for (option, ..) in OPTIONS {
        refuses(&lab, &format!("{option} config.yaml"), &["is not valid YAML"]);
    }
}

/// One would take the place of the other, and be believed to be it.
#[test]
fn two_options_do_not_name_one_file() {
    let lab = with_files();
    symlink("folder", lab.path("door")).unwrap();
    for (arguments, options, file) in [
        ("plan --out new --report ./new", ["--out", "--report"], "new"),
        (
            "plan --out door/new --report folder/new",
            ["--out", "--report"],
            "door/new",
        ),
        (
            "sync --report new --undo-file new",
            ["--report", "--undo-file"],
            "new",
        ),
        // It would become an earlier file when the undo file is written.
        (
            "sync --report new.1 --undo-file new",
            ["--report", "--undo-file"],
            "new.1",
        ),
        (
            "apply plan.json --report undo.json.9 --undo-file ./undo.json",
            ["--report", "--undo-file"],
            "undo.json.9",
        ),
    ] {
        let [one, other] = options;
        let said = format!("`{one}` and `{other}` both mean {file}: one would replace the other");
        refuses(&lab, arguments, &[&said]);
    }
    // In a folder each has a name of its own.
    lab.run("sync --report folder/report.json --undo-file folder")
        .exits(0);
    assert_eq!(fs::read_dir(lab.path("folder")).unwrap().count(), 2);
}

/// A report of a run that could not start takes no other file's place either.
#[test]
fn a_mistake_is_not_reported_into_another_file() {
    let lab = with_files();
    fs::write(lab.path("wrong.yaml"), "zitadel: {url: x}\n").unwrap();
    let wrong = fs::read(lab.path("wrong.yaml")).unwrap();
    for file in ["wrong.yaml", "notes.yaml", "plan.json", "undo.json"] {
        let before = fs::read(lab.path(file)).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_directory-sync"));
        command
            .env_clear()
            .current_dir(lab.path(""))
            .args(["-c", "wrong.yaml", "--report", file]);
        assert_eq!(command.output().unwrap().status.code(), Some(2));
        assert_eq!(fs::read(lab.path(file)).unwrap(), before, "{file}");
    }
    assert_eq!(fs::read(lab.path("wrong.yaml")).unwrap(), wrong);
}

fn give(path: &Path, mode: u32, owner: Option<u32>) {
    chown(path, owner, owner).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What others may have written is no plan of ours, and takes nobody's account or role.
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
            refuses(
                &lab,
                command,
                &[&said, "hint: see that it says what it is to say"],
            );
        }
        // That others may read it harms the people in it, and nobody's account.
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
fn a_plan_or_undo_file_of_somebody_else_is_refused() {
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
            &[
                &said,
                "hint: see that it says what it is to say, then make it your own",
            ],
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
fn a_file_that_others_read_or_write_is_told() {
    let lab = Lab::csv(&staff(2));
    let set = |file: &str, mode: u32| {
        fs::set_permissions(lab.path(file), fs::Permissions::from_mode(mode)).unwrap();
    };
    lab.run("sync")
        .exits(0)
        .does_not_say("can be read by everybody")
        .does_not_say("can be written by others");
    let key = lab.path("key.json").display().to_string();
    set("key.json", 0o644);
    set("config.yaml", 0o646);
    for command in ["sync", "plan", "check"] {
        lab.run(command)
            .exits(0)
            .says(&format!(
                "`{key}` holds a secret and can be read by everybody (mode 0644): `chmod o-rwx {key}`"
            ))
            .says(
                "`config.yaml` can be written by others (mode 0646), who decide then what this program does",
            )
            // There is no secret in it.
            .does_not_say("`config.yaml` holds a secret");
    }
}
