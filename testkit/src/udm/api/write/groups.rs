//! Rules of groups: members, nested groups, loops.

use std::collections::BTreeSet;

use super::parts::Parts;
use super::plan::Members;
use crate::udm::directory::{Directory, Entry};
use crate::udm::errors::{Failure, Problem};
use crate::udm::schema::Kind;
use crate::udm::state::State;

/// Members that come and go by the lists of a request, compared as the directory server spells them (recorded:
/// group-members/member in other spelling, group-rename/parent one with the DN spelled by backslash comma).
pub(super) fn members(state: &State, parts: &Parts, group: Option<&Entry>) -> Members {
    let mut change = Members::default();
    for (side, wanted) in &parts.members {
        let wanted: Vec<(String, String)> = wanted
            .iter()
            .filter_map(|text| Directory::stored_spelling(text))
            .collect();
        let spellings: BTreeSet<&str> = wanted.iter().map(|(_, spelled)| spelled.as_str()).collect();
        let current = group.into_iter().flat_map(|group| group.members.iter());
        let current: Vec<(&str, &str)> = current
            .filter(|(key, _)| state.directory.side(key) == *side)
            .collect();
        let gone = current.iter().filter(|(_, spelled)| !spellings.contains(spelled));
        change.removed.extend(gone.map(|(key, _)| (*key).to_owned()));
        let there: BTreeSet<&str> = current.iter().map(|(_, spelled)| *spelled).collect();
        let mut seen = BTreeSet::new();
        for (key, spelled) in &wanted {
            if !there.contains(spelled.as_str()) && seen.insert(spelled.clone()) {
                change.added.push((key.clone(), spelled.clone()));
            }
        }
    }
    change
}

/// Who a group contains and belongs to after a request.
struct Links {
    key: String,
    name: String,
    nested: Vec<String>,
    parents: Vec<String>,
}

/// Nested groups must exist, be groups, and make no loop (recorded: group-nesting, group-create/nested group that
/// does not exist). Only looked at where the request is about them.
pub(super) fn check_nesting(
    state: &State,
    parts: &Parts,
    (dn, name): (&str, &str),
    group: Option<&Entry>,
) -> Result<(), Failure> {
    let own = group
        .map(|group| (nested_keys(state, group), parent_keys(state, group)))
        .unwrap_or_default();
    let wanted = parts
        .members
        .iter()
        .find(|(side, _)| *side == "nestedGroup")
        .map(|(_, dns)| dns);
    let nested = wanted.map_or_else(|| own.0.clone(), |dns| keys(dns));
    let parents = parts
        .member_of
        .as_ref()
        .map_or_else(|| own.1.clone(), |dns| keys(dns));
    let same = |a: &[String], b: &[String]| a.iter().collect::<BTreeSet<_>>() == b.iter().collect();
    if same(&nested, &own.0) && same(&parents, &own.1) {
        return Ok(());
    }
    let key = group.map_or_else(
        || keys(&[dn.to_owned()]).pop().unwrap_or_default(),
        |group| group.key.clone(),
    );
    let links = Links {
        key,
        name: name.to_owned(),
        nested,
        parents,
    };
    check_short_loops(state, &links)?;
    for dn in wanted.into_iter().flatten() {
        check_is_group(state, dn)?;
    }
    let starts: Vec<Vec<String>> = if links.parents.is_empty() {
        vec![vec![links.key.clone()]]
    } else {
        links
            .parents
            .iter()
            .map(|parent| vec![parent.clone(), links.key.clone()])
            .collect()
    };
    for start in starts {
        for child in &links.nested {
            check_below(state, &links, child, &start)?;
        }
    }
    Ok(())
}

fn keys(dns: &[String]) -> Vec<String> {
    dns.iter()
        .filter_map(|dn| Directory::stored_spelling(dn))
        .map(|(key, _)| key)
        .collect()
}

fn nested_keys(state: &State, group: &Entry) -> Vec<String> {
    let members = group.members.iter().map(|(key, _)| key);
    members
        .filter(|key| state.directory.side(key) == "nestedGroup")
        .map(str::to_owned)
        .collect()
}

fn parent_keys(state: &State, group: &Entry) -> Vec<String> {
    let parents = state.directory.groups_of(&group.key).into_iter();
    parents
        .filter_map(|id| state.directory.get(id))
        .map(|parent| parent.key.clone())
        .collect()
}

/// A group in itself, and two in each other.
fn check_short_loops(state: &State, links: &Links) -> Result<(), Failure> {
    if links.nested.contains(&links.key) || links.parents.contains(&links.key) {
        return Err(circular(&[&links.name, &links.name]));
    }
    if let Some(both) = links.nested.iter().find(|key| links.parents.contains(key)) {
        let name = name_of(state, links, both);
        return Err(circular(&[&name, &links.name, &name]));
    }
    Ok(())
}

/// Looks for a way back from a child to one of those above it.
fn check_below(state: &State, links: &Links, key: &str, above: &[String]) -> Result<(), Failure> {
    let mut way = above.to_vec();
    way.push(key.to_owned());
    let children = state
        .directory
        .at(key)
        .map(|group| nested_keys(state, group))
        .unwrap_or_default();
    for child in children {
        if let Some(start) = way.iter().position(|above| *above == child) {
            let circle = way[start..].iter().chain([&child]);
            let names: Vec<String> = circle.map(|key| name_of(state, links, key)).collect();
            return Err(circular(&names.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        check_below(state, links, &child, &way)?;
    }
    Ok(())
}

fn name_of(state: &State, links: &Links, key: &str) -> String {
    if key == links.key {
        return links.name.clone();
    }
    state
        .directory
        .at(key)
        .map_or("UNKNOWN", |group| group.text("name"))
        .to_owned()
}

fn circular(names: &[&str]) -> Failure {
    let message = format!("Circular group dependency detected: {}.", names.join(" ==> "));
    Problem::property("memberOf", message).into()
}

fn check_is_group(state: &State, dn: &str) -> Result<(), Failure> {
    match state.directory.find(dn).map(|entry| entry.kind) {
        Some(Kind::Group) => Ok(()),
        Some(_) => Err(Failure::plain(
            400,
            format!(
                "The object type of this object differs from the specified object type: The object {dn} is not a \
                 groups/group."
            ),
        )),
        None => Err(Failure::plain(400, format!("No such object: {dn}."))),
    }
}
