//! The values of a change, if they are shown.

use crate::model::{ActionKind, Change, Schema, Value, Write};
use crate::report::describe::details::{is_named, is_value};
use crate::report::one_line;

/// One line per value: the new one for a new object; the current and the new one otherwise.
pub(crate) fn values(change: &Change, schema: &Schema) -> Vec<String> {
    let mut lines = Vec::new();
    let with_login = matches!(
        change.kind,
        ActionKind::Deactivate | ActionKind::Delete | ActionKind::MarkAbsent
    );
    if let Some(account) = change.before().filter(|_| with_login) {
        lines.push(format!("login: {}", quoted(account.login(schema))));
    }
    match &change.write {
        Write::Create(creation) => {
            let set = creation.attributes.iter();
            let named = set.filter(|(index, _)| is_named(schema, *index));
            lines.extend(
                named.map(|(index, text)| {
                    format!("{}: {}", schema.spec(index).name, quoted_or_none(Some(text)))
                }),
            );
        }
        Write::Edit(edit) => {
            let values = edit
                .changes
                .iter()
                .filter(|change| is_value(schema, edit, change));
            lines.extend(values.map(|change| {
                let name = &schema.spec(change.attribute).name;
                let (before, after) = (
                    quoted_or_none(change.before.as_ref()),
                    quoted_or_none(change.after.as_ref()),
                );
                format!("{name}: {before} -> {after}")
            }));
        }
        Write::Delete(_) => {}
    }
    lines
}

fn quoted_or_none(value: Option<&Value>) -> String {
    match value {
        Some(value) => {
            let texts: Vec<String> = value.texts().iter().map(|text| quoted(text)).collect();
            texts.join(", ")
        }
        None => "none".to_owned(),
    }
}

/// Quotes a value, so that it can be distinguished from the text around it.
fn quoted(value: &str) -> String {
    one_line(&format!("{value:?}")).into_owned()
}
