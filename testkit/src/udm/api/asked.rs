//! What a search asks for: where, what, and which page (recorded: search, routing).

use super::filter::Filter;
use super::{Call, object};
use crate::udm::directory::dn::{is_child, is_within, key_of};
use crate::udm::directory::{Entry, Id};
use crate::udm::errors::{Failure, Place, Problem};
use crate::udm::schema::Kind;
use crate::udm::state::State;

/// Properties that `query[]=` looks at.
const ANYWHERE: [&str; 8] = [
    "username",
    "firstname",
    "lastname",
    "displayName",
    "description",
    "mailPrimaryAddress",
    "e-mail",
    "name",
];

/// How deep to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Sub,
    One,
    Base,
    BaseAndOne,
}

/// A search.
pub(super) struct Asked {
    key: String,
    scope: Scope,
    filter: Option<Filter>,
    hidden: bool,
    pub(super) only: Option<Vec<String>>,
    /// Without properties.
    pub(super) closed: bool,
    /// Zero for none.
    pub(super) limit: usize,
    pub(super) page: usize,
}

fn wrong(name: &str, message: impl Into<String>) -> Problem {
    Problem::at(Place::Query, &["query", name], message)
}

impl Asked {
    pub(super) fn read(state: &State, call: &Call<'_>) -> Result<Self, Failure> {
        let mut problems = Vec::new();
        let scope = match call.value("scope").unwrap_or("sub") {
            "sub" => Scope::Sub,
            "one" => Scope::One,
            "base" => Scope::Base,
            "base+one" => Scope::BaseAndOne,
            _ => {
                let scopes = "Value has to be one of ['sub', 'one', 'base', 'base+one']";
                problems.push(wrong("scope", scopes));
                Scope::Sub
            }
        };
        let hidden = match call.value("hidden").map(str::to_lowercase).as_deref() {
            None | Some("1" | "on" | "true") => true,
            Some("0" | "off" | "false" | "") => false,
            Some(_) => {
                let values = "['1', 'on', 'true', 'false', '0', 'off', '', None, True, False]";
                problems.push(wrong("hidden", format!("Value has to be one of {values}")));
                true
            }
        };
        let key = position(state, call)
            .map_err(|problem| problems.push(problem))
            .unwrap_or_default();
        let filter = filter(call)
            .map_err(|problem| problems.push(problem))
            .unwrap_or_default();
        let limit = number(call, "limit", 0)
            .map_err(|problem| problems.push(problem))
            .unwrap_or_default();
        let page = number(call, "page", 1)
            .map_err(|problem| problems.push(problem))
            .unwrap_or(1);
        if page == 0 {
            problems.push(wrong("page", "Should stay >= 1"));
        }
        if !problems.is_empty() {
            return Err(Failure::Invalid(problems));
        }
        let only = object::asked_for(call);
        let closed = call.value("opened") == Some("0") || only.as_deref() == Some(&["dn".to_owned()]);
        Ok(Self {
            key,
            scope,
            filter,
            hidden,
            only,
            closed,
            limit,
            page,
        })
    }

    /// Numbers of what is found, in order of creation.
    pub(super) fn hits(&self, state: &State, kind: Kind) -> Vec<Id> {
        let directory = &state.directory;
        let fits = |entry: &&Entry| {
            let hidden = || {
                entry
                    .texts("objectFlag")
                    .any(|flag| flag.eq_ignore_ascii_case("hidden"))
            };
            entry.kind == kind
                && self.in_scope(entry)
                && (self.hidden || !hidden())
                && self
                    .filter
                    .as_ref()
                    .is_none_or(|filter| filter.fits(directory, entry) == Some(true))
        };
        if let Some(found) = self.indexed(state, kind) {
            return found.into_iter().filter(fits).map(|entry| entry.id).collect();
        }
        if self.scope == Scope::Base {
            return directory
                .at(&self.key)
                .into_iter()
                .filter(fits)
                .map(|entry| entry.id)
                .collect();
        }
        let own = directory.at(&self.key).map(|entry| entry.id);
        let ids = own.into_iter().chain(directory.ids_below(&self.key));
        ids.filter_map(|id| directory.get(id))
            .filter(fits)
            .map(|entry| entry.id)
            .collect()
    }

    /// The only object that can fit, where an index knows.
    fn indexed<'a>(&self, state: &'a State, kind: Kind) -> Option<Vec<&'a Entry>> {
        let (name, value) = self.filter.as_ref()?.exact()?;
        let directory = &state.directory;
        let found = match (kind, name) {
            (Kind::User, "username" | "uid") | (Kind::Group, "name" | "cn") => directory.named(value),
            (_, "univentionObjectIdentifier") => directory.with_identifier(value),
            _ => return None,
        };
        Some(found.into_iter().collect())
    }

    fn in_scope(&self, entry: &Entry) -> bool {
        let within = is_within(&entry.key, &self.key);
        match self.scope {
            Scope::Sub => within,
            Scope::One => is_child(&entry.key, &self.key),
            Scope::Base => entry.key == self.key,
            Scope::BaseAndOne => entry.key == self.key || is_child(&entry.key, &self.key),
        }
    }

    /// What a page shows: beyond the end it is the last page again (recorded: search/limit 3 page 4).
    pub(super) fn page(&self, hits: usize) -> std::ops::Range<usize> {
        if self.limit == 0 || hits == 0 {
            return 0..hits;
        }
        let last = hits.div_ceil(self.limit);
        let page = self.page.min(last);
        (page - 1) * self.limit..(page * self.limit).min(hits)
    }
}

/// Key of the container to search in.
fn position(state: &State, call: &Call<'_>) -> Result<String, Problem> {
    let Some(position) = call.value("position") else {
        return Ok(state.directory.base_key.clone());
    };
    if let Some(message) = super::body::wrong_position(state, position) {
        return Err(wrong("position", message));
    }
    let key = key_of(position).unwrap_or_default();
    if state.directory.at(&key).is_some() {
        return Ok(key);
    }
    let message = format!(
        "LDAP object {position} could not be found.\nIt possibly has been deleted or moved. Please update your search \
         results and open the object again."
    );
    Err(Problem::at(Place::Argument, &["query", "position"], message))
}

/// `filter` and all `query[…]` together.
fn filter(call: &Call<'_>) -> Result<Option<Filter>, Problem> {
    let mut parts = Vec::new();
    if let Some(text) = call.value("filter").filter(|text| !text.is_empty()) {
        let filter = Filter::parse(text).ok_or_else(|| wrong("filter", "Not a valid LDAP search filter."))?;
        parts.push(filter);
    }
    for (key, value) in &call.query {
        let name = key.strip_prefix("query[").and_then(|rest| rest.strip_suffix(']'));
        if let Some(name) = name {
            parts.push(query(name, value));
        }
    }
    Ok(match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Filter::And(parts)),
    })
}

/// Brackets in a value find nothing, as they are not escaped (recorded: search/query with a parenthesis).
fn query(name: &str, value: &str) -> Filter {
    let one = |name: &str| Filter::parse(&format!("({name}={value})")).unwrap_or(Filter::Undefined);
    if !name.is_empty() {
        return one(name);
    }
    let all = ANYWHERE.iter().map(|name| Filter::And(vec![one(name)]));
    Filter::Or(all.collect())
}

fn number(call: &Call<'_>, name: &str, default: usize) -> Result<usize, Problem> {
    let value = call.value(name);
    let parsed = value.map_or(Ok(default), |value| value.trim().parse().map_err(drop));
    parsed.map_err(|()| wrong(name, "Cannot be converted to a number"))
}
