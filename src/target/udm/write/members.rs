//! Members of groups, by their current DNs.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::super::rules::catalog::{GROUP, USER};
use super::super::state::UdmTarget;
use super::operation::operation;
use crate::config::Dn;
use crate::model::{Ids, Reference, TargetId, TypeId};
use crate::target::{TargetError, TargetErrorKind};

const USERS: &str = "users";
const NESTED: &str = "nestedGroup";

/// Members that a group gains and loses: property and DN.
#[derive(Debug, Default)]
pub(in crate::target::udm) struct Members {
    added: Vec<(&'static str, String)>,
    removed: Vec<(&'static str, String)>,
    /// Number of members to add that do not exist.
    pub(in crate::target::udm) missing: usize,
}

impl Members {
    pub(in crate::target::udm) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    /// Changes single values, so that changes by others are not overwritten.
    pub(in crate::target::udm) fn operations(&self) -> impl Iterator<Item = Json> {
        let removed = self
            .removed
            .iter()
            .map(|(property, dn)| operation("remove", property, &json!(dn)));
        let added = self
            .added
            .iter()
            .map(|(property, dn)| operation("add", property, &json!(dn)));
        removed.chain(added)
    }

    /// The members of a new group.
    pub(in crate::target::udm) fn lists(&self) -> Map<String, Json> {
        let of = |property: &str| {
            let names = self.added.iter().filter(|(known, _)| *known == property);
            let names: Vec<&str> = names.map(|(_, dn)| dn.as_str()).collect();
            (!names.is_empty()).then(|| (property.to_owned(), json!(names)))
        };
        [USERS, NESTED].into_iter().filter_map(of).collect()
    }

    /// Repeats the removals in the spelling of the group.
    pub(in crate::target::udm) fn spelled_as(&self, stored: &Map<String, Json>) -> Vec<Json> {
        let lists = [USERS, NESTED].map(|property| stored.get(property).and_then(Json::as_array));
        let names = lists.into_iter().flatten().flatten().filter_map(Json::as_str);
        let names = names.filter_map(|name| Some((Dn::parse(name.as_bytes())?, name)));
        let stored: HashMap<Dn, &str> = names.collect();
        let spelled = self.removed.iter().filter_map(|(property, dn)| {
            let stored = stored.get(&Dn::parse(dn.as_bytes())?);
            let stored = stored.filter(|stored| *stored != dn)?;
            Some(operation("remove", property, &json!(stored)))
        });
        spelled.collect()
    }
}

impl UdmTarget {
    /// The DNs of the members that a group gains and loses.
    pub(in crate::target::udm) async fn member_names(
        &self,
        linked: &[&Reference],
        unlinked: &[&Reference],
        ids: &Ids,
    ) -> Result<Members, TargetError> {
        let mut members = Members::default();
        for reference in linked {
            match self.member_name(reference, ids).await? {
                Some(name) => members.added.extend(self.looked_at(name)),
                // Objects that were deleted are known. The caller reports all others.
                None => members.missing += usize::from(is_known(reference, ids)),
            }
        }
        for reference in unlinked {
            let name = self.member_name(reference, ids).await?;
            members.removed.extend(name.and_then(|name| self.looked_at(name)));
        }
        Ok(members)
    }

    /// If only one property is configured, members of the other kind are ignored.
    fn looked_at(&self, name: (&'static str, String)) -> Option<(&'static str, String)> {
        let properties = &self.objects(GROUP).properties;
        properties
            .iter()
            .any(|property| *property == name.0)
            .then_some(name)
    }

    /// `None` if it does not exist.
    async fn member_name(
        &self,
        reference: &Reference,
        ids: &Ids,
    ) -> Result<Option<(&'static str, String)>, TargetError> {
        let (resource, id) = match reference {
            Reference::Foreign(name) => return Ok(Some(self.foreign_name(name))),
            Reference::Managed(resource, id) => (*resource, id),
        };
        let Some(object) = ids.get(resource, id) else {
            return Ok(None);
        };
        match self.dn_of(object).await {
            Ok(dn) => Ok(Some((property(resource), dn.into()))),
            Err(error) if error.kind == TargetErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl UdmTarget {
    /// The DN of an object without an external id: it was read, or the reference is the DN. The server finds out what
    /// is a group.
    fn foreign_name(&self, name: &str) -> (&'static str, String) {
        let object = TargetId::new(name);
        let resource = self.memory.type_of(&object);
        let dn = self
            .memory
            .dn(&object)
            .map_or_else(|| name.to_owned(), String::from);
        (property(resource), dn)
    }
}

/// Returns whether the object existed.
fn is_known(reference: &Reference, ids: &Ids) -> bool {
    match reference {
        Reference::Managed(resource, id) => ids.get(*resource, id).is_some(),
        Reference::Foreign(_) => true,
    }
}

fn property(resource: TypeId) -> &'static str {
    if resource == USER { USERS } else { NESTED }
}
