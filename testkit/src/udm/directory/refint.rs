//! References between entries, and how they follow renames, moves and deletions.

use serde_json::Value;

use super::dn::{Dn, is_within};
use super::{Directory, Entry, Id};
use crate::udm::schema::Kind;

impl Directory {
    /// Adds a member to a group; false if it is there.
    pub(crate) fn join_group(&mut self, group: Id, key: &str, spelled: &str) -> bool {
        let joined = self
            .entries
            .get_mut(&group)
            .is_some_and(|group| group.members.add(key, spelled));
        if joined {
            self.groups_of.entry(key.to_owned()).or_default().insert(group);
        }
        joined
    }

    /// Removes a member from a group; false if it was none.
    pub(crate) fn leave_group(&mut self, group: Id, key: &str) -> bool {
        self.forget_group(key, group);
        self.entries
            .get_mut(&group)
            .is_some_and(|group| group.members.remove(key))
    }

    pub(super) fn forget_group(&mut self, member: &str, group: Id) {
        if let Some(groups) = self.groups_of.get_mut(member) {
            groups.remove(&group);
            if groups.is_empty() {
                self.groups_of.remove(member);
            }
        }
    }

    /// Groups of a member, in order of creation.
    pub(crate) fn groups_of(&self, member: &str) -> Vec<Id> {
        self.groups_of
            .get(member)
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }

    /// A deleted entry is no longer a member anywhere; a user's groups get another entity tag by that.
    pub(super) fn leave_all_groups(&mut self, gone: &Entry) {
        for group in self.groups_of(&gone.key) {
            self.leave_group(group, &gone.key);
            if gone.kind == Kind::User {
                self.touch(group, gone.modified);
            }
        }
    }

    /// Moves an entry and everything below it, and updates all references.
    ///
    /// The groups of a user get another entity tag. What only the directory server itself updates, parents of a group
    /// and bosses of a secretary, keeps its tag (recorded: group-rename/parent one with a stale etag).
    pub(crate) fn relocate(&mut self, id: Id, dn: &Dn, now: i64) {
        let Some(old_key) = self.get(id).map(|entry| entry.key.clone()) else {
            return;
        };
        let new_key = dn.key();
        let moving: Vec<Id> = self.ids_below(&old_key).into_iter().chain([id]).collect();
        for id in moving {
            let Some(entry) = self.entries.get(&id) else {
                continue;
            };
            debug_assert!(is_within(&entry.key, &old_key), "only what lies below moves");
            let key = format!("{new_key}{}", &entry.key[old_key.len()..]);
            let spelled = Dn::parse(&entry.dn).map_or_else(String::new, |own| own.moved_below(dn, &old_key));
            self.relocate_one(id, &key, &spelled, now);
        }
    }

    fn relocate_one(&mut self, id: Id, key: &str, dn: &str, now: i64) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        let (old, kind) = (std::mem::replace(&mut entry.key, key.to_owned()), entry.kind);
        dn.clone_into(&mut entry.dn);
        self.by_key.remove(&old);
        self.by_key.insert(key.to_owned(), id);
        for group in self.groups_of(&old) {
            self.leave_group(group, &old);
            self.join_group(group, key, dn);
            if kind == Kind::User {
                self.touch(group, now);
            }
        }
        let bosses: Vec<Id> = self.bosses_of.get(&old).into_iter().flatten().copied().collect();
        for boss in bosses {
            self.change(boss, |boss| follow(boss, &old, dn));
        }
    }
}

/// A secretary has another name.
fn follow(boss: &mut Entry, old: &str, dn: &str) {
    let list = boss.values.get_mut("secretary").and_then(Value::as_array_mut);
    for value in list.into_iter().flatten() {
        if value.as_str().and_then(super::dn::key_of).as_deref() == Some(old) {
            *value = dn.into();
        }
    }
}
