//! Completions and manual pages.

use super::*;

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_shell_completes_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&["completions", shell]);
        for word in ["directory-sync", "link-ids", "undo-file", "completions"] {
            assert!(script.contains(word), "{word} in the script for {shell}");
        }
    }
}

/// As Bash itself would offer it after `directory-sync pl` and the tab key.
#[test]
fn bash_completes_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("directory-sync");
    fs::write(&script, printed(&["completions", "bash"])).unwrap();
    let press_tab = "source \"$0\"; COMP_WORDS=(directory-sync pl); COMP_CWORD=1; \
                     $(complete -p directory-sync | sed 's/.*-F \\([^ ]*\\).*/\\1/') directory-sync pl directory-sync; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["-c", press_tab])
        .arg(&script)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "plan\n");
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let main = printed(&["man"]);
    assert!(main.contains(".TH directory-sync 1"), "{main}");
    assert!(main.contains("Exit codes"), "{main}");
    let folder = tempfile::tempdir().unwrap();
    printed(&["man", folder.path().to_str().unwrap()]);
    let page = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(page("directory-sync.1"), main);
    assert!(page("directory-sync-plan.1").contains("detailed\\-exit\\-code"));
    for command in [
        "sync",
        "run",
        "apply",
        "undo",
        "check",
        "auth",
        "users",
        "completions",
        "man",
    ] {
        assert!(
            page(&format!("directory-sync-{command}.1")).contains(".SH SYNOPSIS"),
            "{command}"
        );
    }
}

#[test]
fn a_manual_without_its_folder_is_a_usage_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .args(["man", "/nonexistent"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("`/nonexistent`"), "{text}");
}
