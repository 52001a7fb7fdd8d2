//! What UDM shows of an entry beside its own values: memberships from both sides.

use serde_json::{Map, Value, json};

use super::{Directory, Entry, Id};
use crate::udm::schema::{Kind, Property};

/// Properties that show memberships of a group.
const LINKS: [&str; 4] = ["users", "hosts", "nestedGroup", "memberOf"];

impl Directory {
    /// All properties of an entry as an answer has them; `None` shows everything, unset ones as null or empty,
    /// names show only those, and only if they are set (recorded: read/some properties). Lists that a group is given
    /// when it is opened count as set, even empty (recorded: group-create/list).
    pub(crate) fn properties(&self, entry: &Entry, only: Option<&[String]>) -> Map<String, Value> {
        let mut shown = Map::new();
        for property in entry
            .kind
            .properties()
            .iter()
            .filter(|property| !property.of_an_option)
        {
            let wanted = only.is_none_or(|names| names.iter().any(|name| name == property.name));
            if !wanted {
                continue;
            }
            let value = self.value(entry, property);
            let given = entry.kind == Kind::Group && LINKS.contains(&property.name);
            if only.is_none() || given || is_set(&value) {
                shown.insert(property.name.to_owned(), value);
            }
        }
        shown
    }

    /// One property in the form of answers.
    pub(crate) fn value(&self, entry: &Entry, property: &Property) -> Value {
        match (entry.kind, property.name) {
            (Kind::User, "groups") | (Kind::Group, "memberOf") => self.dns(&self.groups_of(&entry.key)),
            (Kind::User, "primaryGroup") => entry
                .primary
                .and_then(|id| self.get(id))
                .map_or(Value::Null, |group| json!(group.dn)),
            (Kind::User, "gidNumber") => self.gid_of(entry).map_or(Value::Null, Value::from),
            (Kind::Group, "users" | "nestedGroup" | "hosts") => {
                let members = entry.members.iter();
                let members = members.filter(|(key, _)| self.side(key) == property.name);
                members.map(|(_, spelled)| json!(spelled)).collect()
            }
            _ => entry
                .values
                .get(property.name)
                .cloned()
                .unwrap_or_else(|| property.unset()),
        }
    }

    /// The property of a group that shows a member: a group is nested, what is neither counts as a user, existing
    /// or not (recorded: group-create/group DN in users, get dangling).
    pub(crate) fn side(&self, member: &str) -> &'static str {
        match self.at(member).map(|entry| entry.kind) {
            Some(Kind::Group) => "nestedGroup",
            Some(Kind::User) | None => "users",
            Some(_) => "hosts",
        }
    }

    fn dns(&self, ids: &[Id]) -> Value {
        ids.iter()
            .filter_map(|id| self.get(*id))
            .map(|entry| json!(entry.dn))
            .collect()
    }

    fn gid_of(&self, user: &Entry) -> Option<u64> {
        let group = user.primary.and_then(|id| self.get(id))?;
        group.values.get("gidNumber").and_then(Value::as_u64)
    }
}

/// Whether a value is shown where only some properties are asked for.
pub(crate) fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    }
}
