//! What a row says, and when that is not to be trusted. Pure.

use csv::ByteRecord;

use super::header::{self, Columns};
use crate::config::{LdapAttribute, TextRule};
use crate::model::Claims;
use crate::source::mapping::{Absent, AttributeRule, Field, LifecycleRule, Rules};
use crate::transform::RawRecord;

/// Said of the cell at the end of a file that may go on.
pub(super) fn half_written(column: &str) -> String {
    format!(
        "the last line has no line break, so `{column}` may be half written; end the file with a line break"
    )
}

/// Addresses in a row whose cells a comma that is missing or too many may have shifted.
pub(super) fn shifted(row: &ByteRecord) -> Claims {
    let cells = row.iter().filter(|cell| cell.contains(&b'@'));
    let texts = cells.filter_map(|cell| std::str::from_utf8(cell).ok());
    Claims {
        addresses: texts.map(Box::from).collect(),
        ..Claims::default()
    }
}

/// Whether a value that may be half written leaves its row of use: names are shown to everybody, and a localpart is written for
/// good, while half a phone number can wait.
pub(super) fn can_wait(column: &str) -> bool {
    !["email", "first_name", "last_name", "localpart"].contains(&column)
}

/// Why a row of somebody known cannot be used.
pub(super) fn unreadable(row: &ByteRecord, columns: &Columns, cut: Option<&str>) -> Option<String> {
    let is_text = |index: usize| std::str::from_utf8(&row[index]).is_ok();
    match columns.used.iter().find(|(_, index)| !is_text(*index)) {
        Some((column, _)) => Some(format!("`{column}` is not UTF-8; save the file as UTF-8")),
        None => cut.filter(|cut| !can_wait(cut)).map(half_written),
    }
}

/// What a row says, if it has as many cells as the header; nothing about the cell at its end that may be `cut`.
pub(super) fn record(row: &ByteRecord, columns: &Columns, cut: Option<&str>) -> Option<RawRecord> {
    let mut record = RawRecord::default();
    for (column, index) in &columns.used {
        let cell = row.get(*index)?;
        // An empty localpart is no wish to have none: the target then makes one of the id.
        let says_nothing = cell.is_empty() && ["email", "localpart"].contains(&&**column);
        let is_half = cut == Some(column) && can_wait(column);
        if !says_nothing && !is_half && std::str::from_utf8(cell).is_ok() {
            record.push(column.clone(), vec![cell.to_vec()]);
        }
    }
    (row.len() == columns.width).then_some(record)
}

/// People are called by their addresses, and known by them. Further columns are attributes of the same names.
pub(super) fn rules(further: &[String]) -> Rules {
    let attribute = |column: &str| LdapAttribute {
        name: column.to_owned(),
        is_binary: false,
    };
    let rule = |name: &str, column: &str| AttributeRule::new(name, &TextRule::from(attribute(column)));
    let texts = header::names(further).map(|column| rule(&column, &column));
    Rules {
        id: Field::new(&attribute("email"), None),
        lifecycle: LifecycleRule::Active,
        attributes: texts.chain([rule("preferred_username", "email")]).collect(),
        absent: Absent::Unknown,
    }
}
