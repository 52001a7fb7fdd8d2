//! Reads the groups that give roles: the named ones, and level by level their nested groups.

pub(super) mod graph;
pub(super) mod members;

use std::collections::HashSet;

use self::graph::{Graph, Group, MEMBER, MEMBER_UID, UNIQUE_MEMBER, reach};
use self::members::{Members, named};
use super::connect::Connection;
use super::entry::{self, Entry};
use super::failure::Failure;
use super::range::{self, Stopped};
use super::search::Search;
use crate::config::{Dn, Entitlement, LdapSettings};
use crate::model::{Fingerprints, Roles};
use crate::source::ldap::read::one_entry::read_entry;

/// Requested attributes of a group.
const ATTRIBUTES: [&str; 5] = ["member", "uniqueMember", "memberUid", "objectSid", "uSNChanged"];

/// Key of the attribute that Active Directory changes with each change of an entry.
const VERSION: &str = "usnchanged";

/// How often a changing group is read before the run gives up.
const READS: usize = 3;

const AGAIN: &str = "try again; the group may have been changed in the meantime";

/// Objects that can be nested in a group.
const GROUPS: &str = "(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)\
                      (objectClass=groupOfMembers)(objectClass=groupOfEntries)(objectClass=posixGroup))";

const ELSEWHERE: &str = "set `nested: false` beside `group` in `entitlements` if no group lies within it, or name the reference in \
                         `expected_references` if no group is there";

const NO_GROUP: &str = "correct `group` in `entitlements`: a group that was renamed or moved has another name now; and this \
                        account must be able to read it";

/// Reads every group that a rule includes, each once.
///
/// # Errors
/// [`Failure`] if a group is missing, or was not read completely, because its roles would be removed.
pub(super) async fn read(
    connection: &mut Connection,
    settings: &LdapSettings,
    base: &Roles,
) -> Result<Members, Failure> {
    read_named(connection, settings, base, Fingerprints::default()).await
}

/// # Errors
/// [`Failure`] if a member was renamed while the people were read, because that person was found by neither name.
pub(super) async fn refuse_renamed(
    connection: &mut Connection,
    settings: &LdapSettings,
    base: &Roles,
    members: &Members,
) -> Result<(), Failure> {
    let Some(names) = members.names_if_not_found() else {
        return Ok(());
    };
    let later = read_named(connection, settings, base, names).await?;
    members.renamed_in(&later).map_or(Ok(()), |role| {
        let what = format!(
            "members of the groups that give the role `{role}` got other names while people were read"
        );
        Err(Failure::new(what).hint("try again; a person may have been renamed or moved in the meantime"))
    })
}

async fn read_named(
    connection: &mut Connection,
    settings: &LdapSettings,
    base: &Roles,
    names: Fingerprints,
) -> Result<Members, Failure> {
    let mut index = index(connection, settings, &names).await?;
    for _ in 0..READS {
        let graph = walk(connection, settings, &names, &index).await?;
        let now = self::index(connection, settings, &names).await?;
        let is_new = |member: &u128| now.contains(member) && !index.contains(member);
        if !graph.values().flat_map(|group| &group.members).any(is_new) {
            return Ok(Members::new(&settings.entitlements, &graph, names, base));
        }
        tracing::info!("a group got another name while groups were read; reading them again");
        index = now;
    }
    let what = "the groups that give roles were not all read: groups get other names all the time";
    Err(Failure::new(what).hint("try again; groups may have been moved in the meantime"))
}

async fn walk(
    connection: &mut Connection,
    settings: &LdapSettings,
    names: &Fingerprints,
    index: &HashSet<u128>,
) -> Result<Graph, Failure> {
    let mut graph = Graph::new();
    // Rules with nested groups come first, because every member of their groups has to be known.
    let mut rules: Vec<&Entitlement> = settings.entitlements.iter().collect();
    rules.sort_by_key(|rule| !rule.nested);
    for rule in rules {
        loop {
            let not_read = reach(&graph, &named(rule), rule.nested).not_read;
            if not_read.is_empty() {
                break;
            }
            for (dn, text) in not_read {
                let (entry, group) = group(connection, settings, &text, names, index).await?;
                if let Some(member) = elsewhere(connection, &entry).filter(|_| rule.nested) {
                    let what = format!(
                        "`{member}` lies where the server refers to another one, so it may be a group"
                    );
                    return Err(not_all(&text, Failure::new(what).hint(ELSEWHERE)));
                }
                tracing::debug!(
                    group = text,
                    members = group.size(),
                    within = group.children.len(),
                    "read a group"
                );
                graph.insert(dn, group);
            }
        }
    }
    Ok(graph)
}

