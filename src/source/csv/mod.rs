//! People from a CSV file: UTF-8, commas, double quotes, the first line names the columns.

mod file;
mod format;
mod header;
mod lines;

use std::path::PathBuf;
use std::sync::Arc;

use csv::{ByteRecord, Reader, ReaderBuilder};

use self::file::{Seen, Text};
use self::header::Columns;
use self::lines::{Place, Quoting, Watched};
use super::cell;
use super::mapping::{Fact, Mapping, Said};
use super::merge::Collected;
use super::{Ids, Record, Source, SourceError};
use crate::config::CsvSettings;
use crate::model::{Claims, ExternalId, Finding, Identity, Lifecycle, RecordRef, Rejected, Warning};

/// Rows between two chances for the other sources to go on.
const ROWS_AT_ONCE: usize = 1024;

/// One file.
#[derive(Debug)]
pub struct CsvSource {
    name: Arc<str>,
    path: PathBuf,
    mapping: Mapping,
}

impl CsvSource {
    /// A source that reads the configured file.
    pub fn new(name: &Arc<str>, settings: &CsvSettings, mapping: Mapping) -> Self {
        Self {
            name: name.clone(),
            path: settings.file_path.clone(),
            mapping,
        }
    }

    fn open(&self) -> Result<Rows, SourceError> {
        let (text, seen) = file::open(&self.path).map_err(|problem| self.problem(problem))?;
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(Watched::new(text));
        let mut header = ByteRecord::new();
        let mut found = true;
        while found && (says_nothing(&header) || names_separator(&header)) {
            found = reader
                .read_byte_record(&mut header)
                .map_err(|error| self.broken(&error))?;
        }
        if !found {
            let what = format!("{} is empty, not even a header stands in it", self.path.display());
            return Err(self.error(what, Some(header::EXPECTED.to_owned())));
        }
        let columns = header::columns(&header, &self.path).map_err(|problem| self.problem(problem))?;
        // Takes the header's own line breaks out of the way.
        let end = reader.position().byte();
        let quoting = reader.get_mut().place(0, end).quoting;
        if quoting != Quoting::Sound {
            let what = format!(
                "the header of {} has a quote that does not fit",
                self.path.display()
            );
            return Err(self.error(what, Some(header::EXPECTED.to_owned())));
        }
        Ok(Rows {
            reader,
            columns,
            seen,
        })
    }

    /// Hands over the person of a row, and what is worth knowing about them.
    fn record(&self, row: &ByteRecord, columns: &Columns, place: Place, each: &mut dyn FnMut(Record)) {
        let at = RecordRef {
            source: self.name.clone(),
            at: format!("{}:{}", self.path.display(), place.line).into(),
        };
        let (person, warnings) = match self.person(row, columns, place, &at) {
            Ok(found) => found,
            Err(rejected) => return each(Record::Rejected(rejected)),
        };
        for reason in warnings {
            let (at, id) = (at.clone(), Some(person.id.clone()));
            each(Record::Warning(Warning { at, id, reason }));
        }
        each(Record::Person(person));
    }

    /// The person of a row, or why it is of no use.
    fn person(
        &self,
        row: &ByteRecord,
        columns: &Columns,
        place: Place,
        at: &RecordRef,
    ) -> Result<(Identity, Vec<String>), Rejected> {
        let reject = |id: Option<ExternalId>, reason: String| Rejected {
            at: at.clone(),
            id,
            reason,
            missing: Vec::new(),
            claims: claims(row, columns).into(),
        };
        let unusable = |reason: String| reject(None, reason);
        place.quoting.check().map_err(unusable)?;
        // A missing or surplus comma may have shifted any value, so even the e-mail is not to be trusted.
        if row.len() != columns.width {
            let reason = format!(
                "{} fields instead of the {} of the header",
                row.len(),
                columns.width
            );
            return Err(unusable(reason));
        }
        let cut = columns.last().filter(|_| place.open_end);
        if cut == Some("email") {
            return Err(unusable(half_written("email")));
        }
        let email = std::str::from_utf8(&row[columns.email])
            .map_err(|_| unusable("the e-mail is not UTF-8; save the file as UTF-8".to_owned()))?;
        if email.is_empty() {
            return Err(Rejected {
                missing: vec!["email".into()],
                ..unusable("no value for `email`".to_owned())
            });
        }
        let id = ExternalId::new(email.as_bytes());
        let facts = facts(row, columns, email).map_err(|column| {
            let reason = format!("`{column}` is not UTF-8; save the file as UTF-8");
            reject(Some(id.clone()), reason)
        })?;
        match cut {
            None => self.mapping.identity(id, Lifecycle::Active, at.clone(), &facts),
            Some("phone") => self.without_phone(id, at, facts),
            // Names are shown to everybody, and a localpart is written for good.
            Some(column) => Err(reject(Some(id), half_written(column))),
        }
    }

    /// The person of a row that ends with half a number, or with none yet.
    fn without_phone(
        &self,
        id: ExternalId,
        at: &RecordRef,
        mut facts: Vec<Fact<'_>>,
    ) -> Result<(Identity, Vec<String>), Rejected> {
        facts.retain(|fact| fact.attribute != "phone");
        let (person, mut warnings) = self.mapping.identity(id, Lifecycle::Active, at.clone(), &facts)?;
        warnings.push(format!(
            "{}; until then what the account has is kept",
            half_written("phone")
        ));
        Ok((person, warnings))
    }

