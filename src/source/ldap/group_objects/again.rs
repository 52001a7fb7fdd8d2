//! Second reads: values that the server kept back, and names that may have changed in the meantime.

use std::collections::HashSet;

use ldap3::asn1::StructureTag;

use super::GroupObjects;
use super::draft::Draft;
use super::names::Directory;
use super::requested::ASKED;
use crate::config::{Dn, LdapSettings};
use crate::source::ldap::connect::Connection;
use crate::source::ldap::entry::{self, Entry};
use crate::source::ldap::failure::Failure;
use crate::source::ldap::range;
use crate::source::ldap::read::one_entry::read_entry;
use crate::source::ldap::search::Search;

/// Key of the attribute that Active Directory changes with each change of an entry.
const VERSION: &str = "usnchanged";

/// How often a changing group is read.
const READS: usize = 3;

impl GroupObjects {
    /// The entry with all values that the server kept back, all of one state of the group.
    pub(super) async fn complete(
        &self,
        connection: &mut Connection,
        settings: &LdapSettings,
        mut entry: Entry,
    ) -> Result<Entry, Failure> {
        let name = entry.dn_text();
        let version = |entry: &Entry| entry.values(VERSION).next().map(<[u8]>::to_vec);
        let attributes: Vec<&str> = self.attributes.iter().map(String::as_str).collect();
        for _ in 0..READS {
            let before = version(&entry);
            range::complete_all(connection, settings, &mut entry, &self.whole).await?;
            let after = read_entry(connection, settings, &name, &[ASKED[1]]).await?;
            if after.is_some_and(|after| version(&after) == before) {
                return Ok(entry);
            }
            tracing::info!(
                group = name,
                "the group changed while it was read; reading it again"
            );
            match read_entry(connection, settings, &name, &attributes).await? {
                Some(again) => entry = again,
                None => break,
            }
        }
        Ok(entry)
    }

    /// The numbers of the unresolved DNs that an object has by now.
    pub(super) async fn names_met_later(
        &self,
        connection: &mut Connection,
        settings: &LdapSettings,
        drafts: &[Draft],
        directory: &Directory,
    ) -> Result<HashSet<u128>, Failure> {
        let open = drafts.iter().flat_map(|draft| &draft.open);
        let open: Vec<&Dn> = open.filter(|dn| directory.group(dn).is_none()).collect();
        let numbers: HashSet<u128> = open.iter().map(|dn| directory.number(dn)).collect();
        let is_below = |base: &str| {
            let base = Dn::parse(base.as_bytes());
            base.is_none_or(|base| open.iter().any(|dn| dn.is_within(&base)))
        };
        let mut met = HashSet::new();
        let mut each = |tag: StructureTag| {
            let dn = entry::name(&tag).and_then(Dn::parse);
            let number = dn.map(|dn| directory.number(&dn));
            met.extend(number.filter(|number| numbers.contains(number)));
        };
        let names = ["1.1".to_owned()];
        if !open.is_empty() && is_below(&settings.base_dn) {
            Search::new(settings, &names).run(connection, &mut each).await?;
        }
        if !open.is_empty() && is_below(&self.settings.base_dn) {
            self.search(settings, &names).run(connection, &mut each).await?;
        }
        Ok(met)
    }
}
