//! No two files of a crate import each other, directly or through other files: of the product, of the testkit, of these
//! tests. In the product, the same holds for the files and subfolders of each folder.
//!
//! The file that defines a name counts: a name that a folder's `mod.rs` only re-exports belongs to the file that
//! defines it.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;
use super::paths::{Path, paths};

/// The paths that each module of a crate names outside its unit tests.
struct Modules(BTreeMap<String, Vec<Path>>);

impl Modules {
    fn of(sources: &[Source]) -> Self {
        let product = sources.iter().filter(|source| {
            let module = source.module();
            source.path != "src/main.rs" && !module.iter().any(|name| name == "tests")
        });
        Self(
            product
                .map(|source| {
                    let module = source.module();
                    (module.join("::"), paths(without_tests(&source.text), &module))
                })
                .collect(),
        )
    }

    /// Segments from the root of the crate; nothing for paths of other crates.
    fn absolute(&self, module: &str, path: &Path) -> Option<Vec<String>> {
        match path.segments.split_first() {
            Some((first, rest)) if first == "crate" => Some(rest.to_vec()),
            Some((first, _)) => {
                let child = if module.is_empty() {
                    first.clone()
                } else {
                    format!("{module}::{first}")
                };
                self.0.contains_key(&child).then(|| {
                    let inside = module
                        .split("::")
                        .filter(|name| !name.is_empty())
                        .map(str::to_owned);
                    inside.chain(path.segments.iter().cloned()).collect()
                })
            }
            None => None,
        }
    }

    /// The module that defines what a path names.
    fn defined_in(&self, path: &[String], seen: &mut BTreeSet<Vec<String>>) -> Option<String> {
        if !seen.insert(path.to_vec()) {
            return None;
        }
        for length in (0..=path.len()).rev() {
            let module = path[..length].join("::");
            let Some(named) = self.0.get(&module) else {
                continue;
            };
            let name = path.get(length);
            let imported = named
                .iter()
                .filter(|import| name.is_some() && import.segments.last() == name);
            let mut behind = imported.filter_map(|import| {
                let mut further = self.absolute(&module, import)?;
                further.extend_from_slice(&path[length + 1..]);
                self.defined_in(&further, seen)
            });
            return behind.next().or(Some(module));
        }
        None
    }

    /// From each module those whose names it uses.
    fn imports(&self) -> Imports {
        let of = |module: &String, named: &Vec<Path>| {
            let used = named.iter().filter(|path| !path.exported);
            let used =
                used.filter_map(|path| self.defined_in(&self.absolute(module, path)?, &mut BTreeSet::new()));
            used.filter(|other| other != module).collect()
        };
        self.0
            .iter()
            .map(|(module, named)| (module.clone(), of(module, named)))
            .collect()
    }
}

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .and_then(|text| {
            text.split("#[cfg(test)]\npub(in crate::source::ldap) mod tests {")
                .next()
        })
        .unwrap_or(text)
}

/// For each module, the modules that it imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// The imports between the members of a module: its files, and its subfolders as a whole.
fn between_members(imports: &Imports, parent: &str) -> Imports {
    let prefix = match parent {
        "" => String::new(),
        parent => format!("{parent}::"),
    };
    let member = |module: &str| {
        let name = module.strip_prefix(&prefix)?.split("::").next()?;
        (!name.is_empty()).then(|| format!("{prefix}{name}"))
    };
    let mut between = Imports::new();
    for (module, others) in imports {
        let Some(own) = member(module) else { continue };
        let others = others.iter().filter_map(|other| member(other));
        let others = others.filter(|other| *other != own);
        between.entry(own.clone()).or_default().extend(others);
    }
    between
}

/// The modules that are left when those that import none of the others, or that none of the others imports, are taken away.
fn circles(mut imports: Imports) -> Vec<String> {
    loop {
        let used: BTreeSet<String> = imports.values().flatten().cloned().collect();
        let before = imports.len();
        imports.retain(|module, others| !others.is_empty() && used.contains(module));
        let left: BTreeSet<String> = imports.keys().cloned().collect();
        for others in imports.values_mut() {
            others.retain(|other| left.contains(other));
        }
        if imports.len() == before {
            break;
        }
    }
    let line = |(module, others): (&String, &BTreeSet<String>)| {
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        format!("{module} imports {}", others.join(", "))
    };
    imports.iter().map(line).collect()
}

