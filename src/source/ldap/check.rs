//! `check`: reports what a directory says about itself, and the result of a complete read.

use jiff::Timestamp;
use ldap3::Scope;
use secrecy::ExposeSecret as _;

use super::bind;
use super::connect::Connection;
use super::entry::{self, Entry};
use super::failure::Failure;
use super::members::{Members, RoleCount};
use super::read_state::ReadState;
use super::search::Search;
use super::statistics::Statistics;
use super::{LdapSource, limits, mapped, now, role_groups, too_long};
use crate::config::{Expression, LdapActive};
use crate::credential::Credential;
use crate::model::Diagnosis;
use crate::model::counted;
use crate::source::merge::Collected;
use crate::source::{Record, Source as _};

/// Attributes of the root entry. A server omits those that it does not have.
const ROOT: [&str; 7] = [
    "vendorName",
    "vendorVersion",
    "namingContexts",
    "supportedControl",
    "isGlobalCatalogReady",
    "configurationNamingContext",
    "objectClass",
];
const SILENT: &str = "says nothing about itself (root DSE)";
const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";

impl LdapSource {
    /// Runs each step of a read until one fails, within the time limit of a read.
    pub(super) async fn diagnose(&self) -> Vec<Diagnosis> {
        let steps = self.steps();
        match self.settings.deadline {
            None => steps.await,
            Some(deadline) => tokio::time::timeout(deadline, steps)
                .await
                .unwrap_or_else(|_| vec![self.problem("deadline", too_long(deadline))]),
        }
    }

    async fn steps(&self) -> Vec<Diagnosis> {
        let mut connection = match bind::open(&self.settings, self.trust.as_ref(), &self.secrets).await {
            Ok(connection) => connection,
            Err(failure) => return vec![self.problem("connection and bind", failure)],
        };
        let mut findings = vec![self.works(
            "connection and bind",
            format!("{}, {}", connection.shown(), bind::identity(&self.settings)),
        )];
        findings.extend(self.certificate());
        findings.extend(self.open_password(&connection));
        let root = self.root(&mut connection).await;
        findings.push(self.works(
            "directory",
            root.as_ref().map_or_else(|| SILENT.to_owned(), describe),
        ));
        let policy = limits::policy(&mut connection, &self.settings, root.as_ref()).await;
        findings.push(self.works("active", self.people.meaning()));
        findings.extend(self.hidden_people());
        match role_groups::read(&mut connection, &self.settings, &self.roles).await {
            Ok(members) => findings.extend(self.check_entries(&mut connection, members, policy).await),
            Err(failure) => findings.push(self.problem("groups", failure)),
        }
        connection.close().await;
        findings
    }

    /// When the first of the servers' certificates expires.
    fn certificate(&self) -> Option<Diagnosis> {
        let end = self.trust.as_ref()?.expires()?;
        Some(Credential::of_directory(&self.name, end).diagnosis(Timestamp::now()))
    }

    /// Problem: everyone on the network path can read the password.
    fn open_password(&self, connection: &Connection) -> Option<Diagnosis> {
        let has_password = !self.settings.bind_password.expose_secret().is_empty();
        let text =
            "warning: the password is sent without encryption; use `ldaps://` or `tls.danger_use_start_tls`";
        (has_password && connection.is_open_to_others()).then(|| self.works("encryption", text))
    }

    /// A failure is ignored, because a server may hide its root entry.
    async fn root(&self, connection: &mut Connection) -> Option<Entry> {
        connection.begin();
        let ldap = connection.ldap.with_timeout(self.settings.timeout);
        let search = ldap.search("", Scope::Base, "(objectClass=*)", ROOT).await;
        Entry::parse(search.ok()?.0.into_iter().next()?.0)
    }

    async fn check_entries(
        &self,
        connection: &mut Connection,
        members: Members,
        policy: Option<String>,
    ) -> Vec<Diagnosis> {
        let mut search = Search::new(&self.settings, &self.attributes);
        let mut tally = ReadState::at(now())
            .among(members)
            .with(Statistics::new(&mapped(&self.settings.attributes)));
        let mut records = Collected::new(&self.name, self.kind());
        let (mut usable, mut rejected) = (0, 0);
        let mut each = |record| match record {
            // People are only counted, because the directory may be large.
            Record::Person(_) => usable += 1,
            Record::Rejected(_) if rejected > 0 => rejected += 1,
            Record::Rejected(first) => {
                rejected = 1;
                records.push(Record::Rejected(first));
            }
            Record::Leaver(_)
            | Record::Warning(_)
            | Record::Partial(..)
            | Record::Server(_)
            | Record::CertificateEnds(_) => {}
        };
        let read = self.read_people(connection, &mut search, &mut tally, &mut each);
        if let Err(failure) = read.await {
            return vec![self.problem("entries", failure)];
        }
        if search.entries == 0 {
            let mut findings = self.references(connection);
            findings.push(self.no_entries());
            return findings;
        }
        let pages = format!(
            "the first of {} took {:.3} s",
            counted(search.pages, "page"),
            search.first_page.as_secs_f64()
        );
        let limits = limits::seen(&search, self.settings.page_size, policy);
        let mut findings = vec![self.works("pages", pages), self.works("limits", limits)];
        findings.push(records.finding_of(self.subject("entries"), "entry", usable, rejected));
        findings.extend(self.references(connection));
        findings.extend(self.roles_found(tally.members()));
        findings.extend(self.seen_by_the_way(&tally));
        findings
    }

