//! What may depend on what, and what no source file may contain: `model` stands alone, `plan` knows only `model`,
//! sources and targets do not know each other, one place writes.

mod circles;
mod map;
mod paths;
mod words;

use std::fs;
use std::path::Path as FilePath;

use paths::{Path, paths, tokens};

/// Longest file of the product, in lines.
const LONGEST: usize = 500;

/// Crates and modules that would make the pure modules depend on the world.
const WORLD: [&str; 13] = [
    "tokio",
    "reqwest",
    "ldap3",
    "tracing",
    "jiff",
    "figment",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

/// One source text.
struct Source {
    /// From the repository's root, with `/`.
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// `src/target/zitadel/read/accounts.rs`: `["target", "zitadel", "read"]`.
    fn module(&self) -> Vec<String> {
        let Some((_, inside)) = self.path.split_once("src/") else {
            return Vec::new();
        };
        let names = inside.trim_end_matches(".rs").split('/');
        names
            .filter(|name| !matches!(*name, "mod" | "lib" | "main"))
            .map(str::to_owned)
            .collect()
    }

    fn area(&self) -> String {
        self.module().into_iter().next().unwrap_or_default()
    }

    fn is_testkit(&self) -> bool {
        self.path.starts_with("testkit/")
    }
}

/// Every breach of a rule, with the file that it is in.
fn violations(sources: &[Source]) -> Vec<String> {
    let mut all = Vec::new();
    for source in sources {
        let named = paths(&source.text, &source.module());
        let mut breaches = forbidden_words(source);
        if source.is_testkit() {
            breaches.extend(names_the_product(source));
        } else {
            breaches.extend(named.iter().filter_map(|path| forbidden_dependency(source, path)));
            breaches.extend(forbidden_call(source));
            breaches.extend(too_long(source));
        }
        breaches.dedup();
        all.extend(
            breaches
                .into_iter()
                .map(|breach| format!("{}: {breach}", source.path)),
        );
    }
    all
}

/// `crate` is the testkit itself there, so only the package's name tells.
fn names_the_product(source: &Source) -> Option<String> {
    let named = tokens(&source.text).iter().any(|token| token == "directory_sync");
    named.then(|| "the testkit depends on the product, whose mistakes it must not share".to_owned())
}

fn forbidden_dependency(source: &Source, path: &Path) -> Option<String> {
    let area = source.area();
    let named = path.segments.join("::");
    let other = if path.is_in("crate") {
        path.segments.get(1).map_or("", String::as_str)
    } else {
        ""
    };
    let breach = match (area.as_str(), other) {
        (_, "*") => Some("takes in the whole crate, so that nobody can see what it depends on"),
        ("model", other) if !matches!(other, "" | "model") => Some("model depends on nothing of ours"),
        ("transform", other) if !matches!(other, "" | "transform") => {
            Some("transform depends on nothing of ours")
        }
        ("plan", other) if !matches!(other, "" | "model" | "plan") => Some("plan depends on model only"),
        ("source", "target" | "report" | "apply") => Some("a source knows neither target, report nor apply"),
        ("target", "source" | "report" | "apply") => Some("a target knows neither source, report nor apply"),
        ("model" | "plan" | "transform", _) if WORLD.iter().any(|world| path.is_in(world)) => {
            Some("model, plan and transform are pure: no runtime, network, log, environment or clock")
        }
        _ => None,
    };
    let breach = breach
        .or_else(|| forbidden_format(&area, path))
        .or_else(|| escaped_wire(source, path))?;
    Some(format!("`{named}`: {breach}"))
}

fn forbidden_format(area: &str, path: &Path) -> Option<&'static str> {
    let reads_settings = path.is_in("figment") || path.is_in("serde_yaml");
    (reads_settings && area != "config").then_some("figment and serde_yaml stay in config")
}

/// What goes over the wire stays in the folder of its protocol.
fn escaped_wire(source: &Source, path: &Path) -> Option<&'static str> {
    let at = path.segments.iter().position(|segment| segment == "wire")?;
    if path.exported {
        return Some("wire types are not handed on");
    }
    let folder = path.segments[..at].strip_prefix(&["crate".to_owned()])?;
    (!source.module().starts_with(folder)).then_some("wire types stay in their folder")
}

/// Only `apply` writes. Modules that cannot see the target may have an `apply` of their own.
fn forbidden_call(source: &Source) -> Vec<String> {
    if matches!(
        source.area().as_str(),
        "apply" | "target" | "model" | "plan" | "source" | "transform"
    ) {
        return Vec::new();
    }
    let tokens = tokens(&source.text);
    let calls = tokens.windows(3).any(
        |three| matches!(three, [a, b, c] if a == "." && matches!(&**b, "apply" | "set_login" | "step_aside") && c == "("),
    );
    let names = tokens
        .windows(3)
        .any(|three| matches!(three, [a, b, c] if a == "Target" && b == "::" && c == "apply"));
    let breach = "Target::apply is called by src/apply/mod.rs alone";
    if calls || names {
        vec![breach.to_owned()]
    } else {
        Vec::new()
    }
}

fn forbidden_words(source: &Source) -> Vec<String> {
    let tokens = tokens(&source.text);
    let has = |words: &[&str]| tokens.windows(words.len()).any(|window| window == words);
    let mut breaches = Vec::new();
    if has(&["#", "[", "allow", "("]) || has(&["#", "!", "[", "allow", "("]) {
        breaches.push("`allow`: write #[expect(lint, reason = \"..\")]".to_owned());
    }
    if has(&["todo", "!"]) || has(&["unimplemented", "!"]) {
        breaches.push("`todo!`: unfinished".to_owned());
    }
    if source.path.ends_with("wire.rs") || source.path.ends_with("mod.rs") {
        let exported = has(&["pub", "mod", "wire"]) || has(&[")", "mod", "wire"]);
        breaches.extend(exported.then(|| "`pub mod wire`: wire types stay in their folder".to_owned()));
    }
    breaches
}

fn too_long(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    (lines > LONGEST)
        .then(|| format!("{lines} lines, {LONGEST} are the limit: it has a second reason to change"))
}

fn collect(folder: &FilePath, sources: &mut Vec<Source>) {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR"));
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
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

/// The product and the testkit.
fn all() -> Vec<Source> {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    collect(&root.join("src"), &mut sources);
    collect(&root.join("testkit/src"), &mut sources);
    sources
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
src/target/zitadel/write/carry_out.rs | use crate::apply::apply; | neither source
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

/// The longest file that passes, and the shortest that does not.
#[test]
fn length_is_limited() {
    let longest = Source::new("src/run/mod.rs", &"\n".repeat(LONGEST));
    let longer = Source::new("src/run/mod.rs", &"\n".repeat(LONGEST + 1));
    assert_eq!(violations(&[longest]), Vec::<String>::new());
    assert_eq!(violations(&[longer]).len(), 1);
}
