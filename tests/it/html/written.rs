//! The content of a page, and when it is written.

use std::fs;

use super::stage::{HOSTILE, Stage};

/// What a page says, without its markup.
pub(super) fn text(page: &str) -> String {
    let (_, body) = page.split_once("<body").unwrap();
    let (body, _) = body.split_once("<script>").unwrap();
    let mut text = String::new();
    for part in body.split('<') {
        text.push(' ');
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(text, |text, (entity, letter)| text.replace(entity, letter))
}

#[test]
fn a_page_shows_the_plan_with_what_is_lost_first() {
    let stage = Stage::with_everything(20, "");
    let page = stage.page("plan", 1);
    let text = text(&page);
    let mut rest = &*text;
    for expected in [
        "directory-sync 0.1.0 · plan · 20",
        "organization ",
        "Dry run nothing was written, 41 changes are pending; 6 rejected.",
        "Next: fix the rejected records listed below, then run again",
        "41 changes 9 Removals 3 Renames 9 unchanged 30 managed of 30 accounts 6 rejected records",
        "create 20",
        "update 12",
        "delete 9",
        "csv 47 6 incomplete no person counts as absent",
        "ukt 9 0 complete",
        "guard.max_removals 50 % 15 9 of 30 accounts within",
        "guard.max_logins_changed 50 % 15 3 of 30 accounts within",
        "Ceiling: neither the server nor policy_file makes a setting stricter",
        "Names are hidden",
        "Values are hidden",
        "Removals 9",
        "on the list of leavers",
        "Renames 3",
        "New accounts 20",
        "Updates 9",
        "Rejected records",
        "no value for `first_name` 3 ",
        "users.csv:48 (csv), id #",
        "the e-mail address has no `@` 3 ",
    ] {
        let (_, after) = rest
            .split_once(expected)
            .unwrap_or_else(|| panic!("{expected:?} is not in {rest}"));
        rest = after;
    }
}

/// Hidden names do not appear in any part of a page.
#[test]
fn names_are_hidden_unless_they_are_to_be_shown() {
    let stage = Stage::with_everything(20, "");
    let page = stage.page("plan", 1);
    for secret in [
        "example.org",
        "Nora",
        "Lea",
        "Adams",
        &hex::encode("new00007@example.org"),
    ] {
        assert!(!page.contains(secret), "{secret}");
    }
    let (_, hash) = page.split_once("<bdi>#").unwrap();
    let explained = stage.run(&format!("explain #{}", &hash[..12]));
    assert_eq!(explained.status.code(), Some(0), "{explained:?}");
    let page = stage.page("plan --show-values", 1);
    for value in [
        "new00007@example.org",
        "Nora7",
        "former1@example.org",
        "It contains personal values",
    ] {
        assert!(page.contains(value), "{value}");
    }
    stage.installation.set_rest("output: {names: show}\n");
    let page = stage.page("plan", 1);
    assert!(page.contains("Nora7 Neumann (new00007@example.org)"), "{page}");
    assert!(!page.contains("Names are hidden") && page.contains("Values are hidden"));
}

#[test]
fn values_are_text_whatever_they_are() {
    let stage = Stage::with_everything(20, "");
    let page = stage.page("plan --show-values", 1);
    let text = text(&page);
    for (number, name) in HOSTILE.iter().enumerate() {
        let shown = name
            .replace('\u{202e}', "\\u{202e}")
            .replace('\u{2066}', "\\u{2066}");
        assert!(
            text.contains(&format!("{shown} Adams (hostile{number}@example.org)")),
            "{shown}"
        );
    }
    for tag in [
        "<script>alert",
        "<img",
        "<svg onload",
        "onmouseover='",
        "\u{202e}",
    ] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<style").count(), 1);
    for attribute in [" style=", " onclick", "http-equiv=\"refresh\"", "javascript:"] {
        assert!(!page.contains(attribute), "{attribute}");
    }
}

#[test]
fn a_page_tells_what_came_of_a_run() {
    let stage = Stage::with_everything(9, "");
    let applied = text(&stage.page("sync --yes --undo-file FOLDER/undo.json", 1));
    for expected in [
        "Incomplete 9 created, 12 updated, 9 deleted; 6 rejected",
        "Kind Planned Done Failed create 9 9 0",
        "done",
    ] {
        assert!(applied.contains(expected), "{expected:?} in {applied}");
    }
    let undone = text(&stage.page("undo FOLDER/undo.json --yes", 0));
    for expected in [
        "· undo ·",
        "Takes back ",
        "No source was read: the changes come from a file",
        "What an undo does not bring back",
    ] {
        assert!(undone.contains(expected), "{expected:?} in {undone}");
    }
    let made = stage.run("plan --out FOLDER/plan.json");
    assert_eq!(made.status.code(), Some(1), "{made:?}");
    let from_file = text(&stage.page("apply FOLDER/plan.json", 0));
    assert!(from_file.contains("· apply ·"), "{from_file}");
}

#[test]
fn a_page_is_written_whatever_becomes_of_the_run() {
    let stage = Stage::new("");
    stage.rows(&stage.account("ada@example.org", "Ada", |_| {}));
    let same = text(&stage.page("sync", 0));
    assert!(
        same.contains("Done in sync, nothing to change") && same.contains("There is nothing to change"),
        "{same}"
    );

    stage.rows("");
    let refused = text(&stage.page("sync", 4));
    assert!(
        refused.contains("Refused nothing was written")
            && refused.contains("Reason: source `csv` contains no people"),
        "{refused}"
    );

    stage.rows("not,the,header\n");
    fs::remove_file(stage.installation.path("users.csv")).unwrap();
    let failed = text(&stage.page("sync", 3));
    assert!(
        failed.contains("Failed nothing was written")
            && failed.contains("The run ended before there was a plan"),
        "{failed}"
    );

    let usage = text(&stage.page("apply FOLDER/none.json", 2));
    assert!(usage.contains("cannot use the plan"), "{usage}");

    stage.installation.set_rest("nonsense: 1\n");
    let mistaken = text(&stage.page("plan", 2));
    assert!(mistaken.contains("nonsense"), "{mistaken}");
}

#[test]
fn what_exceeds_a_limit_is_reported_with_the_way_on() {
    let stage = Stage::with_everything(0, "");
    let config = stage.installation.path("config.yaml");
    let text_of = fs::read_to_string(&config)
        .unwrap()
        .replace("max_removals: 50%", "max_removals: 1");
    stage.installation.write("config.yaml", text_of);
    let page = text(&stage.page("sync", 4));
    for expected in [
        "lets exactly these through",
        "guard.max_removals 1 1 9 of 30 accounts exceeded",
        "Removals 9",
    ] {
        assert!(page.contains(expected), "{expected:?} in {page}");
    }
}

/// Nothing but a page is replaced by one, and nothing is left beside it.
#[test]
fn only_a_page_is_replaced() {
    let stage = Stage::new("");
    for name in ["users.csv", "config.yaml"] {
        let before = fs::read(stage.installation.path(name)).unwrap();
        let output = stage.run(&format!("plan --html FOLDER/{name}"));
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(fs::read(stage.installation.path(name)).unwrap(), before);
    }
    let twice = stage.run("plan --html FOLDER/new.json --report FOLDER/new.json");
    assert_eq!(twice.status.code(), Some(2), "{twice:?}");
    assert!(!stage.installation.path("new.json").exists());
    stage.page("plan", 4);
    stage.page("plan", 4);
    let mut left = fs::read_dir(stage.installation.path(""))
        .unwrap()
        .map(|file| file.unwrap().file_name());
    assert!(!left.any(|name| name.to_string_lossy().ends_with(".tmp")));
    for command in ["check", "users", "link-ids", "run"] {
        let output = stage.run(&format!("{command} --html FOLDER/page.html"));
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(
            err.contains(&format!("`--html` cannot be used with `{command}`")),
            "{err}"
        );
    }
}
