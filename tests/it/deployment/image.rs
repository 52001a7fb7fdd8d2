//! The container image.

use super::*;

/// The instructions of the Dockerfile, continued lines joined.
fn instructions() -> Vec<String> {
    let joined = text("Dockerfile").replace("\\\n", " ");
    joined
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_image_starts_a_sync_as_nobody_and_sets_no_variable() {
    let instructions = instructions();
    let last = |word: &str| {
        let mut found = instructions
            .iter()
            .rev()
            .filter_map(|line| line.strip_prefix(word));
        found.next().map(str::trim)
    };
    assert_eq!(last("CMD"), Some(r#"["directory-sync"]"#));
    assert_eq!(last("USER"), Some(format!("{USER}:{USER}").as_str()));
    assert_eq!(last("WORKDIR"), Some(FOLDER));
    for word in ["ENTRYPOINT", "ENV", "HEALTHCHECK", "VOLUME"] {
        assert_eq!(last(word), None, "{word}");
    }
}

#[test]
fn the_image_knows_the_old_names() {
    let links = instructions()
        .into_iter()
        .find(|line| line.contains("ln -s directory-sync"))
        .unwrap();
    for name in ["famedly-sync", "famedly-sync-agent", "migrate", "install-ids"] {
        assert!(
            links.split([' ', ';']).any(|word| word == name),
            "{name} is a link to the program"
        );
    }
    assert!(links.contains("ln -s famedly-sync-agent /opt/famedly-sync"));
    assert!(text("Dockerfile").starts_with(&format!("# docker build --tag {} .", image())));
    assert!(text("README.md").contains(&format!("docker build -t {} .", image())));
    let label = format!(
        "org.opencontainers.image.version=\"{}\"",
        env!("CARGO_PKG_VERSION")
    );
    assert!(text("Dockerfile").contains(&label));
}

/// The first minor version all of whose releases produce right code (see build.rs).
const FAULTLESS: u32 = 99;

#[test]
fn the_image_is_built_with_a_compiler_that_is_new_enough() {
    let minor = |version: &str| version.split('.').nth(1).unwrap().parse::<u32>().unwrap();
    let instructions = instructions();
    let from = instructions
        .iter()
        .find_map(|line| line.strip_prefix("FROM rust:"))
        .unwrap();
    let version = from.split('-').next().unwrap();
    let oldest = minor(env!("CARGO_PKG_RUST_VERSION"));
    assert!(minor(version) >= oldest.max(FAULTLESS), "{version}");
}

#[test]
fn what_the_image_is_built_from_is_chosen() {
    let ignore = text(".dockerignore");
    let rules: Vec<_> = ignore.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        rules[0], "*",
        "a secret beside the sources stays out of the image"
    );
    for needed in [
        "!Cargo.toml",
        "!Cargo.lock",
        "!src",
        "!testkit",
        "!demo",
        "!build.rs",
        "!tests",
        "!LICENSE*",
    ] {
        assert!(rules.contains(&needed), "{needed}");
    }
}
