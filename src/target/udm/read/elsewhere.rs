//! Finds the owners of names, mail addresses and identifiers outside of the containers. The server refuses values that are
//! taken, and then locks them for five minutes.

use std::cell::RefCell;
use std::collections::HashSet;

use ldap3::ldap_escape;
use serde_json::Value as Json;

use super::super::client::{Call, Kind, Path, encoded};
use super::super::rules::catalog::{GROUP, USER};
use super::super::rules::properties::IDENTIFIER;
use super::super::state::UdmTarget;
use super::super::state::holders::Unique;
use super::super::wire::Object;
use super::objects::unique;
use crate::model::{AttributeIndex, TargetId, TypeId, Value};
use crate::target::TargetError;

/// Bytes of an encoded filter. Web servers accept 8,190 bytes in the first line of a request.
const LONGEST_FILTER: usize = 6_000;
/// If more searches were needed, everything is listed: a search costs the server as much as a hundred objects of a
/// list.
const MOST_SEARCHES: usize = 3;

impl UdmTarget {
    /// Finds the objects outside of the containers with one of these values.
    pub(in crate::target::udm) async fn look_elsewhere(
        &self,
        wanted: &[(TypeId, AttributeIndex, &Value)],
    ) -> Result<(), TargetError> {
        let wanted = self.free(wanted);
        if wanted.is_empty() {
            return Ok(());
        }
        for resource in [USER, GROUP] {
            for filter in searches(resource, &wanted) {
                self.look_for(resource, filter.as_deref(), &wanted).await?;
            }
        }
        Ok(())
    }

    /// The values that no listed object has.
    fn free(&self, wanted: &[(TypeId, AttributeIndex, &Value)]) -> HashSet<Unique> {
        let values = wanted
            .iter()
            .filter_map(|(resource, attribute, value)| self.unique_value(*resource, *attribute, value));
        values
            .filter(|value| self.memory.other_holder(value, None).is_none())
            .collect()
    }

    async fn look_for(
        &self,
        resource: TypeId,
        filter: Option<&str>,
        wanted: &HashSet<Unique>,
    ) -> Result<(), TargetError> {
        let prepared = self.prepared()?;
        let properties = properties(resource);
        let path = Path::filtered(Kind::of(resource), &prepared.base, filter, &properties);
        let each = RefCell::new(|object: Object| {
            let texts = properties.iter().filter_map(|property| {
                let text = object.properties.get(*property).and_then(Json::as_str)?;
                unique(property, text)
            });
            let holder = TargetId::new(object.uuid.as_str());
            for value in texts.filter(|value| wanted.contains(value)) {
                self.memory.is_elsewhere(resource, &holder, &object.dn);
                self.memory.take(&holder, &value);
            }
        });
        self.client.list(&Call::get("find_holders", path), &each).await
    }
}

/// The properties of the name, of the unique address and of the identifier.
fn properties(resource: TypeId) -> [&'static str; 3] {
    if resource == USER {
        ["username", "mailPrimaryAddress", IDENTIFIER]
    } else {
        ["name", "mailAddress", IDENTIFIER]
    }
}

/// The filters of the searches for these values; one search without a filter if there would be too many.
fn searches(resource: TypeId, wanted: &HashSet<Unique>) -> Vec<Option<String>> {
    let [name, mail, identifier] = properties(resource);
    let mut terms: Vec<String> = wanted
        .iter()
        .map(|value| match value {
            Unique::Name(text) => format!("({name}={})", ldap_escape(text.as_str())),
            Unique::Mail(text) => format!("({mail}={})", ldap_escape(text.as_str())),
            Unique::Identifier(text) => format!("({identifier}={})", ldap_escape(text.as_str())),
        })
        .collect();
    terms.sort_unstable();
    let mut filters: Vec<String> = Vec::new();
    let mut length = 0;
    for term in terms {
        let more = encoded(&term).len();
        match filters.last_mut() {
            Some(filter) if length + more <= LONGEST_FILTER => filter.push_str(&term),
            _ => {
                length = 0;
                filters.push(term);
            }
        }
        length += more;
    }
    if filters.len() > MOST_SEARCHES {
        return vec![None];
    }
    filters
        .into_iter()
        .map(|terms| Some(format!("(|{terms})")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> HashSet<Unique> {
        (0..count)
            .map(|number| Unique::name(&format!("person{number}")))
            .collect()
    }

    #[test]
    fn values_are_parts_of_one_filter() {
        let wanted = [
            Unique::name("a*(b"),
            Unique::mail("A@b.org"),
            Unique::identifier("0A-1"),
        ]
        .into();
        assert_eq!(
            searches(GROUP, &wanted),
            [Some(
                r"(|(mailAddress=a@b.org)(name=a\2a\28b)(univentionObjectIdentifier=0a-1))".to_owned()
            )]
        );
    }

    /// Each filter fits in a request, none is left out, and if there are many, everything is listed.
    #[test]
    fn many_values_are_a_list() {
        for count in [1, 150, 300] {
            let found = searches(USER, &names(count));
            let filters: Vec<&String> = found.iter().flatten().collect();
            assert_eq!(
                (filters.len(), found.len()),
                (found.len(), found.len()),
                "{count}"
            );
            assert!(found.len() <= MOST_SEARCHES, "{count}");
            assert!(
                filters
                    .iter()
                    .all(|filter| encoded(filter).len() <= LONGEST_FILTER + 9),
                "{count}"
            );
            let terms: usize = filters
                .iter()
                .map(|filter| filter.matches("(username=").count())
                .sum();
            assert_eq!(terms, count);
        }
        assert_eq!(searches(USER, &names(5_000)), [None]);
    }
}
