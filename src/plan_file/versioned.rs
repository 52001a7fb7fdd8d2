//! Documents in JSON that say in which form they are.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Reads a document of this form; the error is what is wrong with it. `kind` is what it should be, to follow "no".
pub(crate) fn parse<T: DeserializeOwned>(text: &str, schema: &str, kind: &str) -> Result<T, String> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    let spoilt = |problem: serde_json::Error| format!("it is no {kind}: {problem}");
    let head: Head = serde_json::from_str(text).map_err(spoilt)?;
    if head.schema != schema {
        return Err(format!(
            "it has the schema {:?}, and this version knows `{schema}`",
            head.schema
        ));
    }
    serde_json::from_str(text).map_err(spoilt)
}
