//! `If-Match` (recorded: modify/If-Match …).

use super::super::Call;
use crate::udm::errors::Failure;
use crate::udm::state::State;

/// Refuses the request if the object has changed.
pub(super) fn if_match(state: &State, call: &Call<'_>, dn: &str) -> Result<(), Failure> {
    let Some(header) = call.incoming.header("if-match") else {
        return Ok(());
    };
    let Some(tags) = tags(header) else {
        return Err(Failure::bad_request("Invalid \"If-Match\" syntax."));
    };
    let current = state
        .directory
        .find(dn)
        .map(|entry| format!("\"{}\"", entry.etag()))
        .unwrap_or_default();
    if tags.iter().any(|tag| *tag == "*" || *tag == current) {
        return Ok(());
    }
    let reason = format!(
        "The resource has meanwhile been changed. If-Match {header} does not match entity tag {current}."
    );
    Err(Failure::plain(
        412,
        format!("HTTP 412: Precondition Failed ({reason})"),
    ))
}

/// The tags of a header; nothing where one of them is not in quotes.
fn tags(header: &str) -> Option<Vec<&str>> {
    let tags: Vec<&str> = header.split(',').map(str::trim).collect();
    let valid = |tag: &&str| {
        let quoted = tag.strip_prefix("W/").unwrap_or(tag);
        *tag == "*" || (quoted.len() > 1 && quoted.starts_with('"') && quoted.ends_with('"'))
    };
    tags.iter().all(valid).then_some(tags)
}
