//! The content of a row, and whether it is reliable. Pure.

use csv::ByteRecord;

use super::header::Columns;
use super::layout::Layout;
use crate::model::Claims;
use crate::transform::{RawRecord, key};

/// Message about the last cell of a file that may be incomplete.
pub(super) fn half_written(column: &str) -> String {
    format!(
        "the last line has no line break, so `{column}` may be half written; end the file with a line break"
    )
}

/// Addresses in a row whose cells may be shifted by a missing or additional comma.
pub(super) fn shifted(row: &ByteRecord) -> Claims {
    let cells = row.iter().filter(|cell| cell.contains(&b'@'));
    let texts = cells.filter_map(|cell| std::str::from_utf8(cell).ok());
    Claims {
        addresses: texts.map(Box::from).collect(),
        ..Claims::default()
    }
}

/// Why the row of a known person cannot be used.
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

/// The values of a row, if it has as many cells as the header, without its last cell if that may be `cut`.
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
            record.push(key(column), vec![cell.as_bytes().to_vec()]);
        }
    }
    (row.len() == columns.width).then_some(record)
}
