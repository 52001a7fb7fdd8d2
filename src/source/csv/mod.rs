//! People from a CSV file: UTF-8, commas, double quotes, column names in the first line.

mod file;
mod format;
mod header;
mod layout;
mod lines;
mod row;

use std::path::PathBuf;
use std::sync::Arc;

use csv::{ByteRecord, Reader, ReaderBuilder};

use self::file::{Seen, Text};
use self::header::Columns;
use self::layout::Layout;
use self::lines::{Location, Quoting, Watched};
use self::row::{half_written, record, shifted, unreadable};
use super::mapping::{Mapping, is_blank};
use super::merge::Collected;
use super::{Ids, Record, Source, SourceError};
use crate::config::CsvSettings;
use crate::model::{Desired, Diagnosis, ExternalId, RecordRef, Rejected, Roles, Schema, TypeId, Warning};

/// After this many rows, the other sources get a turn.
const ROWS_AT_ONCE: usize = 1024;

#[derive(Debug)]
pub struct CsvSource {
    name: Arc<str>,
    path: PathBuf,
    layout: Layout,
    mapping: Mapping,
}

impl CsvSource {
    pub fn new(name: &Arc<str>, settings: &CsvSettings, schema: &Schema, roles: &Roles) -> Self {
        let layout = Layout::new(settings, schema);
        Self {
            name: name.clone(),
            path: settings.file_path.clone(),
            mapping: Mapping::new(schema, roles, layout.rules()),
            layout,
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
            let what = format!("{} is empty and has no header", self.path.display());
            return Err(self.error(what, Some(self.layout.expected())));
        }
        let columns =
            header::columns(&header, &self.layout, &self.path).map_err(|problem| self.problem(problem))?;
        // Skips the header's own line breaks.
        let end = reader.position().byte();
        let quoting = reader.get_mut().location(0, end).quoting;
        if quoting != Quoting::Sound {
            let what = format!("the header of {} has a misplaced quote", self.path.display());
            return Err(self.error(what, Some(self.layout.expected())));
        }
        Ok(Rows {
            reader,
            columns,
            seen,
        })
    }

    /// Passes on the person of a row, with warnings.
    fn record(&self, row: &ByteRecord, columns: &Columns, location: Location, each: &mut dyn FnMut(Record)) {
        let at = RecordRef::new(
            self.name.clone(),
            format!("{}:{}", self.path.display(), location.line),
        );
        let (person, warnings) = match self.person(row, columns, location, &at) {
            Ok(found) => found,
            Err(rejected) => return each(Record::Rejected(rejected)),
        };
        for reason in warnings {
            let (at, id) = (at.clone(), Some(person.id.clone()));
            each(Record::Warning(Warning { at, id, reason }));
        }
        each(Record::Person(person));
    }

    /// The person of a row, or why the row is rejected.
    fn person(
        &self,
        row: &ByteRecord,
        columns: &Columns,
        location: Location,
        at: &RecordRef,
    ) -> Result<(Desired, Vec<String>), Rejected> {
        let cut = columns.last().filter(|_| location.open_end);
        let record = record(row, columns, &self.layout, cut);
        let reject = |id: Option<ExternalId>, reason: String| {
            let claims = record.as_ref().map(|record| self.mapping.claims(record));
            Rejected::new(at.clone(), id, reason).with_claims(claims.unwrap_or_else(|| shifted(row)))
        };
        location
            .quoting
            .ensure_sound()
            .map_err(|reason| reject(None, reason))?;
        // A missing or additional comma may have shifted any value, so even the e-mail address is not reliable.
        let Some(record) = &record else {
            let (found, width) = (row.len(), columns.width);
            let reason = format!("{found} fields instead of the {width} of the header");
            return Err(reject(None, reason));
        };
        let id_column = self.layout.id.as_str();
        if cut == Some(id_column) {
            return Err(reject(None, half_written(id_column)));
        }
        let id = &row[columns.id];
        if std::str::from_utf8(id).is_err() {
            let reason = format!("`{id_column}` is not UTF-8; save the file as UTF-8");
            return Err(reject(None, reason));
        }
        if let Some(reason) = unreadable(row, columns, &self.layout, cut).filter(|_| !id.is_empty()) {
            return Err(reject(Some(ExternalId::new(id)), reason));
        }
        let (person, mut warnings) = self.mapping.person(record, at, 0)?;
        if let Some(phone) = cut {
            let what = half_written(phone);
            warnings.push(format!("{what}; until then it is not written"));
        }
        Ok((person, warnings))
    }

