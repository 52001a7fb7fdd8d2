//! JSON documents that name their format.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Why a document cannot be read.
pub(crate) struct Unreadable {
    /// What is wrong with it.
    pub(crate) what: String,
    /// It has the format of an earlier version.
    pub(crate) is_earlier: bool,
}

/// Reads a document of this format. `kind` is its expected kind, to follow "no".
pub(crate) fn parse<T: DeserializeOwned>(text: &str, schema: &str, kind: &str) -> Result<T, Unreadable> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    let spoilt = |problem: serde_json::Error| {
        unreadable(match problem.is_eof() {
            true if text.trim().is_empty() => "it is empty".to_owned(),
            true => format!(
                "it ends in line {} too early: it was truncated, or not written completely",
                problem.line()
            ),
            false => format!("it is no {kind}: {}", without_texts(&problem)),
        })
    };
    let head: Head = serde_json::from_str(text).map_err(spoilt)?;
    if head.schema != schema {
        return Err(if is_earlier(&head.schema, schema) {
            let what = format!(
                "it was written by an earlier version of directory-sync: its schema is `{}`, and this version reads `{schema}`",
                head.schema
            );
            Unreadable {
                what,
                is_earlier: true,
            }
        } else {
            unreadable(format!(
                "it has the schema {:?}, and this version knows `{schema}`",
                head.schema
            ))
        });
    }
    serde_json::from_str(text).map_err(spoilt)
}

fn unreadable(what: String) -> Unreadable {
    Unreadable {
        what,
        is_earlier: false,
    }
}

/// Returns whether both are the same kind of document, and the first one has a lower version.
fn is_earlier(schema: &str, ours: &str) -> bool {
    let parts = |schema: &str| {
        let (kind, number) = schema.rsplit_once('/')?;
        Some((kind.to_owned(), number.parse::<u32>().ok()?))
    };
    match (parts(schema), parts(ours)) {
        (Some((kind, number)), Some((our_kind, our_number))) => kind == our_kind && number < our_number,
        _ => false,
    }
}

/// What is wrong with a file, without texts from it, which may be names.
fn without_texts(problem: &serde_json::Error) -> String {
    let problem = problem.to_string();
    match (problem.find('"'), problem.rfind('"')) {
        (Some(from), Some(to)) if from < to => format!("{}\"…\"{}", &problem[..from], &problem[to + 1..]),
        _ => problem,
    }
}
