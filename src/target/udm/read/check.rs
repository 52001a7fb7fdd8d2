//! Tries each thing that a run needs on its own.

use std::cell::{Cell, RefCell};

use super::super::client::{Call, Kind, Path};
use super::super::state::UdmTarget;
use super::super::wire::Object;
use super::prepare::{section, wrong_property};
use crate::config::UdmObjects;
use crate::model::Diagnosis;
use crate::target::TargetError;

impl UdmTarget {
    /// What works and what does not.
    pub(in crate::target::udm) async fn findings(&self) -> Vec<Diagnosis> {
        let base = match self.base().await {
            Ok(base) => base,
            Err(error) => return vec![problem("sign in", &error)],
        };
        let signed_in = format!("as `{}`; the base is {base}", self.settings.user);
        let mut findings = vec![Diagnosis::ok(subject("sign in"), signed_in)];
        self.check_type(Kind::User, &self.settings.users, &base, &mut findings)
            .await;
        if let Some(groups) = &self.settings.groups {
            self.check_type(Kind::Group, groups, &base, &mut findings).await;
        }
        let has_mail = |name: &String| name.starts_with("mail") && name.ends_with("Address");
        if self.settings.users.properties.iter().any(has_mail) {
            findings.push(self.mail_domains(&base).await);
        }
        findings
    }

    async fn check_type(&self, kind: Kind, objects: &UdmObjects, base: &str, findings: &mut Vec<Diagnosis>) {
        let what = if kind == Kind::Group { "groups" } else { "users" };
        let properties = format!("properties of {what}");
        findings.push(match self.types(kind).await {
            Err(error) => problem(&properties, &error),
            Ok(types) => match wrong_property(section(kind), objects, &types) {
                Some((wrong, fix)) => Diagnosis::problem(subject(&properties), wrong, Some(fix)),
                None => Diagnosis::ok(
                    subject(&properties),
                    format!("all {} are there", objects.properties.len()),
                ),
            },
        });
        let container = format!("{},{base}", objects.ou);
        let place = format!("container of {what}");
        match self.has_container(&container).await {
            Err(error) => findings.push(problem(&place, &error)),
            Ok(false) => {
                let seen = format!("{container} is missing; the first run that needs it makes it");
                findings.push(Diagnosis::ok(subject(&place), seen));
            }
            Ok(true) => {
                findings.push(Diagnosis::ok(subject(&place), container.clone()));
                findings.push(self.count(kind, what, &container).await);
            }
        }
    }

    async fn count(&self, kind: Kind, what: &str, container: &str) -> Diagnosis {
        let count = Cell::new(0_usize);
        let each = RefCell::new(|_: Object| count.set(count.get() + 1));
        let call = Call::get("count_objects", Path::search(kind, container, &[], &["dn"]));
        match self.client.list(&call, &each).await {
            Ok(()) => Diagnosis::ok(subject(what), format!("{} in the container", count.get())),
            Err(error) => problem(what, &error),
        }
    }

    /// Addresses of other domains are refused.
    async fn mail_domains(&self, base: &str) -> Diagnosis {
        let names: RefCell<Vec<String>> = RefCell::default();
        let each = RefCell::new(|domain: Object| {
            let name = domain.properties.get("name").and_then(serde_json::Value::as_str);
            names.borrow_mut().extend(name.map(str::to_owned));
        });
        let call = Call::get(
            "list_domains",
            Path::search(Kind::MailDomain, base, &[], &["name"]),
        );
        let listed = self.client.list(&call, &each).await;
        let mut names = names.take();
        names.sort_unstable();
        match listed {
            Err(error) => problem("mail domains", &error),
            Ok(()) if names.is_empty() => Diagnosis::problem(
                subject("mail domains"),
                "there are none, so no user can have a primary mail address",
                Some("add a mail domain (`mail/domain`), or take the mail addresses out of `udm.users.properties`".to_owned()),
            ),
            Ok(()) => Diagnosis::ok(subject("mail domains"), names.join(", ")),
        }
    }
}

fn subject(what: &str) -> String {
    format!("target udm: {what}")
}

fn problem(what: &str, error: &TargetError) -> Diagnosis {
    Diagnosis::problem(subject(what), error.to_string(), error.hint.clone())
}
