//! The names of the programs this one takes the place of.

use std::os::unix::fs::symlink;

use testkit::zitadel::UserSeed;

use super::stage::{Run, START, Stage};

fn run_as(stage: &Stage, name: &str, arguments: &str) -> Run {
    let link = stage.path(name);
    if !link.exists() {
        symlink(env!("CARGO_BIN_EXE_directory-sync"), &link).unwrap();
    }
    stage.finish(&mut stage.command(link, arguments))
}

#[test]
fn famedly_sync_is_a_sync() {
    for name in ["famedly-sync", "famedly-sync-agent"] {
        let stage = Stage::empty();
        let run = run_as(&stage, name, "");
        assert_eq!((run.exit, run.err.as_str()), (0, ""));
        assert!(run.out.starts_with(START), "{run:?}");
        assert_eq!(stage.zitadel.users().len(), 2);
    }
}

/// A person without account, and an account whose nickname is in base64 as famedly-sync 0.7 wrote it.
fn old_stage() -> Stage {
    let stage = Stage::empty();
    stage.zitadel.add_user(UserSeed {
        nick_name: "YWRhQGV4YW1wbGUub3Jn".to_owned(),
        given_name: "Other".to_owned(),
        ..UserSeed::synced("ada@example.org", "Ada", "Archer")
    });
    stage
}

#[test]
fn migrate_rewrites_nicknames_alone() {
    let stage = old_stage();
    for dry in ["--dry-run", "plan"] {
        let run = run_as(&stage, "migrate", dry);
        assert_eq!((run.exit, run.err.as_str()), (0, ""), "{run:?}");
        assert!(
            run.out.contains("migrate (dry run)") && run.out.contains("Plan: 1 to "),
            "{run:?}"
        );
        assert!(!run.out.contains("to create"), "{run:?}");
    }
    stage.assert_untouched();
    let run = run_as(&stage, "migrate", "");
    assert_eq!((run.exit, run.err.as_str()), (0, ""), "{run:?}");
    let users = stage.zitadel.users();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].nick_name, hex::encode("ada@example.org"));
    assert_eq!(users[0].given_name, "Other");
}

#[test]
fn install_ids_links_accounts_made_by_hand() {
    let stage = Stage::empty();
    stage.zitadel.add_user(UserSeed {
        nick_name: String::new(),
        metadata: Vec::new(),
        roles: Vec::new(),
        ..UserSeed::synced("ada@example.org", "Ada", "Archer")
    });
    let run = run_as(&stage, "install-ids", "plan");
    assert!(
        run.out.contains("link-ids (dry run)") && !run.out.contains("to create"),
        "{run:?}"
    );
    stage.assert_untouched();
    let run = run_as(&stage, "install-ids", "");
    assert_eq!((run.exit, run.err.as_str()), (0, ""), "{run:?}");
    let users = stage.zitadel.users();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].nick_name, hex::encode("ada@example.org"));
    assert_eq!(users[0].grants.len(), 1);
}
