//! What a row says, and when that is not to be trusted. Pure.

use csv::ByteRecord;

use super::header::Columns;
use super::layout::Layout;
use crate::model::Claims;
use crate::transform::{RawRecord, key};

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

/// Why a row of somebody known cannot be used.
pub(super) fn unreadable(
    row: &ByteRecord,
    columns: &Columns,
    layout: &Layout,
    cut: Option<&str>,
) -> Option<String> {
    let is_text = |index: usize| std::str::from_utf8(&row[index]).is_ok();
    match columns.used.iter().find(|(_, index)| !is_text(*index)) {
        Some((column, _)) => Some(format!("`{column}` is not UTF-8; save the file as UTF-8")),
        None => cut.filter(|cut| !layout.can_wait(cut)).map(half_written),
    }
}

/// What a row says, if it has as many cells as the header; nothing about the cell at its end that may be `cut`.
pub(super) fn record(
    row: &ByteRecord,
    columns: &Columns,
    layout: &Layout,
    cut: Option<&str>,
) -> Option<RawRecord> {
    let mut record = RawRecord::default();
    for (column, index) in &columns.used {
        let cell = row.get(*index)?;
        let says_nothing = cell.is_empty() && layout.says_nothing_when_empty(column);
        let is_half = cut == Some(column) && layout.can_wait(column);
        if let (false, false, Ok(cell)) = (says_nothing, is_half, std::str::from_utf8(cell)) {
            record.push(key(column), layout.values(column, cell));
        }
    }
    (row.len() == columns.width).then_some(record)
}