    fn broken(&self, error: &csv::Error) -> SourceError {
        let csv::ErrorKind::Io(error) = error.kind() else {
            return self.error(format!("{} cannot be read: {error}", self.path.display()), None);
        };
        if error.kind() == std::io::ErrorKind::InvalidData {
            let what = format!("{} cannot be used: {error}", self.path.display());
            return self.error(
                what,
                Some("correct the file there, or have it written again".to_owned()),
            );
        }
        self.problem(file::unreadable(&self.path, error))
    }

    fn problem(&self, (what, hint): (String, String)) -> SourceError {
        self.error(what, Some(hint))
    }

    fn error(&self, what: String, hint: Option<String>) -> SourceError {
        SourceError {
            source_name: self.name.to_string(),
            what,
            hint,
        }
    }
}

/// `sep=,`, by which Excel is told what stands between values.
fn names_separator(row: &ByteRecord) -> bool {
    row.len() <= 2
        && row
            .get(0)
            .is_some_and(|field| field.to_ascii_lowercase().starts_with(b"sep="))
}

/// A row of nothing but separators and blanks, as spreadsheets write it below a table, is like an empty line.
fn says_nothing(row: &ByteRecord) -> bool {
    let is_separator = |c: char| matches!(c, ',' | ';' | '|');
    row.iter().all(|field| {
        std::str::from_utf8(field).is_ok_and(|text| text.split(is_separator).all(cell::is_blank))
    })
}

fn half_written(column: &str) -> String {
    format!(
        "the last line has no line break, so `{column}` may be half written; end the file with a line break"
    )
}

/// What can be read of whose row it is, if it is of no use.
fn claims(row: &ByteRecord, columns: &Columns) -> Claims {
    let text = |cell: &[u8]| {
        std::str::from_utf8(cell)
            .ok()
            .filter(|cell| !cell.is_empty())
            .map(Box::from)
    };
    if row.len() != columns.width {
        // A comma that is missing or too many may have shifted any cell.
        let addresses = row.iter().filter(|cell| cell.contains(&b'@')).filter_map(text);
        return Claims {
            addresses: addresses.collect(),
            ..Claims::default()
        };
    }
    let localpart = columns.localpart.and_then(|index| text(&row[index]));
    Claims {
        addresses: text(&row[columns.email]).into_iter().collect(),
        proofs: localpart.into_iter().collect(),
        is_misspelt: false,
    }
}

/// What a row says; the error is the column that is not UTF-8.
fn facts<'a>(row: &'a ByteRecord, columns: &Columns, email: &'a str) -> Result<Vec<Fact<'a>>, &'static str> {
    let value = |column: &'static str, index: usize| -> Result<Fact<'a>, &'static str> {
        let said = std::str::from_utf8(&row[index])
            .map(Said::Value)
            .map_err(|_| column)?;
        Ok(Fact {
            attribute: column,
            field: column,
            said,
        })
    };
    let mut facts = vec![
        value("email", columns.email)?,
        value("first_name", columns.first_name)?,
        value("last_name", columns.last_name)?,
        value("phone", columns.phone)?,
        Fact {
            attribute: "preferred_username",
            field: "email",
            said: Said::Value(email),
        },
    ];
    // An empty localpart is no wish to have none: the target then makes one of the id.
    if let Some(index) = columns.localpart.filter(|index| !row[*index].is_empty()) {
        facts.push(value("localpart", index)?);
    }
    Ok(facts)
}

/// An open file behind its header.
struct Rows {
    reader: Reader<Watched<Text>>,
    columns: Columns,
    seen: Seen,
}

impl Rows {
    /// The place of the next row, which is put into `row`; `None` at the end.
    fn next(&mut self, row: &mut ByteRecord) -> Result<Option<Place>, csv::Error> {
        let start = self.reader.position().byte();
        if !self.reader.read_byte_record(row)? {
            return Ok(None);
        }
        let end = self.reader.position().byte();
        Ok(Some(self.reader.get_mut().place(start, end)))
    }
}

impl Source for CsvSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &'static str {
        "csv"
    }

    fn proves_absence(&self) -> bool {
        true
    }

    fn ids(&self) -> Ids {
        Ids {
            binary: false,
            from_address: true,
        }
    }

    async fn read(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        let mut rows = self.open()?;
        let mut row = ByteRecord::new();
        let (mut count, mut blank) = (0_usize, 0_usize);
        while let Some(place) = rows.next(&mut row).map_err(|error| self.broken(&error))? {
            if place.quoting == Quoting::Sound && says_nothing(&row) {
                blank += 1;
            } else {
                self.record(&row, &rows.columns, place, each);
            }
            count += 1;
            if count.is_multiple_of(ROWS_AT_ONCE) {
                tokio::task::yield_now().await;
            }
        }
        rows.seen
            .is_still(&self.path)
            .map_err(|problem| self.problem(problem))?;
        if blank > 0 {
            tracing::info!(source = %self.name, rows = blank, "passed over rows without any value");
        }
        Ok(())
    }

    async fn check(&self) -> Vec<Finding> {
        let subject = |step: &str| format!("source `{}`: {step}", self.name);
        if let Err(error) = self.open() {
            return vec![Finding::problem(
                subject("file and header"),
                error.what,
                error.hint,
            )];
        }
        let mut findings = vec![Finding::ok(
            subject("file and header"),
            self.path.display().to_string(),
        )];
        let mut rows = Collected::new(&self.name, self.kind());
        match self.read(&mut |record| rows.push(record)).await {
            Ok(()) => findings.push(rows.finding(subject("rows"), "row")),
            Err(error) => findings.push(Finding::problem(subject("rows"), error.what, error.hint)),
        }
        findings
    }
}

#[cfg(test)]
mod tests;
