//! People from LDAP or Active Directory: connect, bind, search in pages, take each entry apart.

mod connect;
mod entry;
mod failure;
mod paging;
mod person;
mod search;
mod status;
mod tls;

use std::sync::Arc;

use self::connect::{Connection, Protection};
use self::failure::Failure;
use self::person::{People, Tally};
use self::search::{Extent, Search};
use self::tls::Trust;
use super::mapping::Mapping;
use super::merge::{Collected, counted};
use super::{Record, Source, SourceError};
use crate::config::{LdapAttributes, LdapSettings};
use crate::model::Finding;

/// One directory.
#[derive(Debug)]
pub struct LdapSource {
    name: Arc<str>,
    settings: LdapSettings,
    trust: Option<Trust>,
    people: People,
    attributes: Vec<String>,
}

impl LdapSource {
    /// A source that reads the configured directory.
    ///
    /// # Errors
    /// [`SourceError`] when a certificate or key cannot be used.
    pub fn new(name: &Arc<str>, settings: &LdapSettings, mapping: Mapping) -> Result<Self, SourceError> {
        let trust = trust(settings).map_err(|failure| error(name, failure))?;
        Ok(Self {
            name: name.clone(),
            settings: settings.clone(),
            trust,
            people: People::new(name, &settings.attributes, mapping),
            attributes: requested(settings),
        })
    }

    async fn read_all(&self, each: &mut dyn FnMut(Record)) -> Result<(), Failure> {
        let mut connection = connect::open(&self.settings, self.trust.as_ref()).await?;
        let mut search = Search::new(&self.settings, &self.attributes);
        let mut tally = Tally::default();
        search
            .run(&mut connection, Extent::All, &mut |entry| {
                self.people.read(entry, &mut tally, each);
            })
            .await?;
        connection.close().await;
        self.people.close(&tally, &self.settings.base_dn, each);
        Ok(())
    }
}

impl Source for LdapSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &'static str {
        "ldap"
    }

    fn proves_absence(&self) -> bool {
        true
    }

    async fn read(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        let read = self.read_all(each);
        let outcome = match self.settings.deadline {
            None => read.await,
            Some(deadline) => tokio::time::timeout(deadline, read).await.unwrap_or_else(|_| {
                Err(Failure::new(format!("the read took longer than {deadline:?}"))
                    .hint("raise `deadline`, or narrow `user_filter`"))
            }),
        };
        outcome.map_err(|failure| error(&self.name, failure))
    }

    async fn check(&self) -> Vec<Finding> {
        let opened = connect::open(&self.settings, self.trust.as_ref()).await;
        let mut connection = match opened {
            Ok(connection) => connection,
            Err(failure) => return vec![self.problem("connection and bind", failure)],
        };
        let bound = Finding::ok(self.subject("connection and bind"), connection.shown());
        let mut findings = vec![bound];
        findings.extend(self.check_first_page(&mut connection).await);
        connection.close().await;
        findings
    }
}

impl LdapSource {
    async fn check_first_page(&self, connection: &mut Connection) -> Vec<Finding> {
        let mut search = Search::new(&self.settings, &self.attributes);
        let mut tally = Tally::default();
        let mut records = Collected::new(&self.name, self.kind());
        let mut each = |record| records.push(record);
        let mut entry = |entry| self.people.read(entry, &mut tally, &mut each);
        let read = search.run(connection, Extent::FirstPage, &mut entry).await;
        match read {
            Err(failure) => vec![self.problem("first page", failure)],
            Ok(()) if search.entries == 0 => {
                let LdapSettings {
                    base_dn, user_filter, ..
                } = &self.settings;
                let nobody = Failure::new(format!("no entry below `{base_dn}` matches `{user_filter}`"));
                let hint = "check `base_dn`, `user_filter` and what this account may read";
                vec![self.problem("first page", nobody.hint(hint))]
            }
            Ok(()) => vec![
                Finding::ok(self.subject("first page"), counted(search.entries, "entry")),
                records.finding(self.subject("entries"), "entry"),
            ],
        }
    }

    fn problem(&self, step: &str, failure: Failure) -> Finding {
        Finding::problem(self.subject(step), failure.what, failure.hint)
    }

    fn subject(&self, step: &str) -> String {
        format!("source `{}`: {step}", self.name)
    }
}

/// Loaded if an address needs TLS, and if files are named: a wrong one is to be known before it is needed.
fn trust(settings: &LdapSettings) -> Result<Option<Trust>, Failure> {
    let tls = &settings.tls;
    let encrypts = |url| Protection::of(url, settings) != Protection::Plain;
    let names_files = [&tls.server_certificate, &tls.client_certificate, &tls.client_key];
    if settings.urls.iter().any(encrypts) || names_files.iter().any(|file| file.is_some()) {
        return Trust::load(tls).map(Some);
    }
    Ok(None)
}

/// The mapped attributes by name, so that operational ones such as `entryUUID` come too; and all others unless they
/// are filtered out.
fn requested(settings: &LdapSettings) -> Vec<String> {
    let LdapAttributes {
        first_name,
        last_name,
        email,
        preferred_username,
        phone,
        user_id,
        status,
        disable_mask: _,
        last_modified,
    } = &settings.attributes;
    let required = [first_name, last_name, email, user_id, status].map(Some);
    let optional = [preferred_username, phone, last_modified].map(Option::as_ref);
    let mut names: Vec<String> = Vec::new();
    for attribute in required.into_iter().chain(optional).flatten() {
        if !names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&attribute.name))
        {
            names.push(attribute.name.clone());
        }
    }
    if !settings.use_attribute_filter {
        names.insert(0, "*".to_owned());
    }
    names
}

fn error(name: &Arc<str>, failure: Failure) -> SourceError {
    SourceError {
        source_name: name.to_string(),
        what: failure.what,
        hint: failure.hint,
    }
}

#[cfg(test)]
mod tests;