/// Of a folder with a crate, which has at least so many imports.
fn assert_no_circles(folder: &str, least: usize) {
    let sources = super::below(folder);
    let imports = Modules::of(&sources).imports();
    let count: usize = imports.values().map(BTreeSet::len).sum();
    assert!(count > least, "{folder}: only {count} imports were found");

    let circles = circles(imports);

    assert!(circles.is_empty(), "{folder}:\n{}\n", circles.join("\n"));
}

#[test]
fn no_files_of_the_product_import_each_other() {
    assert_no_circles("src", 500);
}

#[test]
fn no_files_of_the_testkit_import_each_other() {
    assert_no_circles("testkit/src", 200);
}

#[test]
fn no_files_of_these_tests_import_each_other() {
    assert_no_circles("tests/it", 200);
}

/// Within a folder, one can read the files and subfolders in one direction.
#[test]
fn no_members_of_a_folder_of_the_product_import_each_other() {
    let imports = Modules::of(&super::below("src")).imports();
    let parents = imports.keys().flat_map(|module| {
        let ends = module.match_indices("::").map(|(end, _)| end);
        ends.map(|end| module[..end].to_owned())
    });
    let parents: BTreeSet<String> = parents.chain([String::new()]).collect();
    assert!(parents.len() > 50, "only {} folders were found", parents.len());
    let found = parents
        .iter()
        .flat_map(|parent| circles(between_members(&imports, parent)));
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{}\n", found.join("\n"));
}

#[test]
fn a_planted_circle_of_folders_is_found() {
    let sources = [
        Source::new("src/lib.rs", "mod a; mod b;"),
        Source::new("src/a/mod.rs", "pub mod one; pub mod two;"),
        Source::new("src/a/one.rs", "use crate::b::three::Three; pub struct One;"),
        Source::new("src/a/two.rs", "pub struct Two;"),
        Source::new("src/b/mod.rs", "pub mod three; pub mod four;"),
        Source::new("src/b/three.rs", "pub struct Three;"),
        Source::new("src/b/four.rs", "use crate::a::two::Two;"),
    ];
    let imports = Modules::of(&sources).imports();
    assert_eq!(circles(imports.clone()), Vec::<String>::new());
    assert_eq!(circles(between_members(&imports, "a")), Vec::<String>::new());
    assert_eq!(
        circles(between_members(&imports, "")),
        ["a imports b", "b imports a"]
    );
}

/// A name that is handed on counts where it is defined; one that is defined in `mod.rs` counts there.
#[test]
fn a_planted_circle_is_found() {
    let folder = |first: &str, second: &str, parent: &str| {
        let sources = [
            Source::new("src/lib.rs", "mod a;"),
            Source::new("src/a/mod.rs", parent),
            Source::new("src/a/one.rs", first),
            Source::new("src/a/two.rs", second),
        ];
        circles(Modules::of(&sources).imports())
    };
    let hands_on = "mod one; mod two; pub use one::One; pub use two::Two;";
    let one = "use super::Two; pub struct One;";
    assert_eq!(folder(one, "pub struct Two;", hands_on), Vec::<String>::new());
    assert_eq!(
        folder(one, "fn f() { crate::a::One } pub struct Two;", hands_on),
        ["a::one imports a::two", "a::two imports a::one"]
    );
    let defines = "mod one; mod two; struct Own; fn f() { one::go() }";
    assert_eq!(
        folder("use super::Own;", "", defines),
        ["a imports a::one", "a::one imports a"]
    );
    let in_tests = "pub struct Two;\n#[cfg(test)]\nmod tests {\n use crate::a::One;\n}";
    assert_eq!(folder(one, in_tests, hands_on), Vec::<String>::new());
}
