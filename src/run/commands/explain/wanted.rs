//! The records and accounts that a text may mean.

use std::io;

use super::owners::{keep_new, owners};
use crate::config::same_entry;
use crate::exit::Exit;
use crate::model::{
    Attributes, Catalog, DesiredState, Existing, ExternalId, Personal, Plan, Purpose, Schema, TypeId, alike,
};
use crate::names::Names;
use crate::report::full_name;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::source::{self, Hits};

/// The records and accounts that a text may mean.
pub(super) struct Wanted<'a> {
    text: &'a str,
    names: &'a Names,
    /// Records by resource type, in the order of the sources' state.
    pub(super) hits: Vec<(TypeId, Hits)>,
    /// External ids of those records.
    pub(super) ids: Vec<(TypeId, ExternalId)>,
    /// Login names and addresses of those records.
    logins: Vec<String>,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(text: &'a str, names: &'a Names) -> Self {
        Self {
            text,
            names,
            hits: Vec::new(),
            ids: Vec::new(),
            logins: Vec::new(),
        }
    }

    /// Finds records that the text names, or whose hash it is.
    pub(super) fn find_records(&mut self, desired: &[DesiredState], catalog: &Catalog) {
        for of_type in desired {
            let schema = catalog.schema(of_type.resource);
            let mut hits = source::find(of_type, schema, self.text);
            if self.text.starts_with('#') {
                self.add_hashed(of_type, schema, &mut hits);
            }
            self.learn(of_type, schema, &hits);
            self.hits.push((of_type.resource, hits));
        }
    }

    /// Finds the records of accounts too: those with an id of the account, or with the id for which the plan changes
    /// it; without one, those with its login name or address.
    pub(super) fn follow(
        &mut self,
        accounts: &[Existing],
        plan: &Plan,
        desired: &[DesiredState],
        catalog: &Catalog,
    ) {
        for (index, of_type) in desired.iter().enumerate() {
            let schema = catalog.schema(of_type.resource);
            let accounts = accounts
                .iter()
                .filter(|account| account.resource == of_type.resource);
            let mut more = Hits::default();
            for account in accounts {
                let found = owners(account, plan, of_type, schema);
                more.people.extend(found.people);
                more.rejected.extend(found.rejected);
            }
            let hits = &mut self.hits[index].1;
            keep_new(&mut more.people, &hits.people);
            keep_new(&mut more.rejected, &hits.rejected);
            hits.people.extend(&more.people);
            hits.rejected.extend(&more.rejected);
            self.learn(of_type, schema, &more);
        }
    }

    /// Adds ids, login names and addresses of records.
    fn learn(&mut self, of_type: &DesiredState, schema: &Schema, hits: &Hits) {
        for index in &hits.people {
            let person = &of_type.objects[*index];
            self.ids.push((of_type.resource, person.id.clone()));
            let names = [Purpose::Login, Purpose::Address].into_iter();
            let names = names.filter_map(|purpose| person.attributes.text_of(schema, purpose));
            self.logins.extend(names.map(str::to_owned));
        }
        for index in &hits.rejected {
            let rejected = &of_type.rejected[*index];
            self.ids
                .extend(rejected.id.clone().map(|id| (of_type.resource, id)));
            self.logins
                .extend(rejected.claims.addresses.iter().map(ToString::to_string));
        }
        let leavers = hits.leavers.iter().map(|index| &of_type.leavers[*index].email);
        self.logins.extend(leavers.map(ToString::to_string));
    }

    fn add_hashed(&self, of_type: &DesiredState, schema: &Schema, hits: &mut Hits) {
        let add = |indexes: &mut Vec<usize>, index: usize| {
            if !indexes.contains(&index) {
                indexes.push(index);
            }
        };
        for (index, person) in of_type.objects.iter().enumerate() {
            if self.is_hash_of_id(&person.id)
                || self.is_hash_of(&person.origin.at)
                || self.is_hash_of_name(&person.attributes, schema)
            {
                add(&mut hits.people, index);
            }
        }
        for (index, rejected) in of_type.rejected.iter().enumerate() {
            let of_id = rejected.id.as_ref().is_some_and(|id| self.is_hash_of_id(id));
            if of_id || self.is_hash_of(&rejected.at.at) {
                add(&mut hits.rejected, index);
            }
        }
    }

    fn is_hash_of_id(&self, id: &ExternalId) -> bool {
        self.is_hash_of(&id.hex()) || id.as_text().is_some_and(|text| self.is_hash_of(text))
    }

    /// Returns whether the text is the hash of a login name, an address, a first or last name, or both names.
    fn is_hash_of_name(&self, attributes: &Attributes, schema: &Schema) -> bool {
        let is_name = |purpose: Purpose| matches!(purpose, Purpose::Login | Purpose::Address | Purpose::Name);
        let mut names = attributes
            .iter()
            .filter(|(index, _)| is_name(schema.purpose(*index)));
        names.any(|(_, value)| self.is_hash_of(value.as_text()))
            || full_name(attributes, schema).is_some_and(|name| self.is_hash_of(&name))
    }

    fn is_hash_of(&self, text: &str) -> bool {
        self.text.starts_with('#') && self.names.hash(text) == self.text
    }

    pub(super) fn has_records(&self) -> bool {
        let mut hits = self.hits.iter().map(|(_, hits)| hits);
        hits.any(|hits| !(hits.people.is_empty() && hits.rejected.is_empty() && hits.leavers.is_empty()))
    }

    /// Returns whether the account matches, or may belong to a matching record.
    pub(super) fn fits(&self, account: &Existing, catalog: &Catalog) -> bool {
        let schema = catalog.schema(account.resource);
        let address = account.attributes.text_of(schema, Purpose::Address);
        let mut names = [Some(account.login(schema)), address]
            .into_iter()
            .flatten()
            .filter(|name| !name.is_empty());
        let is_theirs = |id: &ExternalId| {
            let mut ids = self.ids.iter();
            ids.any(|(resource, wanted)| *resource == account.resource && wanted == id)
        };
        let is_id = |id: &ExternalId| {
            id.hex().eq_ignore_ascii_case(self.text)
                || id.as_text().is_some_and(|text| alike(text, self.text))
                || self.is_hash_of_id(id)
        };
        account.target_id.as_str() == self.text
            || self.is_hash_of(account.target_id.as_str())
            || (self.text.starts_with('#') && self.is_hash_of_name(&account.attributes, schema))
            || account.ids().any(|id| is_theirs(id) || is_id(id))
            || names.any(|name| alike(name, self.text) || self.logins.iter().any(|login| alike(name, login)))
    }

    /// Returns whether the text is this name of an entry, in any spelling, or its hash.
    pub(super) fn names_entry(&self, name: &str) -> bool {
        same_entry(self.text, name) || self.is_hash_of(name)
    }

    /// What connects an account with those records, or with the text.
    pub(super) fn tie(&self, account: &Existing, catalog: &Catalog) -> &'static str {
        let ids: Vec<&ExternalId> = self.ids.iter().map(|(_, id)| id).collect();
        let schema = catalog.schema(account.resource);
        let login = account.login(schema);
        if account.id.as_ref().is_some_and(|id| ids.contains(&id)) {
            "it has the external id of the record"
        } else if account.claims.iter().any(|id| ids.contains(&id)) {
            "it has an id that an older tool stored for this record"
        } else if self.logins.iter().any(|name| alike(name, login)) {
            "it has the login name of the record"
        } else if self.has_records() {
            "it has the address of the record, or was named itself"
        } else {
            "it was asked for"
        }
    }
}

/// Reports that the text matches no record and no account.
pub(super) fn unknown(who: &str, request: Request<'_>, process: &mut Process<'_>) -> io::Result<Exit> {
    let hint = format!(
        "name an account id, a hash from an earlier output, or an {}",
        source::NAMES
    );
    let what = format!(
        "`explain {}`: there is no such record and no such account",
        Personal(who)
    );
    process
        .messages(request.global.log_format)
        .error(&what, Some(&hint))?;
    Ok(Exit::Incomplete)
}
