//! A plan in a file, to be reviewed and applied later. It contains personal values, so only its owner may read it.

mod bound;
pub(crate) mod document;
pub(crate) mod own;
pub(crate) mod private;
pub(crate) mod versioned;

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use self::bound::BoundTarget;
use self::document::ChangeDocument;
use self::own::Kind;
use crate::config::{Settings, TargetSettings};
use crate::json_schema;
use crate::model::{Catalog, Change, Plan};
use crate::plan::{self, Rules, Withholding};
use crate::target;

/// The only format that this version writes and reads.
const SCHEMA: &str = "directory-sync/plan/2";

/// The JSON Schema of a plan file.
pub fn schema() -> serde_json::Value {
    json_schema::of::<Document>("Plan file")
}

/// What a plan is valid for.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    target: BoundTarget,
    /// Hash of the deciding settings.
    configuration: String,
    /// The plan was made where accounts are deactivated instead of deleted, possibly because of a limit at the
    /// target.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deactivates_only: bool,
}

#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[schemars(extend("const" = SCHEMA))]
    schema: String,
    #[schemars(extend("format" = "date-time"))]
    made: String,
    binding: Binding,
    changes: Vec<ChangeDocument>,
}

/// Why a plan file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the plan {}: {what}", path.display())]
pub struct PlanFileError {
    path: PathBuf,
    what: String,
    pub hint: &'static str,
}

impl Binding {
    /// The binding of this configuration.
    pub fn of(settings: &Settings, target: &TargetSettings) -> Self {
        Self {
            target: BoundTarget::of(&target::name(target)),
            configuration: hex::encode(&Sha256::digest(settings.deciding())[..16]),
            deactivates_only: false,
        }
    }

    /// The binding of a plan that is made with these restrictions.
    #[must_use]
    pub fn restricted(self, withholding: &Withholding) -> Self {
        Self {
            deactivates_only: withholding.delete_deactivates.is_some(),
            ..self
        }
    }

    fn objection(&self, of_file: &Self) -> Option<(String, &'static str)> {
        if let Some(what) = self.target.objection(&of_file.target) {
            return Some((what, "apply it with the configuration it was made with"));
        }
        (self.configuration != of_file.configuration).then(|| {
            let what = "it was made with another configuration, or another version of this program";
            (what.to_owned(), NEW)
        })
    }
}

/// Writes a plan completely or not at all, readable only for its owner.
///
/// # Errors
/// The file could not be written.
pub fn write(path: &Path, plan: &Plan, catalog: &Catalog, binding: &Binding) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA.to_owned(),
        made: Timestamp::now().to_string(),
        binding: binding.clone(),
        changes: plan
            .changes
            .iter()
            .filter(|change| !plan::is_for_now(change))
            .map(|change| ChangeDocument::new(change, catalog))
            .collect(),
    };
    // The check before the run may be some time ago.
    own::spare_others(path, Kind::Plan)?;
    private::write(path, &document)
}

/// Checks, before anything is read, whether a plan can be written there.
///
/// # Errors
/// What is wrong.
pub fn check_writable(path: &Path) -> Result<(), String> {
    let possible = match path.file_name() {
        Some(_) => own::spare_others(path, Kind::Plan).and_then(|()| private::probe(path)),
        None => Err(io::Error::other("this is not a file name")),
    };
    possible.map_err(|error| format!("cannot write the plan to {}: {error}", path.display()))
}

/// Parses the changes of a plan, of any target and any configuration. Also returns the title of the target. For output
/// only: nothing is checked.
///
/// # Errors
/// It has another format, or does not fit the catalog.
pub fn recorded(text: &str, catalog: &Catalog) -> Result<(String, Vec<Change>), String> {
    let document: Document =
        versioned::parse(text, SCHEMA, "plan of `plan --out`").map_err(|problem| problem.what)?;
    let title = document.binding.target.title();
    let changes = document.changes.into_iter();
    let changes = changes.map(|change| change.change(catalog));
    Ok((title, changes.collect::<Result<_, _>>()?))
}

/// Reads the changes of a plan that is valid for this configuration.
///
/// # Errors
/// It cannot be read, others may have written it, it has another format, it was made for another target or other
/// settings, or it contains a change that no plan with these rules would contain.
pub fn read(
    path: &Path,
    catalog: &Catalog,
    binding: &Binding,
    rules: Rules<'_>,
) -> Result<Vec<Change>, PlanFileError> {
    let (changes, deactivates_only) = load(path, catalog, binding)?;
    let mut rules = rules;
    rules.policy.delete_deactivates |= deactivates_only;
    for (index, change) in changes.iter().enumerate() {
        if let Some(what) = plan::implausible(catalog, rules, change) {
            return Err(PlanFileError {
                path: path.to_owned(),
                what: format!("change {}: {what}", index + 1),
                hint: NEW,
            });
        }
    }
    Ok(changes)
}

/// The changes of a file, and whether it was made where accounts are deactivated instead of deleted.
type Loaded = (Vec<Change>, bool);

fn load(path: &Path, catalog: &Catalog, binding: &Binding) -> Result<Loaded, PlanFileError> {
    let error = |(what, hint)| PlanFileError {
        path: path.to_owned(),
        what,
        hint,
    };
    let text = own::read(path, "name a file that `plan --out` wrote").map_err(error)?;
    parse(&text, catalog, binding).map_err(error)
}

const NEW: &str = "make a new one: `directory-sync plan --out FILE`";

fn parse(text: &str, catalog: &Catalog, binding: &Binding) -> Result<Loaded, (String, &'static str)> {
    let document: Document =
        versioned::parse(text, SCHEMA, "plan of `plan --out`").map_err(|problem| (problem.what, NEW))?;
    if let Some(objection) = binding.objection(&document.binding) {
        return Err(objection);
    }
    let deactivates_only = document.binding.deactivates_only;
    let changes = document.changes.into_iter().enumerate();
    let changes = changes
        .map(|(index, change)| {
            change
                .change(catalog)
                .map_err(|problem| (format!("change {}: {problem}", index + 1), NEW))
        })
        .collect::<Result<Vec<_>, _>>()?;
    if changes.iter().any(plan::is_for_now) {
        return Err((
            "it contains an absence marker, which no saved plan does".to_owned(),
            NEW,
        ));
    }
    match document::twice(catalog, changes.iter()) {
        Some(problem) => Err((problem, NEW)),
        None => Ok((changes, deactivates_only)),
    }
}

#[cfg(test)]
pub(crate) mod tests;
