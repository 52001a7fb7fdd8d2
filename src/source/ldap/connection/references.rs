//! References to other servers. They mean that the read is not complete. Pure.

use std::collections::BTreeMap;

use ldap3::asn1::{PL, StructureTag};

use crate::config::{Dn, ExpectedReference, ReferenceUrl};
use crate::model::counted;
use crate::source::ldap::failure::Failure;

/// No directory refers to so many servers, but one that sends nothing else must not fill the memory.
const MOST: usize = 10_000;
/// Bytes of all addresses together.
const LONGEST: usize = 1_000_000;
/// How many are named in warnings.
const NAMED: usize = 10;

/// The references that one connection has received.
#[derive(Debug, Default)]
pub(in crate::source::ldap) struct References {
    expected: Vec<ExpectedReference>,
    met: usize,
    bytes: usize,
    /// References that may lead to people: all addresses as the server wrote them, and the DNs in them.
    foreign: BTreeMap<String, Vec<Dn>>,
}

impl References {
    pub(in crate::source::ldap) fn new(expected: &[ExpectedReference]) -> Self {
        Self {
            expected: expected.to_vec(),
            ..Self::default()
        }
    }

    /// Adds a reference that was sent instead of an entry.
    ///
    /// # Errors
    /// [`Failure`] if there are more than any directory has.
    pub(in crate::source::ldap) fn add(&mut self, reference: &StructureTag) -> Result<(), Failure> {
        let urls = match &reference.payload {
            PL::C(urls) => urls.iter().filter_map(text).collect(),
            PL::P(_) => Vec::new(),
        };
        self.take(&urls)
    }

    /// Adds the addresses of one reference, each of which leads to the same part.
    pub(in crate::source::ldap) fn take(&mut self, urls: &[String]) -> Result<(), Failure> {
        self.met += 1;
        self.bytes += urls.iter().map(String::len).sum::<usize>();
        if self.met > MOST || self.bytes > LONGEST {
            let what = format!(
                "the server sends more than {MOST} references to other servers, or longer ones than any has"
            );
            return Err(Failure::new(what)
                .hint("look at the server that is named in `url`: no directory has so many"));
        }
        let parsed: Vec<Option<ReferenceUrl>> = urls.iter().map(|url| ReferenceUrl::parse(url)).collect();
        let is_harmless = |url: &Option<ReferenceUrl>| {
            url.as_ref().is_some_and(|url| {
                url.is_own_partition() || self.expected.iter().any(|one| url.is_expected(one))
            })
        };
        // Every address has to be expected, because it is not known which of them is correct.
        if !parsed.is_empty() && parsed.iter().all(is_harmless) {
            return Ok(());
        }
        let text = match urls {
            [] => "nowhere".to_owned(),
            urls => urls.join(" or "),
        };
        let names = parsed.into_iter().flatten().map(|url| url.name);
        self.foreign.insert(text, names.collect());
        Ok(())
    }

    pub(in crate::source::ldap) fn met(&self) -> usize {
        self.met
    }

    /// Returns whether the entry with this DN may be on another server.
    pub(in crate::source::ldap) fn may_hold(&self, name: &Dn) -> bool {
        let mut names = self.foreign.values().flatten();
        names.any(|top| top.depth() > 0 && name.is_within(top))
    }

    /// What they mean for the read, one text for each of the first ones; empty if none of them leads to people.
    pub(in crate::source::ldap) fn warnings(&self) -> Vec<String> {
        let named = self.foreign.keys().take(NAMED).map(|addresses| {
            format!(
                "the server refers to another one, {addresses}: people there were not read, so no person counts as \
                 absent; read them with a separate source, or name the reference in `expected_references` if there \
                 are no people of yours"
            )
        });
        let rest = self.foreign.len().saturating_sub(NAMED);
        let rest = (rest > 0).then(|| format!("there are {} more", counted(rest, "reference")));
        named.chain(rest).collect()
    }
}

fn text(url: &StructureTag) -> Option<String> {
    match &url.payload {
        PL::P(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        PL::C(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "ldap://ForestDnsZones.example.org/DC=ForestDnsZones,DC=example,DC=org";
    const BRANCH: &str = "ldap://dc2.example.org/ou=branch,dc=example,dc=org";

    fn warned(expected: &[&str], references: &[&[&str]]) -> usize {
        let expected: Vec<_> = expected
            .iter()
            .map(|one| ExpectedReference::parse(one).unwrap())
            .collect();
        let mut met = References::new(&expected);
        for urls in references {
            let urls: Vec<String> = urls.iter().map(ToString::to_string).collect();
            met.take(&urls).unwrap();
        }
        met.warnings().len()
    }

    #[test]
    fn each_address_of_a_reference_has_to_be_known() {
        assert_eq!(warned(&[], &[&[OWN], &[OWN, OWN]]), 0);
        assert_eq!(warned(&[], &[&[BRANCH]]), 1);
        assert_eq!(warned(&[], &[&[OWN, BRANCH]]), 1);
        assert_eq!(warned(&[], &[&["nonsense"], &[]]), 2);
        assert_eq!(warned(&["dc2.example.org"], &[&[BRANCH], &[OWN, BRANCH]]), 0);
        assert_eq!(
            warned(&["dc2.example.org"], &[&[BRANCH, "ldap://dc3/ou=branch"]]),
            1
        );
    }

    #[test]
    fn one_that_comes_again_is_reported_once_and_of_many_the_first() {
        assert_eq!(warned(&[], &[&[BRANCH], &[BRANCH]]), 1);
        let many: Vec<String> = (0..25).map(|number| format!("ldap://dc{number}/")).collect();
        let mut met = References::default();
        for url in &many {
            met.take(std::slice::from_ref(url)).unwrap();
        }
        let warned = met.warnings();
        assert_eq!(warned.len(), NAMED + 1);
        assert_eq!(warned[NAMED], "there are 15 references more");
    }

    #[test]
    fn there_is_an_end_to_their_number_and_length() {
        let mut met = References::default();
        let one = [OWN.to_owned()];
        assert!((0..MOST).all(|_| met.take(&one).is_ok()));
        assert!(met.take(&one).is_err());
        let long = ["x".repeat(LONGEST), "x".to_owned()];
        assert!(References::default().take(&long[..1]).is_ok());
        assert!(References::default().take(&long).is_err());
    }
}
