//! Tries each thing that a run needs separately.

use std::cell::{Cell, RefCell};

use super::super::client::{Call, Kind, Path};
use super::super::state::UdmTarget;
use super::super::wire::Object;
use super::find::leaf;
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
        let mut findings = vec![works("sign in", signed_in)];
        self.check_type(Kind::User, &self.settings.users, &base, &mut findings)
            .await;
        if let Some(groups) = &self.settings.groups {
            self.check_type(Kind::Group, groups, &base, &mut findings).await;
        }
        findings.push(self.check_rights(&base).await);
        if self.has_addresses() {
            findings.push(self.check_mail_domains(&base).await);
        }
        findings
    }

    /// What can be learned about write permissions without writing: whether the account may do everything.
    async fn check_rights(&self, base: &str) -> Diagnosis {
        const ALL: &str = "Domain Admins";
        let user = &self.settings.user;
        let groups: RefCell<Option<Vec<String>>> = RefCell::default();
        let each = RefCell::new(|object: Object| {
            let names = object
                .properties
                .get("groups")
                .and_then(serde_json::Value::as_array);
            let names = names.into_iter().flatten().filter_map(serde_json::Value::as_str);
            *groups.borrow_mut() = Some(names.map(leaf).collect());
        });
        let path = Path::search(Kind::User, base, &[("username", user)], &["groups"]);
        let listed = self.client.list(&Call::get("find_object", path), &each).await;
        let seen = match (listed, groups.take()) {
            (Err(error), _) => return problem("right to write", &error),
            (Ok(()), Some(groups)) if groups.iter().any(|group| group.eq_ignore_ascii_case(ALL)) => {
                format!("`{user}` is in {ALL}, so it may write")
            }
            (Ok(()), Some(_)) => format!(
                "not known: `{user}` is not in {ALL}, and UDM does not tell what else it may write; the first run shows it"
            ),
            (Ok(()), None) => format!(
                "not known: `{user}` is not a user that UDM lists, and UDM does not tell what it may write; the \
                 first run shows it"
            ),
        };
        works("right to write", seen)
    }

    async fn check_type(&self, kind: Kind, objects: &UdmObjects, base: &str, findings: &mut Vec<Diagnosis>) {
        let what = if kind == Kind::Group { "groups" } else { "users" };
        let properties = format!("properties of {what}");
        findings.push(match self.types(kind).await {
            Err(error) => problem(&properties, &error),
            Ok(types) => {
                match wrong_property(
                    section(kind),
                    objects,
                    (&types, &self.settings.property_locations),
                ) {
                    Some((wrong, fix)) => Diagnosis::problem(subject(&properties), wrong, Some(fix)),
                    None => works(&properties, format!("all {} are there", objects.properties.len())),
                }
            }
        });
        let container = format!("{},{base}", objects.ou);
        let step = format!("container of {what}");
        match self.has_container(&container).await {
            Err(error) => findings.push(problem(&step, &error)),
            Ok(false) => {
                let seen = format!("{container} is missing; the first run that needs it creates it");
                findings.push(works(&step, seen));
            }
            Ok(true) => {
                findings.push(works(&step, container.clone()));
                findings.push(self.count_objects(kind, what, &container).await);
            }
        }
    }

    async fn count_objects(&self, kind: Kind, what: &str, container: &str) -> Diagnosis {
        let count = Cell::new(0_usize);
        let each = RefCell::new(|_: Object| count.set(count.get() + 1));
        let call = Call::get("count_objects", Path::search(kind, container, &[], &["dn"]));
        match self.client.list(&call, &each).await {
            Ok(()) => works(what, format!("{} in the container", count.get())),
            Err(error) => problem(what, &error),
        }
    }
}

pub(super) fn subject(what: &str) -> String {
    format!("target udm: {what}")
}

pub(super) fn works(what: &str, seen: impl Into<String>) -> Diagnosis {
    Diagnosis::ok(subject(what), seen)
}

pub(super) fn problem(what: &str, error: &TargetError) -> Diagnosis {
    Diagnosis::problem(subject(what), error.to_string(), error.hint.clone())
}
