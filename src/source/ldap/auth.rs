//! `auth`: tests whether a person can sign in. It is a diagnosis, not a service: it finds the entry as programs do
//! that use this directory for sign-in, and binds as that entry.

use std::time::Duration;

use ldap3::ldap_escape;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::entry::Entry;
use super::failure::Failure;
use super::hints::login_hint;
use super::search::Search;
use super::{LdapSource, bind};
use crate::config::{LdapAuthentication, LdapSettings};
use crate::http::Secrets;
use crate::model::counted;
use crate::model::{Diagnosis, Personal};

/// The entry of a person, and the server where it was found.
#[derive(Debug)]
pub struct FoundEntry {
    dn: String,
    server: Url,
}

/// Why no entry was found: each step up to the one that failed.
#[derive(Debug)]
pub struct NotFound {
    /// The last step is a problem.
    pub steps: Vec<Diagnosis>,
    /// The directory has answered, and the answer is not exactly one person.
    pub is_answer: bool,
}

impl LdapSource {
    /// Finds the only entry with a name, and reports each step.
    ///
    /// # Errors
    /// [`NotFound`] unless the directory shows exactly one entry and refers to no other server.
    pub async fn find_person(&self, name: &str) -> Result<(FoundEntry, Vec<Diagnosis>), NotFound> {
        let mut steps = Vec::new();
        let unasked = |failure: Failure, step: &str, mut steps: Vec<Diagnosis>| {
            steps.push(self.problem(step, failure));
            NotFound {
                steps,
                is_answer: false,
            }
        };
        let filter = match self.filter(name) {
            Ok(filter) => filter,
            Err(failure) => return Err(unasked(failure, "filter", steps)),
        };
        let settings = LdapSettings {
            user_filter: filter,
            ..self.settings_of_auth()
        };
        let opened = bind::open(&settings, self.trust.as_ref(), &self.secrets).await;
        let mut connection = match opened {
            Ok(connection) => connection,
            Err(failure) => return Err(unasked(failure, "connection and bind", steps)),
        };
        steps.push(self.works("connection and bind", connection.shown()));
        // Requests only the name of the entry (RFC 4511, 4.5.1.8).
        let attributes = ["1.1".to_owned()];
        let mut entries = Vec::new();
        let mut search = Search::new(&settings, &attributes).forgetful();
        let searched = search
            .run(&mut connection, &mut |tag| {
                if entries.len() < MOST {
                    entries.push(Entry::parse(tag));
                }
            })
            .await;
        let (count, server) = (search.entries, connection.url.clone());
        let elsewhere = self.elsewhere(&connection);
        connection.close().await;
        if let Err(failure) = searched {
            return Err(unasked(failure, "search", steps));
        }
        match self.only(&entries, count, &elsewhere, &settings.user_filter) {
            Ok(dn) => {
                steps.push(self.works("search", format!("found `{}`", Personal(&dn))));
                Ok((FoundEntry { dn, server }, steps))
            }
            Err(failure) => Err(NotFound {
                is_answer: true,
                ..unasked(failure, "search", steps)
            }),
        }
    }

    /// The DN of the only entry.
    fn only(
        &self,
        entries: &[Option<Entry>],
        count: usize,
        elsewhere: &[String],
        filter: &str,
    ) -> Result<String, Failure> {
        if let Some(hint) = elsewhere.first() {
            let what = format!("the person may be on another server: {hint}");
            return Err(
                Failure::new(what).hint("ask that server, or name the reference in `expected_references`")
            );
        }
        let base = &self.settings.base_dn;
        match entries {
            [] => Err(Failure::new(format!("no entry below `{base}` matches {filter}"))
                .hint("check the name, `base_dn`, and what `authentication` looks for; the account in `bind_dn` must see the entry")),
            [Some(entry)] => match std::str::from_utf8(entry.dn()) {
                Ok(dn) if !dn.is_empty() => Ok(dn.to_owned()),
                _ => Err(Failure::new("the entry has a name that cannot be used to bind")),
            },
            [None] => Err(Failure::new("the server sent something that is not an entry")),
            several => {
                let named: Vec<String> = several.iter().flatten().map(Entry::dn_text).collect();
                let what = format!("{} match {filter}: `{}`", counted(count, "entry"), named.join("`, `"));
                Err(Failure::new(what).hint("it is unknown which of them is meant; narrow the filter of `authentication`"))
            }
        }
    }

    /// Binds as the entry, at the server where it was found.
    pub async fn try_password(&self, found: &FoundEntry, password: &SecretString) -> Diagnosis {
        // A bind with an empty password is anonymous and succeeds for any name (RFC 4513, 5.1.2).
        if password.expose_secret().is_empty() {
            let failure = Failure::new(
                "it is empty, and servers treat that as an anonymous bind, which succeeds for any name",
            );
            return self.problem("password", failure.hint("type the person's password"));
        }
        let settings = LdapSettings {
            urls: vec![found.server.clone()],
            bind_dn: found.dn.clone(),
            bind_password: password.clone(),
            bind_external: false,
            ..self.settings_of_auth()
        };
        let secrets = Secrets::of([password, &self.settings.bind_password]);
        match bind::open(&settings, self.trust.as_ref(), &secrets).await {
            Ok(connection) => {
                connection.close().await;
                let seen = format!("the directory accepts it for `{}`", Personal(&found.dn));
                self.works("password", seen)
            }
            Err(failure) => {
                let hint = login_hint(&failure.what);
                let failure = Failure {
                    hint: hint.or(failure.hint),
                    ..failure
                };
                let failure = failure.without(&secrets);
                Diagnosis::problem(self.subject("password"), failure.what, failure.hint)
            }
        }
    }

    /// The connection settings, limited to the time that a sign-in may take.
    fn settings_of_auth(&self) -> LdapSettings {
        let timeout: Duration = self
            .settings
            .authentication
            .timeout
            .unwrap_or(self.settings.timeout);
        LdapSettings {
            timeout,
            ..self.settings.clone()
        }
    }

    fn filter(&self, name: &str) -> Result<String, Failure> {
        if name.trim().is_empty() {
            return Err(Failure::new("the name is empty").hint("give the name that the person types"));
        }
        let name = ldap_escape(name);
        let LdapAuthentication {
            attribute, template, ..
        } = &self.settings.authentication;
        match (template, attribute) {
            (Some(template), _) => Ok(template.replace("%s", &name)),
            (None, Some(attribute)) => Ok(format!("(&{}({attribute}={name}))", self.settings.user_filter)),
            (None, None) => {
                let keys = format!("sources.{}.authentication", self.name);
                let what = format!("`{keys}` does not say how people are found");
                let hint = format!(
                    "set `{keys}.username_attribute`, such as `mail`, or `{keys}.username_filter_template`"
                );
                Err(Failure::new(what).hint(hint))
            }
        }
    }
}

/// How many entries a message names.
const MOST: usize = 5;
