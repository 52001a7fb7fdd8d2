//! The text of a source file, and the module that it is.

/// One source text.
#[derive(Clone)]
pub(super) struct Source {
    /// From the repository's root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// `src/target/zitadel/read/accounts.rs`: `["target", "zitadel", "read", "accounts"]`.
    pub(super) fn module(&self) -> Vec<String> {
        let inside = self.path.split_once("src/").or(self.path.split_once("it/"));
        let Some((_, inside)) = inside else {
            return Vec::new();
        };
        let names = inside.trim_end_matches(".rs").split('/');
        names
            .filter(|name| !matches!(*name, "mod" | "lib" | "main"))
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn area(&self) -> String {
        self.module().into_iter().next().unwrap_or_default()
    }

    pub(super) fn is_testkit(&self) -> bool {
        self.path.starts_with("testkit/")
    }
}
