//! `docs/safety.md` promises nothing that no test holds.

use std::fs;
use std::path::{Path, PathBuf};

fn rust_files(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_promise_names_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    for folder in ["src", "tests/it"] {
        rust_files(&root.join(folder), &mut code);
    }
    let document = fs::read_to_string(root.join("docs/safety.md")).unwrap();
    let promises: Vec<&str> = document.lines().filter(|line| line.starts_with("- ")).collect();
    assert!(promises.len() > 20, "{} promises", promises.len());
    for promise in promises {
        let name = promise
            .split_once(" → `")
            .and_then(|(_, name)| name.strip_suffix('`'))
            .unwrap_or_else(|| panic!("names no test: {promise}"));
        assert!(code.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}

/// A test in a file that no module names never runs, and holds nothing.
#[test]
fn every_file_of_tests_is_compiled() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut left_out = Vec::new();
    modules(&folder, &folder.join("main.rs"), &mut left_out);
    assert!(left_out.is_empty(), "no `mod` names {left_out:?}");
}

/// Looks for files and folders beside a module's children that it does not declare.
fn modules(folder: &Path, parent: &Path, left_out: &mut Vec<PathBuf>) {
    let declared = fs::read_to_string(parent).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let inner = path.with_extension("");
        if path == parent || path.is_dir() {
            continue;
        }
        if path.extension().is_some_and(|extension| extension != "rs") {
            left_out.extend((!is_included(folder, &path)).then_some(path));
            continue;
        }
        let ways = [format!("mod {stem};"), format!("/{stem}.rs\");")];
        if !ways.iter().any(|way| declared.contains(way)) {
            left_out.push(path);
        } else if inner.is_dir() {
            modules(&inner, &path, left_out);
        }
    }
}

/// Whether a file of this folder takes in the text of another one.
fn is_included(folder: &Path, file: &Path) -> bool {
    let mut code = String::new();
    rust_files(folder, &mut code);
    let name = file.file_name().unwrap().to_str().unwrap();
    code.contains(&format!("include_str!(\"{name}\")"))
}
