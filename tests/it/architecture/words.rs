//! Words of one target are only used in its folder, its settings, and the help of the command line.

use std::path::Path;

use super::{Source, collect};

/// What only one kind of target has.
const WORDS: [&str; 12] = [
    "zitadel",
    "organization",
    "organizations",
    "localpart",
    "localparts",
    "nickname",
    "nicknames",
    "grant",
    "grants",
    "univention",
    "udm",
    "dn",
];

/// Folders and files that may name their target.
const AT_HOME: [&str; 6] = [
    "src/target/udm/",
    "src/target/zitadel/",
    "src/target/any.rs",
    "src/config/",
    "src/cli.rs",
    "src/cli/",
];

/// Where LDAP's own `dn` is at home, and OAuth's `grant_type`.
const SOURCES: &str = "src/source/";

/// Files that hold such words for a reason: those of a file format or a report are a contract, and the tests of sources need
/// the names of some schema. A file without any has to be taken out; none may be added.
const STILL: &[&str] = &[
    // Fields of the plan as JSON.
    "src/report/json/plan.rs",
    // Columns of a file of people, which people know by these names.
    "src/source/csv/tests.rs",
    "src/source/csv/tests/formats.rs",
    // A schema as a target has it.
    "src/source/fixture.rs",
    "src/source/ldap/tests.rs",
    "src/source/mapping/tests.rs",
];

/// The words of a line, those within names too: `ZitadelSettings` and `zitadel_url` hold `zitadel`.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in line.chars() {
        let begins = character.is_ascii_uppercase() && !before.is_ascii_uppercase();
        if begins || !character.is_ascii_alphabetic() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (character.is_ascii_alphabetic(), words.last_mut()) {
            word.push(character.to_ascii_lowercase());
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Lines of a file that name a target, as `FILE:LINE: WORD`.
fn strangers(source: &Source) -> Vec<String> {
    if AT_HOME.iter().any(|home| source.path.starts_with(home)) {
        return Vec::new();
    }
    let is_source = source.path.starts_with(SOURCES);
    let mut found = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let line = line.replace("pub mod zitadel;", "").replace("pub mod udm;", "");
        let line = if is_source {
            line.replace("grant_type", "")
        } else {
            line
        };
        for word in words(&line) {
            let is_ldaps = is_source && word == "dn";
            if WORDS.contains(&&*word) && !is_ldaps {
                found.push(format!("{}:{}: `{word}`", source.path, number + 1));
            }
        }
    }
    found
}

#[test]
fn words_of_a_target_stay_with_it() {
    let mut sources = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let mut wrong = Vec::new();
    for source in &sources {
        let found = strangers(source);
        match (STILL.contains(&&*source.path), found.is_empty()) {
            (true, true) => wrong.push(format!("{}: take it out of the list", source.path)),
            (false, false) => wrong.extend(found),
            _ => {}
        }
    }
    for path in STILL {
        if !sources.iter().any(|source| source.path == *path) {
            wrong.push(format!("{path}: there is no such file; take it out of the list"));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_word_is_found_wherever_it_stands() {
    for (path, text, count) in [
        ("src/run/mod.rs", "// Of Zitadel.", 1),
        ("src/run/mod.rs", "use crate::target::zitadel::ZitadelTarget;", 2),
        ("src/run/mod.rs", "let organization_id = \"the organization\";", 2),
        ("src/run/mod.rs", "fn f(grant_type: &str, granted: bool) {}", 1),
        ("src/run/mod.rs", "settings.base_dn, UdmTarget", 2),
        ("src/run/mod.rs", "done(), Granted, udmx", 0),
        ("src/source/ldap/dial.rs", "let base_dn: Dn = grant_type;", 0),
        ("src/source/ldap/dial.rs", "// As Zitadel has it.", 1),
        ("src/target/mod.rs", "pub mod zitadel;", 0),
        ("src/target/mod.rs", "use zitadel::ZitadelTarget;", 2),
        ("src/target/zitadel/read/accounts.rs", "organization", 0),
        ("src/config/sections/zitadel.rs", "organization", 0),
        ("src/cli.rs", "Zitadel", 0),
    ] {
        let found = strangers(&Source::new(path, text));
        assert_eq!(found.len(), count, "{path}: {text}: {found:?}");
    }
}