async fn group(
    connection: &mut Connection,
    settings: &LdapSettings,
    name: &str,
    names: &Fingerprints,
    index: &HashSet<u128>,
) -> Result<(Entry, Group), Failure> {
    for _ in 0..READS {
        let entry = read_entry(connection, settings, name, &ATTRIBUTES).await?;
        let Some(mut entry) = entry else {
            let what = format!(
                "there is no group `{name}` at {}, or it may not be seen",
                connection.shown()
            );
            return Err(Failure::new(what).hint(NO_GROUP));
        };
        if complete(connection, settings, name, &mut entry).await? {
            let base = Dn::parse(settings.base_dn.as_bytes());
            let group = Group::new(&entry, names, base.as_ref(), |number| index.contains(&number));
            return Ok((entry, group));
        }
        tracing::info!(
            group = name,
            "the group changed while it was read; reading it again"
        );
    }
    Err(not_all(
        name,
        Failure::new("the group changes all the time").hint(AGAIN),
    ))
}

/// Reads the missing values of a group; returns `false` if the group has changed in the meantime. Then a member may
/// have moved from a part that was not read yet to one that was.
async fn complete(
    connection: &mut Connection,
    settings: &LdapSettings,
    name: &str,
    entry: &mut Entry,
) -> Result<bool, Failure> {
    let was_cut = [MEMBER, UNIQUE_MEMBER, MEMBER_UID]
        .iter()
        .any(|key| entry.is_cut(key));
    for key in [MEMBER, UNIQUE_MEMBER, MEMBER_UID] {
        range::complete(connection, settings, entry, key)
            .await
            .map_err(|stopped| match stopped {
                Stopped::Failed(failure) => not_all(name, failure),
                Stopped::Odd(why) => not_all(name, Failure::new(why).hint(AGAIN)),
            })?;
    }
    let version = |entry: &Entry| entry.values(VERSION).next().map(<[u8]>::to_vec);
    let before = version(entry).filter(|_| was_cut);
    if before.is_none() {
        return Ok(true);
    }
    let after = read_entry(connection, settings, name, &[ATTRIBUTES[4]]).await?;
    Ok(after.is_some_and(|after| version(&after) == before))
}

/// A member that may be a group on another server. Groups have no `uid` by which they could be named.
fn elsewhere(connection: &Connection, group: &Entry) -> Option<String> {
    let members = group.values(MEMBER).chain(group.values(UNIQUE_MEMBER));
    let mut members = members.filter_map(|value| Some((Dn::parse_with_uid(value)?, value)));
    let found = members.find(|(dn, _)| !dn.begins_with_type("uid") && connection.references.may_hold(dn));
    found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
}

fn not_all(name: &str, failure: Failure) -> Failure {
    failure.at(&format!("the members of the group `{name}` were not all read"))
}

/// The DNs of all groups that could be nested in the named ones. Their members are only read if they are.
async fn index(
    connection: &mut Connection,
    settings: &LdapSettings,
    names: &Fingerprints,
) -> Result<HashSet<u128>, Failure> {
    let mut index = HashSet::new();
    for tree in trees(connection, settings).await? {
        let attributes = ["1.1".to_owned()];
        let mut search = Search::below(&tree, GROUPS, settings, &attributes);
        let mut each = |tag| {
            let dn = entry::name(&tag).and_then(Dn::parse);
            index.extend(dn.map(|dn| names.number(&dn)));
        };
        search.run(connection, &mut each).await?;
    }
    Ok(index)
}

/// The naming contexts of the server that contain a group whose members may be groups.
async fn trees(connection: &mut Connection, settings: &LdapSettings) -> Result<Vec<String>, Failure> {
    let nested = |rule: &&Entitlement| rule.nested;
    let rules = settings.entitlements.iter().filter(nested);
    let groups: Vec<(Dn, String)> = rules.flat_map(named).collect();
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let root = read_entry(connection, settings, "", &["namingContexts"]).await?;
    let tops: Vec<(Dn, String)> = root
        .iter()
        .flat_map(|root| root.values("namingcontexts"))
        .filter_map(|top| Some((Dn::parse(top)?, String::from_utf8(top.to_vec()).ok()?)))
        .collect();
    let mut trees: Vec<String> = Vec::new();
    for (group, name) in groups {
        let holding = tops.iter().filter(|(top, _)| group.is_within(top));
        let Some((_, tree)) = holding.max_by_key(|(top, _)| top.depth()) else {
            let what = format!(
                "{} does not say which of its trees contains the group `{name}` (root DSE, namingContexts)",
                connection.shown()
            );
            return Err(Failure::new(what).hint(
                "correct `group` in `entitlements`; or let this account read the root DSE, or set `nested: false`",
            ));
        };
        if !trees.contains(tree) {
            trees.push(tree.clone());
        }
    }
    Ok(trees)
}

/// # Errors
/// [`Failure`] if one of the groups looks empty, because a group without read permission looks the same.
pub(super) fn refuse_empty(members: &Members) -> Result<(), Failure> {
    let empty = members.look_empty();
    if empty.is_empty() {
        return Ok(());
    }
    let what = format!("no member can be seen in the group `{}`", empty.join("` and `"));
    Err(Failure::new(what).hint(
        "let this account read the members; if there are none, set `allow_empty: true` beside `group` in `entitlements`",
    ))
}
