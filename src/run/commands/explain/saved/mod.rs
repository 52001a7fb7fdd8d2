//! What a saved plan, an undo file or a report contains about one person or group.

mod changes;
mod entries;

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use self::changes::Recorded;
use self::entries::{entries, lines_of};
use super::wanted::Wanted;
use crate::exit::Exit;
use crate::model::{Catalog, ExternalId, Personal};
use crate::report::{Explanation, one_line, write_json};
use crate::run::outcome;
use crate::run::planning::desired;
use crate::run::session::error::RunError;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::source::{AnySource, read_all};

/// Prints what the file contains about the named person or group.
pub(super) async fn explain(
    who: &str,
    file: &Path,
    request: Request<'_>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    let catalog = request.catalog();
    let saved = match Saved::read(file, &catalog) {
        Ok(saved) => saved,
        Err(what) => {
            let hint = "give a plan (`plan --out`, `plan --format json`), an undo file (`--undo-file`) or a report \
                        (`--report`)";
            process
                .messages(request.global.log_format)
                .error(&what, Some(hint))?;
            return Ok(Exit::Usage);
        }
    };
    let of_file = Lookup {
        who,
        file,
        saved: &saved,
        catalog: &catalog,
        request,
    };
    if of_file.print(&[who.to_owned()], process)? {
        return Ok(Exit::Ok);
    }
    // Only the sources know the id that belongs to a name.
    match of_sources(who, request, process).await {
        Ok(more) if of_file.print(&more, process)? => Ok(Exit::Ok),
        Ok(_) => missing(who, file, &saved, request, process),
        Err(error) => outcome::print_error(&error, request, process),
    }
}

/// The content of a file.
enum Saved {
    Changes(Box<Recorded>),
    /// A report, or a plan as data: JSON documents with lists.
    Lists(Vec<Value>),
}

impl Saved {
    fn read(file: &Path, catalog: &Catalog) -> Result<Self, String> {
        let text =
            fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        // `plan --format json` prints two documents.
        let documents: Vec<Value> = serde_json::Deserializer::from_str(&text)
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(|error| format!("{} is not a JSON document: {error}", file.display()))?;
        let schema = documents
            .first()
            .and_then(|document| document.get("schema")?.as_str())
            .unwrap_or_default();
        let changes = Recorded::parse(schema, &text, catalog)
            .map_err(|what| format!("cannot use {}: {what}", file.display()))?;
        match changes {
            Some(changes) => Ok(Self::Changes(Box::new(changes))),
            None if schema.starts_with("directory-sync/") => Ok(Self::Lists(documents)),
            None => Err(format!(
                "{} is neither a plan, an undo file nor a report of directory-sync",
                file.display()
            )),
        }
    }
}

/// A person or group, and the file in which it is looked up.
#[derive(Clone, Copy)]
struct Lookup<'a> {
    who: &'a str,
    file: &'a Path,
    saved: &'a Saved,
    catalog: &'a Catalog,
    request: Request<'a>,
}

impl Lookup<'_> {
    /// Prints what the file contains about one of the texts. Returns whether there is anything.
    fn print(&self, texts: &[String], process: &mut Process<'_>) -> io::Result<bool> {
        let is_found = match self.saved {
            Saved::Changes(changes) => self.print_changes(changes, texts, process)?,
            Saved::Lists(documents) => self.print_entries(documents, texts, process)?,
        };
        process.out.flush()?;
        Ok(is_found)
    }

    fn print_changes(
        &self,
        changes: &Recorded,
        texts: &[String],
        process: &mut Process<'_>,
    ) -> io::Result<bool> {
        let explanation = texts.iter().find_map(|text| {
            changes.explanation((self.who, text), &process.names, self.catalog, self.request)
        });
        let Some(explanation) = explanation else {
            return Ok(false);
        };
        let explanation = Explanation {
            file: Some(self.file.display().to_string()),
            ..explanation
        };
        if self.request.is_json() {
            write_json(process.out, &explanation)?;
        } else {
            explanation.print(process.out)?;
        }
        Ok(true)
    }

    fn print_entries(
        &self,
        documents: &[Value],
        texts: &[String],
        process: &mut Process<'_>,
    ) -> io::Result<bool> {
        let hex = texts.iter().map(|text| ExternalId::new(text.as_bytes()).hex());
        let texts: Vec<String> = texts.iter().cloned().chain(hex).collect();
        let found: Vec<(&str, &Value)> = documents
            .iter()
            .flat_map(|document| entries(document, &texts, &process.names))
            .collect();
        for (list, entry) in &found {
            if self.request.is_json() {
                write_json(process.out, &serde_json::json!({ "list": list, "entry": entry }))?;
            } else {
                for line in lines_of(list, entry, self.request.global.show_values) {
                    writeln!(process.out, "{}", one_line(&line))?;
                }
            }
        }
        Ok(!found.is_empty())
    }
}

/// Reports that the file contains nothing about the text.
fn missing(
    who: &str,
    file: &Path,
    saved: &Saved,
    request: Request<'_>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    let (what, hint) = match saved {
        Saved::Changes(_) => (
            "contains no change of this person or group",
            "name an account id, an external id, an e-mail address, a login name, the name of an entry or a hash from an earlier output",
        ),
        Saved::Lists(_) => (
            "contains nothing about this person or group",
            "a report lists failed changes, rejected records and kept accounts; it only counts changes that succeeded: \
             look at the undo file of that run (`explain WHO --from UNDO_FILE`)",
        ),
    };
    let what = format!("`explain {}`: {} {what}", Personal(who), file.display());
    process
        .messages(request.global.log_format)
        .error(&what, Some(hint))?;
    Ok(Exit::Incomplete)
}

/// Ids and locations of the records that the text names.
async fn of_sources(who: &str, request: Request<'_>, process: &Process<'_>) -> Result<Vec<String>, RunError> {
    let catalog = request.catalog();
    let roles = desired::roles(request.settings);
    let mut sources = Vec::new();
    for source in &request.settings.sources {
        sources.push(AnySource::build(source, &catalog, &roles).map_err(|error| vec![error])?);
    }
    let all = read_all(&catalog, &sources).await?;
    let mut wanted = Wanted::new(who, &process.names);
    wanted.find_records(&all, &catalog);
    let mut texts: Vec<String> = wanted.ids.iter().map(|(_, id)| id.hex()).collect();
    for ((_, hits), of_type) in wanted.hits.iter().zip(&all) {
        texts.extend(
            hits.records(of_type)
                .into_iter()
                .map(|record| record.at.to_string()),
        );
    }
    Ok(texts)
}
