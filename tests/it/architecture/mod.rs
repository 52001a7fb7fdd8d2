//! Which modules may depend on which, and what no source file may contain: `model` depends on nothing, `plan` only on
//! `model`, sources and targets not on each other, and only one module writes.

mod circles;
mod map;
mod paths;
mod rules;
mod size;
mod source;
mod tokens;
mod words;

use std::fs;
use std::path::Path as FilePath;

use rules::violations;
use source::Source;

fn collect(folder: &FilePath, sources: &mut Vec<Source>) {
    collect_kind("rs", folder, sources);
}

/// The files of one extension below a folder.
fn collect_kind(kind: &str, folder: &FilePath, sources: &mut Vec<Source>) {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR"));
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect_kind(kind, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == kind) {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            sources.push(Source {
                path: name,
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}

/// The files below a folder.
fn below(folder: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    collect(
        &FilePath::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        &mut sources,
    );
    sources
}

/// The product and the testkit.
fn all() -> Vec<Source> {
    [below("src"), below("testkit/src")].concat()
}

/// The tree keeps every rule.
#[test]
fn modules_keep_apart() {
    let sources = all();
    assert!(
        sources.len() > 10,
        "only {} source files were found",
        sources.len()
    );

    let violations = violations(&sources);

    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// The manifest of the testkit does not name the product either.
#[test]
fn testkit_does_not_depend_on_the_product() {
    let manifest =
        fs::read_to_string(FilePath::new(env!("CARGO_MANIFEST_DIR")).join("testkit/Cargo.toml")).unwrap();
    let named: Vec<_> = manifest
        .lines()
        .filter(|line| line.starts_with("directory-sync"))
        .collect();
    assert!(named.is_empty(), "{named:?}");
}

/// File, text, reason.
const PLANTED: &str = r#"
src/model/id.rs | use crate::plan::Policy; | model depends on nothing of ours
src/transform/codec.rs | use crate::model::Plan; | transform depends on nothing of ours
src/transform/codec.rs | use std::fs; | are pure
src/plan/diff.rs | fn f(a: &crate::target::TargetError) {} | plan depends on model only
src/plan/diff.rs | use super::super::config::Settings; | plan depends on model only
src/plan/diff.rs | use crate::{model::Plan, run}; | plan depends on model only
src/plan/diff.rs | mod tests { use directory_sync::http::Client; } | plan depends on model only
src/plan/guard/mod.rs | use std::time::{Duration, SystemTime}; | are pure
src/plan/guard/mod.rs | fn f() { tracing::info!("x"); } | are pure
src/model/id.rs | fn f() { std::env::var("X"); } | are pure
src/model/id.rs | use tokio; | are pure
src/source/csv.rs | use crate::target::Target; | neither target
src/source/ldap/read.rs | use super::super::super::report::Line; | neither target
src/target/zitadel/read/accounts.rs | use crate::source::Source; | neither source
src/target/zitadel/write/change.rs | use crate::apply::apply; | neither source
src/run/mod.rs | async fn f() { target.apply(&change).await; } | src/apply/mod.rs alone
src/run/mod.rs | async fn f() { target.set_login(&id, "x").await; } | src/apply/mod.rs alone
src/run/mod.rs | async fn f() { Target::apply(&t, &change).await; } | src/apply/mod.rs alone
src/run/mod.rs | use crate::target::zitadel::wire::User; | stay in their folder
src/target/mod.rs | use self::zitadel::wire::User; | stay in their folder
src/target/zitadel/mod.rs | mod wire; pub use self::wire::User; | not handed on
src/target/zitadel/mod.rs | pub(crate) mod wire; | stay in their folder
src/http/mod.rs | fn f() { serde_yaml::from_str(""); } | stay in config
src/main.rs | use figment::Figment; | stay in config
src/run/mod.rs | use crate::*; | whole crate
src/run/session/connect.rs | use crate::run::planning::desired; | in this order only
src/run/planning/draft.rs | use super::super::writing::stages; | in this order only
src/run/writing/stages.rs | use crate::run::outcome; | in this order only
src/run/mod.rs | #[allow(dead_code)] fn f() {} | expect(lint
src/lib.rs | #![allow(dead_code)] | expect(lint
src/run/mod.rs | fn f() { todo!() } | unfinished
testkit/src/lib.rs | use directory_sync::model::Plan; | must not share
"#;

/// File, text.
const INNOCENT: &str = r#"
src/plan/guard/mod.rs | use std::time::Duration; use crate::model::{self, Plan}; use super::Policy;
src/plan/guard/mod.rs | const A: &str = "std::env::var"; // See [`crate::apply`], `tokio::spawn`, todo!()
src/plan/diff.rs | mod tests { use super::*; fn f() { model.apply(&plan); } }
src/source/mod.rs | use crate::model::Desired; use crate::http::Client; use crate::config::CsvSettings;
src/target/zitadel/read/accounts.rs | use super::wire::User; use crate::target::zitadel::wire;
src/target/zitadel/mod.rs | mod wire;
src/apply/mod.rs | async fn f() { target.apply(&change).await; }
src/run/mod.rs | async fn f() { crate::apply::apply(plan).await; }
src/run/writing/stages.rs | use super::approval; use crate::run::planning::draft; use crate::run::session::request::Request;
src/run/commands/check.rs | use crate::run::outcome; use crate::run::session::request::Request;
src/run/mod.rs | #[expect(dead_code, reason = "x")] fn f() {}
src/config/load.rs | use figment::Figment; use serde_yaml::Value;
testkit/src/lib.rs | use crate::zitadel::Double; use tokio::net::TcpListener;
"#;

fn cases<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let lines = table.lines().filter(|line| !line.is_empty());
    lines.map(|line| {
        line.split(" | ")
            .collect::<Vec<_>>()
            .try_into()
            .expect("a line with all its columns")
    })
}

/// Each planted breach is found once, with its reason.
#[test]
fn breaches_are_found() {
    for [path, text, reason] in cases(PLANTED) {
        let found = violations(&[Source::new(path, text)]);
        assert!(
            matches!(found.as_slice(), [one] if one.starts_with(path) && one.contains(reason)),
            "{path}: {text:?} should be refused once for {reason:?}, but: {found:?}"
        );
    }
}

/// What the rules allow is not refused.
#[test]
fn what_is_allowed_is_not_refused() {
    for [path, text] in cases(INNOCENT) {
        assert_eq!(
            violations(&[Source::new(path, text)]),
            Vec::<String>::new(),
            "{path}: {text:?}"
        );
    }
}
