//! The rules that each source file keeps.

use super::Source;
use super::paths::{Path, paths};
use super::tokens::tokens;

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

/// Every breach of a rule, with the file that it is in.
pub(super) fn violations(sources: &[Source]) -> Vec<String> {
    let mut all = Vec::new();
    for source in sources {
        let named = paths(&source.text, &source.module());
        let mut breaches = forbidden_words(source);
        if source.is_testkit() {
            breaches.extend(names_the_product(source));
        } else {
            breaches.extend(named.iter().filter_map(|path| forbidden_dependency(source, path)));
            breaches.extend(forbidden_call(source));
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
        ("run", "run") if is_above(&source.module(), path) => {
            Some("session, planning, writing and the rest of run import each other in this order only")
        }
        _ => None,
    };
    let breach = breach
        .or_else(|| forbidden_format(&area, path))
        .or_else(|| escaped_wire(source, path))?;
    Some(format!("`{named}`: {breach}"))
}

/// Whether a path in `run` leads to a folder that uses this one.
fn is_above(module: &[String], path: &Path) -> bool {
    let floor = |folder: Option<&String>| {
        let floors = ["session", "planning", "writing"];
        floors
            .into_iter()
            .position(|floor| folder.is_some_and(|folder| floor == folder))
            .unwrap_or(floors.len())
    };
    floor(path.segments.get(2)) > floor(module.get(1))
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
