//! Rules of users: names that follow from others, passwords, addresses, groups.

use serde_json::Value;

use super::parts::{Parts, texts};
use crate::udm::directory::{Entry, Id};
use crate::udm::errors::{Failure, Problem};
use crate::udm::locks::Locked;
use crate::udm::schema::{Kind, transliterated};
use crate::udm::state::State;

/// So many passwords are remembered (the policy at the base of the recorded server).
const REMEMBERED: usize = 3;

/// `displayName` as it follows from the names.
pub(super) fn display_name(first: &str, last: &str) -> String {
    format!("{first} {last}").trim().to_owned()
}

/// `gecos` as it follows from the names.
pub(super) fn gecos(first: &str, last: &str) -> String {
    transliterated(&display_name(first, last))
}

/// Addresses must have a domain that exists (recorded: create-user/mailPrimaryAddress of an unknown domain).
pub(super) fn check_mail_domains(state: &State, parts: &Parts) -> Result<(), Failure> {
    let unknown = |address: &str| {
        let domain = address.rsplit('@').next().unwrap_or_default();
        let dn = format!(
            "cn={},cn=domain,cn=mail,{}",
            domain.to_lowercase(),
            state.options.base
        );
        state
            .directory
            .find(&dn)
            .is_none_or(|entry| entry.kind != Kind::MailDomain)
    };
    for (property, value) in &parts.values {
        let (text, bad) = match property.name {
            "mailPrimaryAddress" => {
                let addresses = value
                    .as_str()
                    .filter(|address| !address.is_empty())
                    .map(str::to_owned);
                (
                    "primary mail address is",
                    addresses.into_iter().collect::<Vec<_>>(),
                )
            }
            "mailAlternativeAddress" => ("following mail addresses is", texts(value)),
            _ => continue,
        };
        let bad: Vec<String> = bad.into_iter().filter(|address| unknown(address)).collect();
        if !bad.is_empty() {
            let message = format!(
                "The domain part of the {text} not in list of configured mail domains: {}.",
                bad.join(", ")
            );
            return Err(Problem::property(property.name, message).into());
        }
    }
    Ok(())
}

/// Length and history of a password (recorded: create-user/password too short, modify/password used before).
pub(super) fn check_password(parts: &Parts, before: &[String]) -> Result<(), Failure> {
    let Some(password) = &parts.password else {
        return Ok(());
    };
    let refuse = |message: &str| Err(Problem::property("password", message).into());
    let recent = before.iter().rev().take(REMEMBERED);
    if !parts.override_history && recent.into_iter().any(|old| old == password) {
        return refuse("Password has been used before. Please choose a different one.");
    }
    if !parts.override_length && password.chars().count() < 8 {
        return refuse("Password policy error: The password is too short, at least 8 characters needed!");
    }
    Ok(())
}

/// The group that a user gets as primary one (recorded: create-user/primaryGroup that does not exist).
pub(super) fn primary_group(state: &State, parts: &Parts) -> Result<Option<Id>, Failure> {
    let Some(dn) = &parts.primary_group else {
        return Ok(None);
    };
    let group = state.directory.find(dn).filter(|entry| entry.kind == Kind::Group);
    group.map(|group| Some(group.id)).ok_or_else(|| {
        let reason = "Need a primary group with samba option to create a user with samba option";
        Failure::plain(400, format!("{reason}: {dn}."))
    })
}

/// Groups by name; all must exist (recorded: create-user/groups that do not exist).
pub(super) fn groups(state: &State, dns: &[String]) -> Result<Vec<Id>, Failure> {
    let find = |dn: &String| {
        let group = state.directory.find(dn).filter(|entry| entry.kind == Kind::Group);
        group
            .map(|group| group.id)
            .ok_or_else(|| Failure::plain(400, format!("No such object: {dn}.")))
    };
    dns.iter().map(find).collect()
}

/// Values that must be unique and that the entry does not have yet, in the order in which they are asked for.
pub(super) fn claims(kind: Kind, parts: &Parts, entry: Option<&Entry>) -> Vec<(Locked, String)> {
    let (name, mail) = match kind {
        Kind::User => (Some(("username", Locked::Username)), Some("mailPrimaryAddress")),
        Kind::Group => (Some(("name", Locked::GroupName)), Some("mailAddress")),
        _ => (None, None),
    };
    let mail = mail.map(|mail| (mail, Locked::Mail));
    let identifier = ("univentionObjectIdentifier", Locked::Identifier);
    let all = name.into_iter().chain(mail).chain([identifier]);
    let claims = all.filter_map(|(property, what)| {
        let value = parts.text(property).filter(|value| !value.is_empty())?;
        let own = entry.is_some_and(|entry| entry.text(property).to_lowercase() == value.to_lowercase());
        (!own).then(|| (what, value.to_owned()))
    });
    claims.collect()
}

/// Names that follow when others change: full name, GECOS, the path of the home share (recorded: modify/name change
/// carries displayName and gecos, rename/new DN).
pub(super) fn follow_names(entry: &Entry, changes: &mut Vec<(&'static str, Value)>) {
    let new = |name: &str| {
        let found = changes.iter().find(|(property, _)| *property == name);
        found.map_or_else(
            || entry.text(name).to_owned(),
            |(_, value)| value.as_str().unwrap_or_default().to_owned(),
        )
    };
    let (first, last) = (entry.text("firstname"), entry.text("lastname"));
    let (new_first, new_last) = (new("firstname"), new("lastname"));
    let followers = [
        (
            "displayName",
            display_name(first, last),
            display_name(&new_first, &new_last),
        ),
        ("gecos", gecos(first, last), gecos(&new_first, &new_last)),
        (
            "homeSharePath",
            entry.text("username").to_owned(),
            new("username"),
        ),
    ];
    for (name, default, value) in followers {
        let own = changes.iter().any(|(property, _)| *property == name);
        if !own && entry.text(name) == default && default != value {
            changes.push((name, Value::String(value)));
        }
    }
}
