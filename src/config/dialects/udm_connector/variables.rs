//! The environment of the connectors.

use super::super::variables::variable;
use crate::config::environment::{Environment, FoundVariables, Variable};
use crate::config::error::{Mistake, Origin};

/// Seconds between runs.
const DELAY: &str = "300";

/// `SOURCE_PASSWORD`, `UDM_PASSWORD`, `LOG_LEVEL`, `LOG_CONF`, `REPEAT` and `REPEAT_DELAY`.
pub(in crate::config::dialects) fn variables(environment: &Environment) -> FoundVariables {
    let mut found = FoundVariables::default();
    for (name, path) in [
        ("SOURCE_PASSWORD", "sources.ldap.bind_password"),
        ("UDM_PASSWORD", "udm.password"),
        ("LOG_LEVEL", "log_level"),
    ] {
        match variable(environment, name, path) {
            Ok(given) => found.variables.extend(given),
            Err(mistake) => found.mistakes.push(mistake),
        }
    }
    match delay(environment) {
        Ok(given) => found.variables.extend(given),
        Err(mistake) => found.mistakes.push(mistake),
    }
    if environment.var("LOG_CONF").is_some_and(|value| !value.is_empty()) {
        found
            .notes
            .push("the variable LOG_CONF has no effect; `--log-format json` is for programs".to_owned());
    }
    found
}

/// The period of `run`, unless `REPEAT` says no.
fn delay(environment: &Environment) -> Result<Option<Variable>, Mistake> {
    const EVERY: &str = "run.every";
    let repeats = repeats(environment)
        .map_err(|what| Mistake::new(EVERY, what).at(Origin::Variable("REPEAT".to_owned())))?;
    if repeats == Some(false) {
        return Ok(None);
    }
    let given = variable(environment, "REPEAT_DELAY", EVERY)?;
    let usual = repeats.map(|_| Variable {
        name: "REPEAT".to_owned(),
        path: EVERY.split('.').map(str::to_owned).collect(),
        value: DELAY.to_owned(),
    });
    Ok(given.or(usual))
}

/// What the variable `REPEAT` of Univention's connectors says; an empty one counts as absent.
///
/// # Errors
/// What is wrong with its value.
pub fn repeats(environment: &Environment) -> Result<Option<bool>, String> {
    let word = environment.var("REPEAT").unwrap_or_default().to_string_lossy();
    match word.trim().to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "1" | "true" | "t" | "yes" | "y" | "on" => Ok(Some(true)),
        "0" | "false" | "f" | "no" | "n" | "off" => Ok(Some(false)),
        _ => Err(format!(
            "the variable REPEAT must be `true` or `false`, not `{word}`"
        )),
    }
}

/// What to do about a missing password.
pub(in crate::config::dialects) fn hint_for_secret(ours: &str) -> Option<&'static str> {
    match ours {
        "udm.password" => Some("write `udm.password` in the file, or set the variable UDM_PASSWORD"),
        "sources.ldap.bind_password" => {
            Some("write `sources.ldap.bind_password` in the file, or set the variable SOURCE_PASSWORD")
        }
        _ => None,
    }
}
