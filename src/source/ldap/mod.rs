//! People from LDAP or Active Directory: connects, binds, searches in pages, and parses each entry.

mod auth;
mod canonical;
mod check;
mod connection;
mod entry;
mod failure;
mod group_objects;
mod hints;
mod person;
mod read;
mod read_state;
mod refinement;
mod role_groups;
mod statistics;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use self::auth::{FoundEntry, NotFound};
pub(super) use self::canonical::text as canonical_id;
use self::connection::connect::Connection;
use self::connection::dial::Protection;
use self::connection::tls::Trust;
use self::connection::{ber, bind, connect};
use self::failure::Failure;
use self::group_objects::GroupObjects;
use self::person::People;
use self::read::search::Search;
use self::read::{limits, range, search};
use self::read_state::ReadState;
use self::role_groups::members;
use super::mapping::hides_people;
use super::{Ids, Record, Source, SourceError};
use crate::config::{ActiveRule, LdapActive, LdapAttributes, LdapSettings};
use crate::http::Secrets;
use crate::model::{Catalog, Diagnosis, Roles, TypeId};
use crate::transform::Transformation;

#[derive(Debug)]
pub struct LdapSource {
    name: Arc<str>,
    settings: LdapSettings,
    trust: Option<Trust>,
    people: People,
    /// Groups to be created at the target.
    groups: Option<GroupObjects>,
    attributes: Vec<String>,
    /// Secrets that a server may repeat.
    secrets: Secrets,
    /// Roles of all people, unless rules give roles.
    roles: Roles,
}

impl LdapSource {
    /// Builds a source for the configured directory.
    ///
    /// # Errors
    /// [`SourceError`] if a certificate or key cannot be used.
    pub fn new(
        name: &Arc<str>,
        settings: &LdapSettings,
        catalog: &Catalog,
        roles: &Roles,
    ) -> Result<Self, SourceError> {
        let trust = trust(settings).map_err(|failure| error(name, failure))?;
        Ok(Self {
            name: name.clone(),
            settings: settings.clone(),
            trust,
            secrets: Secrets::of([&settings.bind_password]),
            roles: roles.clone(),
            people: People::new(name, settings, catalog.users(), roles),
            groups: GroupObjects::new(name, settings, catalog),
            attributes: requested(settings),
        })
    }

    /// Reads the people; with `groups` also the groups.
    async fn read_entries(
        &self,
        mut search: Search<'_>,
        groups: Option<&GroupObjects>,
        each: &mut dyn FnMut(Record),
    ) -> Result<(), Failure> {
        let mut connection = bind::open(&self.settings, self.trust.as_ref(), &self.secrets).await?;
        tracing::debug!(source = &*self.name, server = connection.shown(), "reading");
        each(Record::Server(connection.shown()));
        if let Some(end) = self.trust.as_ref().and_then(Trust::expires) {
            each(Record::CertificateEnds(end.as_second()));
        }
        // Before the people: a person who joins a group in the meantime gets the role in the next run.
        let members = role_groups::read(&mut connection, &self.settings, &self.roles).await?;
        let mut tally = ReadState::at(now()).among(members);
        if let Some(groups) = groups {
            let mut directory = groups.before(&mut connection, &self.settings).await?;
            directory.hides_people = self.hides_people().is_some();
            tally.directory = Some(directory);
        }
        self.read_people(&mut connection, &mut search, &mut tally, each)
            .await?;
        if let Some((groups, directory)) = groups.zip(tally.directory.take()) {
            groups
                .read(&mut connection, &self.settings, directory, each)
                .await?;
        }
        role_groups::refuse_renamed(&mut connection, &self.settings, &self.roles, tally.members()).await?;
        let mut hidden = self.elsewhere(&connection);
        hidden.extend(self.hides_people());
        connection.close().await;
        role_groups::refuse_empty(tally.members())?;
        self.people.close(&tally, &self.settings.base_dn, each);
        self.people.not_all(hidden, &self.settings.base_dn, each);
        Ok(())
    }

    /// Reads all people, within the time limit of the whole read.
    async fn read_within(
        &self,
        search: Search<'_>,
        groups: Option<&GroupObjects>,
        each: &mut dyn FnMut(Record),
    ) -> Result<(), SourceError> {
        let read = self.read_entries(search, groups, each);
        let outcome = match self.settings.deadline {
            None => read.await,
            Some(deadline) => tokio::time::timeout(deadline, read)
                .await
                .unwrap_or_else(|_| Err(too_long(deadline))),
        };
        outcome.map_err(|failure| error(&self.name, failure.without(&self.secrets)))
    }

