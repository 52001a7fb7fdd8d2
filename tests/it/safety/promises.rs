//! `docs/safety.md` promises nothing that no test holds.

use std::fs;
use std::path::Path;

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
