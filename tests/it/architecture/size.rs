//! How long a file is, and how many a folder has: of the product with its page, its tests, the testkit, the demo and the benches.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Source, collect, collect_kind};

/// Longest file, in lines.
const LONGEST: usize = 300;

/// Most source files of a folder, without those of its subfolders.
const FULLEST: usize = 13;

fn too_large(sources: &[Source]) -> Vec<String> {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    let mut breaches = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        if lines > LONGEST {
            breaches.push(format!(
                "{}: {lines} lines, {LONGEST} are the limit: it has a second reason to change",
                source.path
            ));
        }
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        *folders.entry(folder).or_default() += 1;
    }
    let full = folders.into_iter().filter(|(_, files)| *files > FULLEST);
    breaches.extend(full.map(|(folder, files)| {
        format!("{folder}: {files} files, {FULLEST} are the limit: group those that change together")
    }));
    breaches
}

#[test]
fn files_are_short_and_folders_are_small() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in [
        "src",
        "tests/it",
        "testkit/src",
        "testkit/tests",
        "demo",
        "benches",
    ] {
        let before = sources.len();
        collect(&root.join(folder), &mut sources);
        assert!(sources.len() > before, "{folder} has no source file");
    }

    let before = sources.len();
    for kind in ["html", "css", "js"] {
        collect_kind(kind, &root.join("src"), &mut sources);
    }
    assert_eq!(sources.len(), before + 3, "the page has three files");

    let breaches = too_large(&sources);

    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

/// The longest file that passes, and the shortest that does not.
#[test]
fn length_is_limited() {
    let of = |lines| too_large(&[Source::new("src/run/mod.rs", &"\n".repeat(lines))]);
    assert_eq!(of(LONGEST), Vec::<String>::new());
    assert_eq!(of(LONGEST + 1).len(), 1);
}

/// The fullest folder that passes, and the emptiest that does not; files of subfolders do not count.
#[test]
fn folders_are_limited() {
    let of = |files| {
        let mut sources: Vec<_> = (0..files)
            .map(|number| Source::new(&format!("src/run/{number}.rs"), ""))
            .collect();
        sources.push(Source::new("src/run/session/mod.rs", ""));
        too_large(&sources)
    };
    assert_eq!(of(FULLEST), Vec::<String>::new());
    assert_eq!(of(FULLEST + 1).len(), 1);
}
