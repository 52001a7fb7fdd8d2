//! What a run writes over, and whose files it believes.

mod owners;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;

use testkit::people::Person;

use crate::safety::lab::{Lab, mode, staff};

/// One file of each kind, and three people, of whom the last one has no account yet.
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

/// Any other existing file stays unchanged, and no server is contacted.
#[test]
fn a_file_of_another_kind_is_never_replaced() {
    let lab = with_files();
    for (option, own, kind) in OPTIONS {
        let stays = |file: &str, what: &str| {
            let said = format!("{file} is {what}");
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
                &[&said, "hint: name a different file for each option"],
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
fn nothing_is_written_to_a_broken_configuration() {
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
            .env("DIRECTORY_SYNC__OUTPUT__NAMES", "show")
            .current_dir(lab.path(""))
            .args(["-c", "wrong.yaml", "--report", file]);
        assert_eq!(command.output().unwrap().status.code(), Some(2));
        assert_eq!(fs::read(lab.path(file)).unwrap(), before, "{file}");
    }
    assert_eq!(fs::read(lab.path("wrong.yaml")).unwrap(), wrong);
}