    fn broken(&self, error: &csv::Error) -> SourceError {
        let csv::ErrorKind::Io(error) = error.kind() else {
            return self.error(format!("{} cannot be read: {error}", self.path.display()), None);
        };
        if error.kind() == std::io::ErrorKind::InvalidData {
            let what = format!("{} cannot be used: {error}", self.path.display());
            return self.error(what, Some("correct the file, or export it again".to_owned()));
        }
        self.problem(file::unreadable(&self.path, error))
    }

    fn problem(&self, (what, hint): (String, String)) -> SourceError {
        self.error(what, Some(hint))
    }

    fn error(&self, what: String, hint: Option<String>) -> SourceError {
        SourceError::new(&self.name, what, hint)
    }
}

/// Warnings about the header.
fn misspelt(columns: &Columns) -> impl Iterator<Item = String> {
    let columns = columns.misspelt.iter();
    columns.map(|(found, meant)| format!("the column `{found}` is not used; did you mean `{meant}`?"))
}

/// `sep=,`, which tells Excel the separator.
fn names_separator(row: &ByteRecord) -> bool {
    row.len() <= 2
        && row
            .get(0)
            .is_some_and(|field| field.to_ascii_lowercase().starts_with(b"sep="))
}

/// A row with only separators and blanks, as spreadsheets write it below a table, counts as an empty line.
fn says_nothing(row: &ByteRecord) -> bool {
    let is_separator = |c: char| matches!(c, ',' | ';' | '|');
    row.iter()
        .all(|field| std::str::from_utf8(field).is_ok_and(|text| text.split(is_separator).all(is_blank)))
}

/// An open file after its header.
struct Rows {
    reader: Reader<Watched<Text>>,
    columns: Columns,
    seen: Seen,
}

impl Rows {
    /// Reads the next row into `row`, and returns its location; `None` at the end.
    fn next(&mut self, row: &mut ByteRecord) -> Result<Option<Location>, csv::Error> {
        let start = self.reader.position().byte();
        if !self.reader.read_byte_record(row)? {
            return Ok(None);
        }
        let end = self.reader.position().byte();
        Ok(Some(self.reader.get_mut().location(start, end)))
    }
}

impl Source for CsvSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &'static str {
        "csv"
    }

    fn proves_absence(&self, resource: TypeId) -> bool {
        resource == TypeId::default()
    }

    fn ids(&self, _: TypeId) -> Ids {
        self.mapping.ids()
    }

    async fn read(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        let mut rows = self.open()?;
        for reason in misspelt(&rows.columns) {
            let at = RecordRef::new(self.name.clone(), format!("{}:1", self.path.display()));
            each(Record::Warning(Warning::new(at, reason)));
        }
        let mut row = ByteRecord::new();
        let (mut count, mut blank) = (0_usize, 0_usize);
        while let Some(location) = rows.next(&mut row).map_err(|error| self.broken(&error))? {
            if location.quoting == Quoting::Sound && says_nothing(&row) {
                blank += 1;
            } else {
                self.record(&row, &rows.columns, location, each);
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
            tracing::info!(source = %self.name, rows = blank, "ignored rows without any value");
        }
        Ok(())
    }

    async fn check(&self) -> Vec<Diagnosis> {
        let subject = |step: &str| format!("source `{}`: {step}", self.name);
        if let Err(error) = self.open() {
            return vec![Diagnosis::problem(
                subject("file and header"),
                error.what,
                error.hint,
            )];
        }
        let mut findings = vec![Diagnosis::ok(
            subject("file and header"),
            self.path.display().to_string(),
        )];
        let mut rows = Collected::new(&self.name, self.kind());
        match self.read(&mut |record| rows.push(record)).await {
            Ok(()) => findings.push(rows.finding(subject("rows"), "row")),
            Err(error) => findings.push(Diagnosis::problem(subject("rows"), error.what, error.hint)),
        }
        findings
    }
}

#[cfg(test)]
mod tests;
