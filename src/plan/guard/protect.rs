//! Accounts that no run may change, whatever the sources contain.

use crate::model::{
    Catalog, Change, Edit, Existing, ExternalId, Plan, Purpose, Schema, Skipped, Value, Write, comparable,
};

/// `guard.protected`: external ids (hex), target ids, login names and addresses, with `*` for any text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protected(Vec<String>);

impl Protected {
    /// Letter case and invisible characters are ignored.
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Self {
        let folded = patterns.into_iter().map(|pattern| comparable(&pattern));
        Self(folded.filter(|pattern| !pattern.is_empty()).collect())
    }

    /// Adds patterns. Returns how many of them are new.
    pub fn extend(&mut self, patterns: &[String]) -> usize {
        let count = self.0.len();
        for pattern in Self::new(patterns.iter().cloned()).0 {
            if !self.0.contains(&pattern) {
                self.0.push(pattern);
            }
        }
        self.0.len() - count
    }

    fn names(&self, text: &str) -> bool {
        let text = comparable(text);
        self.0.iter().any(|pattern| matches(pattern, &text))
    }

    /// An id in hex, or another id that looks the same.
    fn names_id(&self, id: &str) -> bool {
        let looks_like = |hex: &str| Some(comparable(ExternalId::from_hex(hex)?.as_text()?));
        let form = (!self.0.is_empty()).then(|| looks_like(id)).flatten();
        self.names(id)
            || form.is_some_and(|form| {
                self.0
                    .iter()
                    .any(|pattern| looks_like(pattern) == Some(form.clone()))
            })
    }

    /// Returns whether a pattern matches the account's id, external id, login name or address.
    pub(crate) fn covers(&self, account: &Existing, schema: &Schema) -> bool {
        let address = schema
            .name_from_sources()
            .and_then(|name| account.attributes.text(name));
        let texts = [account.target_id.as_str(), account.login(schema)];
        texts.into_iter().chain(address).any(|text| self.names(text))
            || self.names_id(account.id_text(schema))
    }

    /// Returns whether a change concerns a protected account. A new account is not protected yet.
    pub(super) fn covers_change(&self, change: &Change, catalog: &Catalog) -> bool {
        let schema = catalog.schema(change.resource);
        match &change.write {
            Write::Create(_) => false,
            Write::Edit(edit) => self.covers_edit(edit, schema),
            Write::Delete(account) => self.covers(account, schema),
        }
    }

    fn covers_edit(&self, edit: &Edit, schema: &Schema) -> bool {
        let address = schema
            .name_from_sources()
            .and_then(|name| edit.desired.attributes.text(name));
        let names = [Purpose::Address, Purpose::Login].into_iter();
        let former = names
            .filter_map(|purpose| edit.change_of(schema, purpose)?.before.as_ref())
            .map(Value::as_text);
        self.names(edit.target_id.as_str())
            || self.names_id(&edit.desired.id.hex())
            || address.into_iter().chain(former).any(|text| self.names(text))
            || edit
                .before
                .as_ref()
                .is_some_and(|account| self.covers(account, schema))
    }
}

/// Removes the changes of protected accounts from a plan, and lists these accounts as skipped.
pub fn protect(plan: &mut Plan, catalog: &Catalog, protected: &Protected) {
    let (covered, changes): (Vec<_>, Vec<_>) = std::mem::take(&mut plan.changes)
        .into_iter()
        .partition(|change| protected.covers_change(change, catalog));
    plan.changes = changes;
    if covered.is_empty() {
        return;
    }
    let skipped = |change: &Change| {
        Some(Skipped {
            resource: change.resource,
            target_id: change.target_id()?.clone(),
            id: change.id().cloned(),
            reason: "`guard.protected` names it".into(),
            record: None,
            absence: None,
        })
    };
    plan.skipped.extend(covered.iter().filter_map(skipped));
    plan.skipped.sort_by(|a, b| a.target_id.cmp(&b.target_id));
}

/// Both in lower case. `*` is any text, also an empty one.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, fits) in [
            ("ada", "ada", true),
            ("ada", "adam", false),
            ("*@board.example", "ada@board.example", true),
            ("*@board.example", "ada@board.example.org", false),
            ("ada*", "ada", true),
            ("a*d*a", "abcdefa", true),
            ("a*d*a", "abcdef", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("**", "x", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
