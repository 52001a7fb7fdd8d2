//! Groups entries with the same reason.

use std::collections::{BTreeMap, HashSet};

use minijinja::Value;
use serde::Serialize;

use crate::model::{BEGIN, END};
use crate::report::data::data;
use crate::report::json::entries::{KeptAccount, Note};

/// Entries with the same reason.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    /// Without values that identify a person.
    reason: String,
    count: usize,
    /// How many of them are not in the report of the previous run.
    new: usize,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    of: Value,
    /// The complete reason, if it differs from that of the group.
    reason: Option<String>,
}

/// Records by reason, the most frequent first.
pub(super) fn notes(notes: &[Note]) -> Vec<Group> {
    let entries = notes.iter().map(|note| {
        let is_new = note.new == Some(true);
        (note.reason.as_str(), is_new, data(note))
    });
    groups(entries)
}

/// Unchanged accounts, by reason. Accounts with a new absence marker are among the changes.
pub(super) fn kept(accounts: &[KeptAccount], marked: &HashSet<String>) -> Vec<Group> {
    let kept = accounts.iter().filter(|kept| !marked.contains(&kept.account));
    groups(kept.map(|kept| (&*kept.reason, false, data(kept))))
}

fn groups<'a>(entries: impl Iterator<Item = (&'a str, bool, Value)>) -> Vec<Group> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for (reason, is_new, of) in entries {
        let common = common(reason);
        let more = (common != reason).then(|| reason.to_owned());
        let group = groups.entry(common.clone()).or_insert_with(|| Group {
            reason: common,
            count: 0,
            new: 0,
            entries: Vec::new(),
        });
        group.count += 1;
        group.new += usize::from(is_new);
        group.entries.push(Entry { of, reason: more });
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// A text with dots instead of each personal value.
fn common(text: &str) -> String {
    let mut parts = text.split(BEGIN);
    let mut common = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        common.push('…');
        common.push_str(part.split_once(END).map_or("", |(_, rest)| rest));
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Personal;

    #[test]
    fn what_differs_in_names_alone_is_one_group() {
        let reason = |name: &str| format!("the name {} is taken twice", Personal(name));
        let (ada, bob) = (reason("ada"), reason("bob"));
        let entries = [("no address", true), (&*ada, false), (&*bob, true)];
        let groups = groups(
            entries
                .into_iter()
                .map(|(reason, is_new)| (reason, is_new, Value::from(()))),
        );
        let shown: Vec<(&str, usize, usize)> = groups
            .iter()
            .map(|group| (&*group.reason, group.count, group.new))
            .collect();
        assert_eq!(shown, [("the name … is taken twice", 2, 1), ("no address", 1, 1)]);
        assert_eq!(groups[0].entries[1].reason, Some(bob));
        assert_eq!(groups[1].entries[0].reason, None);
    }
}
