//! Documents in JSON that say in which form they are.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Reads a document of this form; the error is what is wrong with it. `kind` is what it should be, to follow "no".
pub(crate) fn parse<T: DeserializeOwned>(text: &str, schema: &str, kind: &str) -> Result<T, String> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    let spoilt = |problem: serde_json::Error| match problem.is_eof() {
        true if text.trim().is_empty() => "it is empty".to_owned(),
        true => format!(
            "it ends in line {}, within something: it was cut, or not written to its end",
            problem.line()
        ),
        false => format!("it is no {kind}: {}", without_texts(&problem)),
    };
    let head: Head = serde_json::from_str(text).map_err(spoilt)?;
    if head.schema != schema {
        return Err(format!(
            "it has the schema {:?}, and this version knows `{schema}`",
            head.schema
        ));
    }
    serde_json::from_str(text).map_err(spoilt)
}

/// What is wrong with a file, without the texts in it, which may be somebody's name.
fn without_texts(problem: &serde_json::Error) -> String {
    let problem = problem.to_string();
    match (problem.find('"'), problem.rfind('"')) {
        (Some(from), Some(to)) if from < to => format!("{}\"…\"{}", &problem[..from], &problem[to + 1..]),
        _ => problem,
    }
}
