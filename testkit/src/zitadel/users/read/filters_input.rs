//! Reading the filters of the users list from JSON, with the rules of the proto files.

use std::collections::HashSet;

use super::filters::{Column, Filter};
use crate::zitadel::control::options::Version;
use crate::zitadel::protocol::body::Node;
use crate::zitadel::protocol::errors::{Failure, INTERNAL, INVALID};
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::values::compare::Compare;

/// Text filters: key, name of the text field, column, shortest and longest text, first version.
const TEXT_QUERIES: [(&str, &str, Column, usize, usize, Version); 8] = [
    (
        "userNameQuery",
        "userName",
        Column::UserName,
        1,
        200,
        Version::V2_64,
    ),
    (
        "firstNameQuery",
        "firstName",
        Column::FirstName,
        1,
        200,
        Version::V2_64,
    ),
    (
        "lastNameQuery",
        "lastName",
        Column::LastName,
        1,
        200,
        Version::V2_64,
    ),
    (
        "nickNameQuery",
        "nickName",
        Column::NickName,
        1,
        200,
        Version::V2_64,
    ),
    (
        "displayNameQuery",
        "displayName",
        Column::DisplayName,
        1,
        200,
        Version::V2_64,
    ),
    (
        "loginNameQuery",
        "loginName",
        Column::LoginName,
        1,
        200,
        Version::V2_64,
    ),
    (
        "emailQuery",
        "emailAddress",
        Column::Email,
        0,
        200,
        Version::V2_64,
    ),
    ("phoneQuery", "number", Column::Phone, 0, 20, Version::V4_2),
];

/// Reads the top-level list of filters, `queries` of the request message `request`.
pub(crate) fn read_all(body: Node<'_>, request: &str, version: Version) -> Result<Vec<Filter>, Failure> {
    let place = Place::of(request, "Queries");
    let mut filters = Vec::new();
    for (index, node) in body.list("queries")?.into_iter().enumerate() {
        filters.push(read(node, &place.item(index), version, 0)?);
    }
    Ok(filters)
}

fn read(node: Node<'_>, place: &Place, version: Version, depth: usize) -> Result<Filter, Failure> {
    if depth > 20 {
        return Err(Failure::of(
            INVALID,
            "USER-zsQ97",
            "Too many query nesting levels (Max 20)",
        ));
    }
    for (key, field, column, min, max, since) in TEXT_QUERIES {
        let Some(query) = node.object(key)?.filter(|_| version >= since) else {
            continue;
        };
        let message = upper(key);
        let text = query.string(field)?;
        let here = place.at("SearchQuery", &message).at(&message, &upper(field));
        if min == 0 {
            here.at_most(&text, max)?;
        } else {
            here.runes(&text, min, max)?;
        }
        let compare = Compare::read(query);
        return Ok(Filter::Text {
            column,
            wanted: compare.prepare(&text),
            compare,
        });
    }
    if let Some(filter) = read_simple(node, place)? {
        return Ok(filter);
    }
    if let Some(filter) = read_nested(node, place, version, depth)? {
        return Ok(filter);
    }
    if version >= Version::V4_2
        && let Some(filter) = read_metadata(node, place)?
    {
        return Ok(filter);
    }
    Err(place.at("SearchQuery", "Query").refuse("value is required"))
}

fn read_simple(node: Node<'_>, place: &Place) -> Result<Option<Filter>, Failure> {
    if let Some(query) = node.object("organizationIdQuery")? {
        let id = query.string("organizationId")?;
        let here = place.at("SearchQuery", "OrganizationIdQuery");
        here.at("OrganizationIdQuery", "OrganizationId")
            .runes(&id, 1, 200)?;
        return Ok(Some(Filter::Organization(id)));
    }
    if let Some(query) = node.object("typeQuery")? {
        let names = ["TYPE_UNSPECIFIED", "TYPE_HUMAN", "TYPE_MACHINE"];
        return Ok(Some(Filter::Type(query.choice("type", &names))));
    }
    if let Some(query) = node.object("stateQuery")? {
        return Ok(Some(Filter::State(query.choice("state", &STATES))));
    }
    if let Some(query) = node.object("inUserIdsQuery")? {
        let ids = query.texts("userIds")?;
        return Ok(Some(match ids.as_slice() {
            [id] => Filter::Id(id.clone()),
            _ => Filter::Ids(not_empty(ids)?),
        }));
    }
    if let Some(query) = node.object("inUserEmailsQuery")? {
        return Ok(Some(Filter::Emails(not_empty(query.texts("userEmails")?)?)));
    }
    Ok(None)
}

const STATES: [&str; 6] = [
    "USER_STATE_UNSPECIFIED",
    "USER_STATE_ACTIVE",
    "USER_STATE_INACTIVE",
    "USER_STATE_DELETED",
    "USER_STATE_LOCKED",
    "USER_STATE_INITIAL",
];

/// The database takes at most 65,535 values in one statement.
fn not_empty(values: Vec<String>) -> Result<HashSet<String>, Failure> {
    if values.is_empty() {
        return Err(Failure::go("values array must not be empty"));
    }
    if values.len() > 65_535 {
        return Err(Failure::of(INTERNAL, "QUERY-AG4gs", "An internal error occurred"));
    }
    Ok(values.into_iter().collect())
}

fn read_nested(
    node: Node<'_>,
    place: &Place,
    version: Version,
    depth: usize,
) -> Result<Option<Filter>, Failure> {
    for (key, make) in [
        ("orQuery", Filter::Or as fn(Vec<Filter>) -> Filter),
        ("andQuery", Filter::And),
    ] {
        let Some(query) = node.object(key)? else { continue };
        let here = place.at("SearchQuery", &upper(key)).at(&upper(key), "Queries");
        let mut filters = Vec::new();
        for (index, inner) in query.list("queries")?.into_iter().enumerate() {
            filters.push(read(inner, &here.item(index), version, depth + 1)?);
        }
        if filters.is_empty() {
            return Err(Failure::go("missing column"));
        }
        return Ok(Some(make(filters)));
    }
    if let Some(query) = node.object("notQuery")? {
        let here = place.at("SearchQuery", "NotQuery").at("NotQuery", "Query");
        let inner = query
            .object("query")?
            .ok_or_else(|| here.refuse("value is required"))?;
        return Ok(Some(Filter::Not(Box::new(read(
            inner,
            &here,
            version,
            depth + 1,
        )?))));
    }
    Ok(None)
}

fn read_metadata(node: Node<'_>, place: &Place) -> Result<Option<Filter>, Failure> {
    if let Some(query) = node.object("metadataKeyFilter")? {
        let key = query.string("key")?;
        let here = place.at("SearchQuery", "MetadataKeyFilter");
        here.at("MetadataKeyFilter", "Key").at_most(&key, 200)?;
        let compare = Compare::read_metadata(query);
        return Ok(Some(Filter::MetadataKey {
            wanted: compare.prepare(&key),
            compare,
        }));
    }
    if let Some(query) = node.object("metadataValueFilter")? {
        let wanted = query.bytes("value")?;
        let here = place
            .at("SearchQuery", "MetadataValueFilter")
            .at("MetadataValueFilter", "Value");
        if wanted.len() > 200 {
            return Err(here.refuse("value length must be at most 200 bytes"));
        }
        let names = ["BYTE_FILTER_METHOD_EQUALS", "BYTE_FILTER_METHOD_NOT_EQUALS"];
        return Ok(Some(Filter::MetadataValue {
            wanted,
            equal: query.choice("method", &names) == 0,
        }));
    }
    Ok(None)
}

fn upper(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}
