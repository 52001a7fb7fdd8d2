//! `docs/architecture.md` names files and folders that exist, and leaves out none of the first level.

use std::fs;
use std::path::Path;

/// Texts between backticks that begin like a path of this repository.
fn named(page: &str) -> Vec<&str> {
    let starts = ["src/", "tests/", "testkit/", "docs/"];
    let whole = ["config.sample.yaml", "CHANGELOG.md"];
    let quoted = page.split('`').skip(1).step_by(2);
    quoted
        .filter(|text| starts.iter().any(|start| text.starts_with(start)) || whole.contains(text))
        .collect()
}

#[test]
fn the_map_fits_the_tree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let named = named(&page);
    assert!(named.len() > 50, "{} paths", named.len());
    let lost: Vec<_> = named
        .iter()
        .filter(|path| root.join(path).is_dir() != path.ends_with('/') || !root.join(path).exists())
        .collect();
    assert!(lost.is_empty(), "no such file or folder: {lost:?}");
    let mut left_out = Vec::new();
    for entry in fs::read_dir(root.join("src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let stem = name.trim_end_matches(".rs");
        let is_named = |path: &&&str| {
            let first = path
                .strip_prefix("src/")
                .and_then(|inside| inside.split(['/', '.']).next());
            first == Some(stem)
        };
        if !["lib", "main"].contains(&stem) && !named.iter().any(|path| is_named(&path)) {
            left_out.push(name);
        }
    }
    assert!(left_out.is_empty(), "not on the map: {left_out:?}");
}