    /// References to other servers, as warnings.
    fn elsewhere(&self, connection: &Connection) -> Vec<String> {
        let warning = connection.references.warnings().into_iter();
        warning
            .map(|warning| self.secrets.mask(&warning).into_owned())
            .collect()
    }

    /// Why people may be missing although they exist: a filter that tests lockouts hides them for an hour.
    fn hides_people(&self) -> Option<String> {
        hides_people(&self.settings.user_filter).map(|name| {
            format!(
                "`user_filter` asks for `{name}`: people who are locked out or have an expired password are not found for a while, so no person counts as absent; remove it from the filter"
            )
        })
    }

    /// Reads all people, with incomplete attributes completed where needed.
    async fn read_people(
        &self,
        connection: &mut Connection,
        search: &mut Search<'_>,
        tally: &mut ReadState,
        each: &mut dyn FnMut(Record),
    ) -> Result<(), Failure> {
        search
            .run(connection, &mut |entry| self.people.read(entry, tally, each))
            .await?;
        for mut entry in tally.incomplete() {
            range::complete_all(connection, &self.settings, &mut entry, self.people.whole()).await?;
            self.people.take(&entry, tally, each);
        }
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

    fn proves_absence(&self, resource: TypeId) -> bool {
        let is_of_groups = |groups: &GroupObjects| groups.resource() == resource;
        resource == TypeId::default() || self.groups.as_ref().is_some_and(is_of_groups)
    }

    fn ids(&self, resource: TypeId) -> Ids {
        match &self.groups {
            Some(groups) if groups.resource() == resource => groups.ids(),
            _ => self.people.ids(),
        }
    }

    async fn read(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        let search = Search::new(&self.settings, &self.attributes);
        self.read_within(search, self.groups.as_ref(), each).await
    }

    async fn read_to_count(&self, each: &mut dyn FnMut(Record)) -> Result<(), SourceError> {
        let search = Search::new(&self.settings, &self.attributes).forgetful();
        self.read_within(search, None, each).await
    }

    async fn check(&self) -> Vec<Diagnosis> {
        self.diagnose().await
    }
}

fn too_long(deadline: Duration) -> Failure {
    Failure::new(format!("the read took longer than {deadline:?}"))
        .hint("raise `deadline` of this source, or narrow `user_filter`")
}

/// Loaded if an address needs TLS, and also if files are configured, so that a wrong file is noticed early.
fn trust(settings: &LdapSettings) -> Result<Option<Trust>, Failure> {
    let tls = &settings.tls;
    let encrypts = |url| Protection::of(url, settings) != Protection::Plain;
    let names_files = [&tls.server_certificate, &tls.client_certificate, &tls.client_key];
    if settings.urls.iter().any(encrypts) || names_files.iter().any(|file| file.is_some()) {
        return Trust::load(tls).map(Some);
    }
    Ok(None)
}

/// The mapped attributes by name, so that operational ones such as `entryUUID` are sent too; and all others unless
/// the attributes are filtered. `requested_attributes` replaces both.
fn requested(settings: &LdapSettings) -> Vec<String> {
    let listed = settings.search.attributes.as_deref();
    let mut names: Vec<String> = listed.unwrap_or_default().to_vec();
    let groups: &[&str] = if settings.entitlements.is_empty() && settings.groups.is_none() {
        &[]
    } else {
        &members::ASKED_OF_PEOPLE
    };
    let read = settings.transform.iter().flat_map(Transformation::reads);
    let used = mapped(&settings.attributes).into_iter().chain(read);
    for name in used.filter(|_| listed.is_none()).chain(groups.iter().copied()) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    if listed.is_none() && !settings.use_attribute_filter {
        names.insert(0, "*".to_owned());
    }
    names
}

/// All attributes that are read; some more than once.
fn mapped(attributes: &LdapAttributes) -> Vec<&str> {
    let LdapAttributes {
        texts,
        user_id,
        active,
        last_modified,
    } = attributes;
    let made = texts.iter().flat_map(|(_, rule)| rule.attributes());
    let mut names: Vec<&str> = made.collect();
    names.push(&user_id.name);
    match active {
        LdapActive::Status { attribute, .. } => names.push(&attribute.name),
        LdapActive::Rules(rules) => names.extend(rules.iter().flat_map(ActiveRule::attributes)),
        LdapActive::Always => {}
    }
    names.extend(last_modified.as_ref().map(|attribute| &*attribute.name));
    names
}

/// In seconds since 1970. Determined once per read, so that the same time applies to all people.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

fn error(name: &Arc<str>, failure: Failure) -> SourceError {
    SourceError::new(name, failure.what, failure.hint)
}

#[cfg(test)]
mod tests;
