//! Reads all results of a search, page by page. An incomplete result is always an error.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use ldap3::asn1::StructureTag;
use ldap3::{LdapResult, Scope};

use super::connect::Connection;
use super::failure::{self, Failure};
use super::paging::{self, Next};
use crate::config::{LdapSettings, SearchScope};
use crate::source::ldap::hints::search_hint;

/// Active Directory may send empty pages, but a server that sends nothing else must not keep the run forever.
const EMPTY_PAGES: usize = 1000;

/// A server that invents ever new entries would fill the memory before the time limit.
const MOST: usize = 5_000_000;

#[derive(Debug)]
pub(in crate::source::ldap) struct Search<'a> {
    settings: &'a LdapSettings,
    base: &'a str,
    scope: SearchScope,
    filter: &'a str,
    /// Requested attributes.
    attributes: &'a [String],
    /// The answering server, for messages.
    server: String,
    /// Entries so far.
    pub(in crate::source::ldap) entries: usize,
    /// References to other servers so far.
    references: usize,
    /// Pages so far, and the duration of the first one.
    pub(in crate::source::ldap) pages: usize,
    pub(in crate::source::ldap) first_page: Duration,
    /// Entries and references of the fullest page.
    pub(in crate::source::ldap) largest_page: usize,
    /// Entries so far; `None` if duplicates are not detected.
    seen: Option<Seen>,
    /// Above this number of entries, the search fails.
    most: usize,
}

impl<'a> Search<'a> {
    /// For people.
    pub(in crate::source::ldap) fn new(settings: &'a LdapSettings, attributes: &'a [String]) -> Self {
        let all = Self::below(&settings.base_dn, &settings.user_filter, settings, attributes);
        all.limited_to(settings.search.scope)
    }

    /// For all matching entries below this DN.
    pub(in crate::source::ldap) fn below(
        base: &'a str,
        filter: &'a str,
        settings: &'a LdapSettings,
        attributes: &'a [String],
    ) -> Self {
        Self {
            settings,
            base,
            scope: SearchScope::Subtree,
            filter,
            attributes,
            server: String::new(),
            entries: 0,
            references: 0,
            pages: 0,
            first_page: Duration::ZERO,
            largest_page: 0,
            seen: Some(Seen::default()),
            most: MOST,
        }
    }

    /// Limits the scope below the base.
    pub(in crate::source::ldap) fn limited_to(self, scope: SearchScope) -> Self {
        Self { scope, ..self }
    }

    /// Does not remember names: memory does not grow with the number of entries, and duplicates are counted twice.
    pub(in crate::source::ldap) fn forgetful(self) -> Self {
        Self { seen: None, ..self }
    }

    /// Passes on each entry as it arrives.
    ///
    /// # Errors
    /// [`Failure`] unless the server confirmed each page and the end of the last one.
    pub(in crate::source::ldap) async fn run(
        &mut self,
        connection: &mut Connection,
        each: &mut dyn FnMut(StructureTag),
    ) -> Result<(), Failure> {
        self.server = connection.shown();
        let mut cookie = Vec::new();
        let mut empty_pages = 0;
        loop {
            let (before, passed_over) = (self.entries, self.references);
            let start = Instant::now();
            let result = self.page(connection, cookie, each).await?;
            self.pages += 1;
            let size = self.entries - before + self.references - passed_over;
            self.largest_page = self.largest_page.max(size);
            if self.pages == 1 {
                self.first_page = start.elapsed();
            }
            let next = match self.settings.page_size {
                Some(_) => paging::next(&result.ctrls),
                None => Next::End,
            };
            cookie = match next {
                Next::End => break,
                Next::Page(cookie) => cookie,
                Next::NoCookie => return Err(self.stopped(NO_COOKIE).hint(NO_COOKIE_HINT)),
            };
            empty_pages = if self.entries == before {
                empty_pages + 1
            } else {
                0
            };
            if empty_pages > EMPTY_PAGES {
                return Err(self.stopped("the server sends one empty page after another"));
            }
        }
        Ok(())
    }