    /// Reports references to other servers.
    fn references(&self, connection: &Connection) -> Vec<Diagnosis> {
        let references = &connection.references;
        let finding = |text: String| self.works("references", text);
        let mut findings: Vec<Diagnosis> = self
            .elsewhere(connection)
            .into_iter()
            .map(|text| finding(format!("warning: {text}")))
            .collect();
        if findings.is_empty() && references.met() > 0 {
            let met = counted(references.met(), "reference");
            findings.push(finding(format!(
                "{met} to other servers, all of them known and without people"
            )));
        }
        findings
    }

    fn seen_by_the_way(&self, tally: &ReadState) -> Vec<Diagnosis> {
        let chosen = tally
            .chosen()
            .map(|text| self.works("values", format!("warning: {text}")));
        let surveyed = tally.survey().map(|survey| self.surveyed(survey));
        surveyed.into_iter().flatten().chain(chosen).collect()
    }

    fn surveyed(&self, survey: &Statistics) -> Vec<Diagnosis> {
        let subject = self.subject("attributes");
        let mut findings = vec![match survey.missing_everywhere() {
            None => Diagnosis::ok(subject, survey.blind_spots()),
            // With transform rules, every property of the target is checked, whether a rule writes it or not.
            Some(missing) if self.settings.transform.is_some() => {
                Diagnosis::ok(subject, format!("warning: {missing}"))
            }
            Some(missing) => {
                let fix = "correct these names below `attributes`, or let this account read them";
                Diagnosis::fault(subject, missing, Some(fix.to_owned()))
            }
        }];
        if let Some(duplicates) = survey.duplicates(self.people.mapping.naming_attribute()) {
            let fix = "give each person a unique value; otherwise no person with a shared value is written";
            findings.push(Diagnosis::fault(
                self.subject("duplicates"),
                duplicates,
                Some(fix.to_owned()),
            ));
        }
        findings
    }

    /// The number of people per role, and the size of the groups.
    fn roles_found(&self, members: &Members) -> Vec<Diagnosis> {
        let text = |count: RoleCount<'_>| {
            let named = count.named.iter();
            let named = named.map(|(name, size)| format!("`{name}` ({})", counted(*size, "member")));
            let mut what = format!(
                "{} of those read, from {}",
                counted(count.holders, "person"),
                named.collect::<Vec<_>>().join(", ")
            );
            if let (within @ 1.., size) = count.within {
                let (within, size) = (counted(within, "group"), counted(size, "member"));
                what = format!("{what} and {within} within ({size})");
            }
            if count.is_unused() {
                what = format!("warning: {what}; they may contain former names of their members");
            }
            self.works(&format!("role `{}`", count.role), what)
        };
        let mut findings: Vec<Diagnosis> = members.counts().map(text).collect();
        if let Err(failure) = role_groups::refuse_empty(members) {
            findings.push(self.problem("groups", failure));
        }
        findings
    }

    fn no_entries(&self) -> Diagnosis {
        let (base_dn, user_filter) = (&self.settings.base_dn, &self.settings.user_filter);
        let missing = Failure::new(format!("no entry below `{base_dn}` matches `{user_filter}`"));
        let hint = "check `base_dn`, `user_filter` and what this account may read";
        self.problem("entries", missing.hint(hint))
    }

    /// Disabled people who are hidden by the search filter look absent, and keep their accounts.
    fn hidden_people(&self) -> Option<Diagnosis> {
        if let Some(text) = self.hides_people() {
            return Some(self.works("user_filter", format!("warning: {text}")));
        }
        let asked = Expression::names_in(&self.settings.user_filter);
        let deciding: Vec<&str> = match &self.settings.attributes.active {
            LdapActive::Status { attribute, .. } => vec![&attribute.name],
            LdapActive::Rules(rules) => rules.iter().flat_map(|rule| rule.attributes()).collect(),
            LdapActive::Always => Vec::new(),
        };
        let hides = |name: &&&str| {
            let key = entry::key(name);
            key != "objectclass" && asked.iter().any(|asked| entry::key(asked) == key)
        };
        let name = deciding.iter().find(hides)?;
        let text = format!(
            "warning: `user_filter` asks for `{name}`, which says who is disabled: disabled people it leaves out look \
             absent and keep their accounts; take `{name}` out of the filter"
        );
        Some(self.works("user_filter", text))
    }

    pub(super) fn problem(&self, step: &str, failure: Failure) -> Diagnosis {
        let failure = failure.without(&self.secrets);
        Diagnosis::problem(self.subject(step), failure.what, failure.hint)
    }

    pub(super) fn works(&self, step: &str, seen: impl Into<String>) -> Diagnosis {
        Diagnosis::ok(self.subject(step), seen)
    }

    pub(super) fn subject(&self, step: &str) -> String {
        format!("source `{}`: {step}", self.name)
    }
}

fn describe(root: &Entry) -> String {
    let texts = |name: &str| -> Vec<String> {
        let key = entry::key(name);
        let values = root.values(&key);
        values
            .map(|value| String::from_utf8_lossy(value).into_owned())
            .collect()
    };
    let is_openldap = texts("objectClass")
        .iter()
        .any(|class| class == "OpenLDAProotDSE");
    let vendor = match [texts("vendorName"), texts("vendorVersion")].concat().join(" ") {
        vendor if !vendor.is_empty() => vendor,
        _ if is_openldap => "OpenLDAP".to_owned(),
        _ if !texts("isGlobalCatalogReady").is_empty() => "Active Directory".to_owned(),
        _ => "unknown vendor".to_owned(),
    };
    let pages = if texts("supportedControl")
        .iter()
        .any(|control| control == PAGED_RESULTS)
    {
        "offers pages"
    } else {
        "offers no pages (`page_size: 0`)"
    };
    format!(
        "{vendor}; {pages}; contains {}",
        texts("namingContexts").join(" and ")
    )
}
