//! The mail domains of the server. It refuses mail addresses in other domains.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::client::{Call, Kind, Path};
use super::super::state::UdmTarget;
use super::super::wire::Object;
use super::check::{problem, subject, works};
use crate::model::{Desired, DesiredState, Diagnosis, Value};
use crate::target::TargetError;

/// Properties whose addresses must be in a domain of the server.
const OF_USERS: [&str; 2] = ["mailPrimaryAddress", "mailAlternativeAddress"];

/// How many domains a message names.
const MOST_NAMES: usize = 10;

impl UdmTarget {
    pub(super) fn has_addresses(&self) -> bool {
        let properties = &self.settings.users.properties;
        properties.iter().any(|name| OF_USERS.contains(&name.as_str()))
    }

    pub(super) async fn check_mail_domains(&self, base: &str) -> Diagnosis {
        match self.mail_domains(base).await {
            Err(error) => problem("mail domains", &error),
            Ok(names) if names.is_empty() => Diagnosis::fault(
                subject("mail domains"),
                "there are none, so no user can have a primary mail address",
                Some("add a mail domain (`mail/domain`), or take the mail addresses out of `udm.users.properties`".to_owned()),
            ),
            Ok(names) => works(
                "mail domains",
                names.into_iter().collect::<Vec<_>>().join(", "),
            ),
        }
    }

    /// Checks that the server has the domains of all addresses in the sources.
    pub(in crate::target::udm) async fn check_addresses(
        &self,
        desired: &[DesiredState],
    ) -> Option<Diagnosis> {
        let people = desired.first().filter(|_| self.has_addresses())?;
        let used = self.domains_of(&people.objects);
        let known = match self.base().await {
            Ok(base) => self.mail_domains(&base).await,
            Err(error) => Err(error),
        };
        let known = match known {
            Ok(known) => known,
            Err(error) => return Some(problem("mail addresses", &error)),
        };
        let missing: Vec<(&String, &usize)> = used
            .iter()
            .filter(|(domain, _)| !known.contains(*domain))
            .collect();
        let subject = subject("mail addresses");
        if missing.is_empty() {
            let seen = format!("UDM has all domains of the sources' addresses ({})", used.len());
            return Some(Diagnosis::ok(subject, seen));
        }
        let mut shown: Vec<String> = missing
            .iter()
            .take(MOST_NAMES)
            .map(|(domain, people)| format!("{domain} ({people})"))
            .collect();
        shown.extend((missing.len() > MOST_NAMES).then(|| "…".to_owned()));
        Some(Diagnosis::fault(
            subject,
            format!(
                "UDM has no mail domain for addresses of the sources, and refuses the people who have them: {}",
                shown.join(", ")
            ),
            Some(
                "add these mail domains to UDM (`mail/domain`), or write the addresses to `e-mail`"
                    .to_owned(),
            ),
        ))
    }

    /// Number of people with an address in each domain.
    fn domains_of(&self, people: &[Desired]) -> BTreeMap<String, usize> {
        let schema = self.catalog.users();
        let mut domains: BTreeMap<String, usize> = BTreeMap::new();
        for person in people {
            let values = OF_USERS
                .iter()
                .filter_map(|name| person.attributes.get(schema.index(name)?));
            let own: BTreeSet<String> = values
                .flat_map(Value::texts)
                .filter_map(|address| Some(address.rsplit_once('@')?.1.trim().to_lowercase()))
                .collect();
            for domain in own {
                *domains.entry(domain).or_default() += 1;
            }
        }
        domains
    }

    /// In lower case.
    async fn mail_domains(&self, base: &str) -> Result<BTreeSet<String>, TargetError> {
        let names: RefCell<BTreeSet<String>> = RefCell::default();
        let each = RefCell::new(|domain: Object| {
            let name = domain.properties.get("name").and_then(serde_json::Value::as_str);
            names.borrow_mut().extend(name.map(str::to_lowercase));
        });
        let path = Path::search(Kind::MailDomain, base, &[], &["name"]);
        self.client.list(&Call::get("list_domains", path), &each).await?;
        Ok(names.take())
    }
}
