//! What is at the target, by external ids.

use std::collections::{BTreeMap, BTreeSet};

use super::{GROUPS, PEOPLE};
use crate::udm::{Kind, ObjectView, UdmDouble};

/// A user of the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) mail: String,
    pub(crate) last: String,
}

/// A group of the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TargetGroup {
    pub(crate) name: String,
    /// Managed members, by their external ids.
    pub(crate) members: BTreeSet<String>,
    /// All other members, by their DNs.
    pub(crate) others: BTreeSet<String>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) groups: BTreeMap<String, TargetGroup>,
    /// What carries no external id, or is elsewhere: DN and properties, memberships left aside.
    pub(crate) foreign: BTreeMap<String, String>,
}

const IDENTIFIER: &str = "univentionObjectIdentifier";

impl State {
    /// The current state.
    ///
    /// # Errors
    /// Two objects have one id.
    pub fn of(udm: &UdmDouble) -> Result<Self, String> {
        let (users, groups) = (udm.objects(Kind::User), udm.objects(Kind::Group));
        let mut ids: BTreeMap<String, String> = BTreeMap::new();
        let mut state = Self {
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            foreign: BTreeMap::new(),
        };
        for object in users.iter().chain(&groups) {
            if let Some(id) = managed(object) {
                if ids.values().any(|known| *known == id) {
                    return Err(format!("two objects carry the id {id}"));
                }
                ids.insert(object.dn.to_lowercase(), id);
            }
        }
        for user in &users {
            let text = |name: &str| user.get(name).as_str().unwrap_or_default().to_owned();
            match managed(user) {
                Some(id) => drop(state.users.insert(
                    id,
                    User {
                        name: text("username"),
                        mail: text("mailPrimaryAddress"),
                        last: text("lastname"),
                    },
                )),
                None => drop(state.foreign.insert(
                    user.dn.clone(),
                    format!("{}{}", text("username"), text("lastname")),
                )),
            }
        }
        for group in &groups {
            let name = group.get("name").as_str().unwrap_or_default().to_owned();
            let Some(id) = managed(group) else {
                state.foreign.insert(group.dn.clone(), name);
                continue;
            };
            let (mut members, mut others) = (BTreeSet::new(), BTreeSet::new());
            for dn in udm.members(&group.dn) {
                let stored = udm.object(&dn).map_or_else(|| dn.clone(), |object| object.dn);
                match ids.get(&stored.to_lowercase()) {
                    Some(id) => drop(members.insert(id.clone())),
                    None => drop(others.insert(stored)),
                }
            }
            state.groups.insert(
                id,
                TargetGroup {
                    name,
                    members,
                    others,
                },
            );
        }
        Ok(state)
    }
}

/// The external id of an object of the containers.
fn managed(object: &ObjectView) -> Option<String> {
    let dn = object.dn.to_lowercase();
    let is_inside = dn.ends_with(PEOPLE) || dn.ends_with(GROUPS);
    let id = object
        .get(IDENTIFIER)
        .as_str()
        .filter(|id| is_inside && !id.is_empty())?;
    Some(id.to_owned())
}
