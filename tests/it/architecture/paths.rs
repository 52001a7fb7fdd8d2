//! Finds the paths that a Rust source text names. Comments and texts do not count; what macros make is not seen.

use super::tokens::{is_word, tokens};

/// A path such as `crate::model::Plan`, with `self` and `super` resolved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
    /// It is named in a `pub use` of any visibility.
    pub(crate) exported: bool,
}

impl Path {
    /// Whether it begins with `prefix`, such as `std::env`.
    pub(crate) fn is_in(&self, prefix: &str) -> bool {
        let mut own = self.segments.iter();
        prefix
            .split("::")
            .all(|segment| own.next().is_some_and(|own| own == segment))
    }
}

/// The paths that `text` names, where `module` is the place of its file (`["plan", "diff"]`).
pub(crate) fn paths(text: &str, module: &[String]) -> Vec<Path> {
    let mut walk = Walk {
        tokens: tokens(text),
        at: 0,
        depth: 0,
        module: module.to_vec(),
        open_modules: Vec::new(),
        found: Vec::new(),
    };
    while walk.at < walk.tokens.len() {
        walk.step();
    }
    walk.found
}

struct Walk {
    tokens: Vec<String>,
    at: usize,
    depth: usize,
    module: Vec<String>,
    /// The depths at which inline modules were opened.
    open_modules: Vec<usize>,
    found: Vec<Path>,
}

impl Walk {
    fn token(&self, offset: usize) -> &str {
        self.tokens.get(self.at + offset).map_or("", String::as_str)
    }

    fn before(&self) -> &str {
        self.at.checked_sub(1).map_or("", |at| &self.tokens[at])
    }

    fn step(&mut self) {
        match self.token(0) {
            "mod" if self.token(2) == "{" => self.enter_module(),
            "use" if self.token(1) != "<" => self.use_declaration(),
            "{" => self.depth += 1,
            "}" => self.leave_block(),
            word if word.starts_with(is_word) && self.token(1) == "::" && self.before() != "::" => {
                return self.path();
            }
            _ => {}
        }
        self.at += 1;
    }

    fn enter_module(&mut self) {
        self.depth += 1;
        self.open_modules.push(self.depth);
        self.module.push(self.token(1).to_owned());
        self.at += 2;
    }

    fn leave_block(&mut self) {
        if self.open_modules.last() == Some(&self.depth) {
            self.open_modules.pop();
            self.module.pop();
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// A path in an expression or a type.
    fn path(&mut self) {
        let is_visibility = self.before() == "in" && self.at > 1 && self.tokens[self.at - 2] == "(";
        let mut segments = vec![self.token(0).to_owned()];
        self.at += 1;
        while self.token(0) == "::" && self.token(1).starts_with(is_word) {
            segments.push(self.token(1).to_owned());
            self.at += 2;
        }
        if self.token(0) == "::" {
            self.at += 1;
        }
        if !is_visibility {
            self.add(&segments, false);
        }
    }

    /// `use a::{b, c::*};`; ends at the semicolon.
    fn use_declaration(&mut self) {
        let exported = self.before() == "pub" || self.before() == ")";
        self.at += 1;
        self.use_tree(&[], exported);
    }

    fn use_tree(&mut self, prefix: &[String], exported: bool) {
        let mut segments = prefix.to_vec();
        loop {
            match self.token(0) {
                "::" => self.at += 1,
                "{" => return self.use_group(&segments, exported),
                "as" => self.at += 2,
                word if word == "*" || word.starts_with(is_word) => {
                    segments.push(word.to_owned());
                    self.at += 1;
                }
                _ => return self.add(&segments, exported),
            }
        }
    }

    fn use_group(&mut self, prefix: &[String], exported: bool) {
        self.at += 1;
        while !matches!(self.token(0), "}" | "") {
            self.use_tree(prefix, exported);
            if self.token(0) == "," {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    fn add(&mut self, segments: &[String], exported: bool) {
        let mut resolved: Vec<String> = Vec::new();
        for (at, segment) in segments.iter().enumerate() {
            match segment.as_str() {
                "crate" | "directory_sync" if at == 0 => resolved.push("crate".to_owned()),
                "self" if at == 0 => resolved = self.here(),
                "super" if at == 0 => {
                    resolved = self.here();
                    resolved.pop();
                }
                "super" => {
                    resolved.pop();
                }
                "self" => {}
                _ => resolved.push(segment.clone()),
            }
        }
        self.found.push(Path {
            segments: resolved,
            exported,
        });
    }

    fn here(&self) -> Vec<String> {
        std::iter::once("crate".to_owned())
            .chain(self.module.iter().cloned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let module = ["plan".to_owned(), "diff".to_owned()];
        paths(text, &module)
            .into_iter()
            .map(|path| path.segments.join("::"))
            .collect()
    }

    #[test]
    fn use_groups_are_taken_apart() {
        assert_eq!(
            found("pub use crate::{model::{self, Plan as P}, target::*};"),
            ["crate::model", "crate::model::Plan", "crate::target::*"]
        );
    }

    #[test]
    fn super_is_resolved_from_the_location_of_the_file() {
        assert_eq!(
            found("use super::guard::Limit; fn a() { super::super::run::go(); self::b() }"),
            [
                "crate::plan::guard::Limit",
                "crate::run::go",
                "crate::plan::diff::b"
            ]
        );
    }

    #[test]
    fn an_inline_module_is_one_step_deeper() {
        assert_eq!(
            found("mod tests { use super::*; fn f() { if x {} } } use super::Policy;"),
            ["crate::plan::diff::*", "crate::plan::Policy"]
        );
    }

    #[test]
    fn paths_in_expressions_and_types_count() {
        assert_eq!(
            found("fn f(at: std::time::Instant) -> Vec::<u8> { tokio::spawn(async {}); a.b::<C>() }"),
            ["std::time::Instant", "Vec", "tokio::spawn", "b"]
        );
    }

    #[test]
    fn the_own_name_of_the_package_is_the_crate() {
        assert_eq!(
            found("use directory_sync::plan::Policy;"),
            ["crate::plan::Policy"]
        );
    }

    #[test]
    fn a_visibility_is_no_dependency() {
        assert_eq!(found("pub(in crate::config) fn f() { a::b() }"), ["a::b"]);
    }

    #[test]
    fn comments_and_texts_are_skipped() {
        let text = "// a::b\n/* c::d /* e::f */ g::h */ let _ = (\"i::j \\\" k::l\", r#\"m::n\" o::p\"#, b\"q::r\", ':', '\\'', s::t);";
        assert_eq!(found(text), ["s::t"]);
    }

    #[test]
    fn a_lifetime_is_no_character() {
        assert_eq!(
            found("fn f<'a>(x: &'a str) -> model::X<'a> { 'b: loop { y::z() } }"),
            ["model::X", "y::z"]
        );
    }
}