    async fn page(
        &mut self,
        connection: &mut Connection,
        cookie: Vec<u8>,
        each: &mut dyn FnMut(StructureTag),
    ) -> Result<LdapResult, Failure> {
        let limit = self.settings.timeout;
        connection.begin();
        // Both apply to a single operation, so they are set again for each page.
        connection.ldap.with_timeout(limit);
        if let Some(size) = self.settings.page_size.map(NonZeroU32::get) {
            connection.ldap.with_controls(vec![paging::request(size, cookie)]);
        }
        let search =
            connection
                .ldap
                .streaming_search(self.base, scope(self.scope), self.filter, self.attributes);
        let mut stream = match search.await {
            Ok(stream) => stream,
            Err(error) => return Err(self.broken(connection.cause(error, limit).await)),
        };
        loop {
            let next = stream.next().await;
            connection.taken();
            match next {
                Ok(Some(entry)) if entry.is_ref() => {
                    self.references += 1;
                    let taken = connection.references.add(&entry.0);
                    taken.map_err(|failure| self.broken(failure))?;
                }
                Ok(Some(entry)) if entry.is_intermediate() => {}
                Ok(Some(entry)) => self.entry(entry.0, each)?,
                Ok(None) => break,
                Err(error) => return Err(self.broken(connection.cause(error, limit).await)),
            }
        }
        let result = stream.finish().await;
        if result.rc == 0 {
            if !result.refs.is_empty() {
                connection.references.take(&result.refs)?;
            }
            return Ok(result);
        }
        let hint = search_hint(&result, &self.settings.bind_dn);
        Err(self.stopped(&failure::answer(&result)).hint(hint))
    }

    fn entry(&mut self, entry: StructureTag, each: &mut dyn FnMut(StructureTag)) -> Result<(), Failure> {
        self.entries += 1;
        if self.entries > self.most {
            let hint = "look at the server that is named in `url`, or narrow `user_filter`";
            return Err(self.stopped("the server sends entries without end").hint(hint));
        }
        if self.seen.as_mut().is_some_and(|seen| !seen.is_new(&entry)) {
            let what = "the server sent one entry twice, so it may have left out another";
            return Err(self
                .stopped(what)
                .hint("try again; entries may have been moved in the meantime"));
        }
        each(entry);
        Ok(())
    }

    fn stopped(&self, why: &str) -> Failure {
        Failure::new(format!(
            "search below `{}` ({}) for `{}` at {} stopped after {} entries: {why}",
            self.base,
            extent(self.scope),
            self.filter,
            self.server,
            self.entries
        ))
    }

    fn broken(&self, failure: Failure) -> Failure {
        let what = self.stopped(&failure.what).what;
        Failure { what, ..failure }.hint_if_none("try again; look into the log of the server")
    }
}

fn scope(scope: SearchScope) -> Scope {
    match scope {
        SearchScope::Subtree => Scope::Subtree,
        SearchScope::OneLevel => Scope::OneLevel,
        SearchScope::Base => Scope::Base,
    }
}

/// For messages.
fn extent(scope: SearchScope) -> &'static str {
    match scope {
        SearchScope::Subtree => "whole subtree",
        SearchScope::OneLevel => "one level",
        SearchScope::Base => "this entry alone",
    }
}

const NO_COOKIE: &str = "the server did not say whether this was the last page";
const NO_COOKIE_HINT: &str = "if it cannot page, set `page_size: 0`";

/// Names of entries as hashes, because a million names must not fill the memory. If two of them are equal by chance
/// (one in 10^7 runs of that size), the run only fails and can be repeated.
#[derive(Debug, Default)]
struct Seen {
    hashes: HashSet<u64>,
    state: RandomState,
}

impl Seen {
    /// An entry with an unreadable name counts as new. It is rejected later.
    fn is_new(&mut self, entry: &StructureTag) -> bool {
        match super::entry::name(entry) {
            Some(name) => self.hashes.insert(self.state.hash_one(name)),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{entry, settings};
    use super::*;

    /// Invented entries do not fill the memory, whether they differ or their names are not remembered.
    #[test]
    fn a_server_that_makes_up_entries_is_left() {
        let settings = settings();
        let mut search = Search::new(&settings, &[]).forgetful();
        assert_eq!(search.most, 5_000_000);
        search.most = 3;
        let mut taken = 0;
        for _ in 0..3 {
            search.entry(entry(&[]), &mut |_| taken += 1).unwrap();
        }
        let failure = search.entry(entry(&[]), &mut |_| taken += 1).unwrap_err();
        assert!(
            failure
                .what
                .ends_with("stopped after 4 entries: the server sends entries without end"),
            "{}",
            failure.what
        );
        assert_eq!(taken, 3);
    }
}
