//! The name of a person, for output.

use crate::model::{Attributes, Change, Personal, Purpose, Schema};

use crate::report::describe::show::Show;

/// The person that a change concerns: current or new name and login name; the external id if people are not named, or
/// if nothing else is known.
pub(crate) fn label(change: &Change, schema: &Schema, show: Show) -> String {
    let id = || {
        change
            .id()
            .map_or_else(|| "(no id)".to_owned(), |id| id.marked().to_string())
    };
    if show == Show::NoNames {
        return id();
    }
    known(change)
        .find_map(|attributes| named(attributes, schema))
        .map_or_else(id, |name| Personal(name).to_string())
}

/// What is known about the object of a change: the account before, and the record.
pub(crate) fn known(change: &Change) -> impl Iterator<Item = &Attributes> {
    let account = change.before().map(|account| &account.attributes);
    let person = change.person().map(|person| &person.attributes);
    [account, person].into_iter().flatten()
}

/// `Ada Lovelace (ada@example.org)`, as far as known.
pub(crate) fn named(attributes: &Attributes, schema: &Schema) -> Option<String> {
    match (full_name(attributes, schema), login_name(attributes, schema)) {
        (name, None) => name,
        (Some(name), Some(login)) if name != login => Some(format!("{name} ({login})")),
        (_, Some(login)) => Some(login.to_owned()),
    }
}

/// `Ada Lovelace`, as far as known.
pub(crate) fn full_name(attributes: &Attributes, schema: &Schema) -> Option<String> {
    let names = schema.iter().filter(|(_, spec)| spec.purpose == Purpose::Name);
    let mut parts: Vec<(&str, &str)> = names
        .filter_map(|(index, spec)| Some((&*spec.name, attributes.text(index)?)))
        .filter(|(_, part)| !part.is_empty())
        .collect();
    // Targets have them in any order. `first…` and `given…` sort before `last…` and `sur…`.
    parts.sort_unstable();
    let parts: Vec<&str> = parts.into_iter().map(|(_, part)| part).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The login name, or else the address.
pub(crate) fn login_name<'a>(attributes: &'a Attributes, schema: &Schema) -> Option<&'a str> {
    [Purpose::Login, Purpose::Address]
        .into_iter()
        .find_map(|purpose| {
            attributes
                .text_of(schema, purpose)
                .filter(|text| !text.is_empty())
        })
}
