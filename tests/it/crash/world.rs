//! A world in which a run has changes of every kind to make.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use testkit::ukt::UktDouble;
use testkit::zitadel::{Options, UserView, ZitadelDouble};

use super::accounts::{account, strangers};
use super::links::links;
use super::work::{ALL, Work};
use crate::program::Installation;

const CONFIG: &str = "\
feature_flags: [sso_login]
sources:
  csv:
    file_path: FOLDER/users.csv
  ukt:
    endpoint_url: LIST
    oauth2_url: TOKEN
    client_id: sync
    client_secret: 's&cret +%'
    scope: openid read-maillist
    grant_type: client_credentials
policy:
  absent: deactivate
  grace:
    after: 14d
guard:
  max_removals: 100%
  max_logins_changed: 100%
  max_adoptions_renaming: 1000
";

/// The state before any run, which can be restored as often as needed.
pub(crate) struct Before {
    saved: Value,
    /// Further keys of `policy`.
    policy: &'static str,
    pub(super) csv: String,
    ukt: UktDouble,
    /// User names by account, of those that exist and stay.
    accounts: BTreeMap<String, String>,
}

impl Before {
    /// `each` people for each kind of change, and some whom the tool must not change.
    pub(crate) fn new(each: usize) -> Self {
        Self::under("", each)
    }

    /// The same with further keys of `policy`.
    pub(crate) fn under(policy: &'static str, each: usize) -> Self {
        let zitadel = ZitadelDouble::start(Options {
            roles: ["Admin", "Guest", "User"].map(str::to_owned).into(),
            ..Options::default()
        });
        let mut csv = "email,first_name,last_name,phone\n".to_owned();
        let mut listed = Vec::new();
        for work in ALL {
            for number in 0..each {
                let email = format!("{work:?}.{number}@example.org").to_lowercase();
                if !matches!(work, Work::Disable | Work::Delete | Work::Note | Work::SignOut) {
                    let phone = if work == Work::RemovePhone {
                        ""
                    } else {
                        "+49 30 901820"
                    };
                    let _ = writeln!(csv, "{email},Ada,Lovelace,{phone}");
                }
                if work == Work::Delete {
                    listed.push(email.clone());
                }
                if work != Work::Create {
                    let mut account = account(work, &email);
                    account.links = links(work, &email, &zitadel.idp_id());
                    if work == Work::Exchange {
                        account.email = format!("exchange.{}@example.org", (number + 1) % each);
                    }
                    let account = zitadel.add_user(account);
                    zitadel.sign_in(&account);
                }
            }
        }
        strangers(&zitadel);
        let ukt = UktDouble::start();
        ukt.set_list(&listed.iter().map(String::as_str).collect::<Vec<_>>());
        let stays = |user: &UserView| !listed.contains(&user.email);
        let accounts = zitadel.all_users().into_iter().filter(stays);
        let accounts = accounts.map(|user| (user.id, user.email)).collect();
        Self {
            saved: zitadel.export(),
            policy,
            csv,
            ukt,
            accounts,
        }
    }

    /// The world once more, on a port of its own.
    pub(crate) fn start(&self) -> (ZitadelDouble, Installation) {
        let zitadel = ZitadelDouble::import(self.saved.clone(), 0).expect("a saved state");
        let config = CONFIG
            .replace("LIST", &self.ukt.list_url())
            .replace("TOKEN", &self.ukt.token_url())
            .replace("policy:\n", &format!("policy:\n{}", self.policy));
        let installation = Installation::new(&zitadel, &config);
        installation.set("owned_roles: [Guest]");
        installation.set("link: existing");
        installation.write("users.csv", &self.csv);
        (zitadel, installation)
    }

    /// What is wrong with who has which account, whatever the rest of it.
    pub(crate) fn lost_or_doubled(&self, zitadel: &ZitadelDouble) -> Result<(), String> {
        for (id, email) in &self.accounts {
            if zitadel.user(id).is_none() {
                return Err(format!("{email} lost account {id}"));
            }
        }
        let mut ids = BTreeMap::new();
        for user in zitadel
            .users()
            .into_iter()
            .filter(|user| !user.nick_name.is_empty())
        {
            if let Some(other) = ids.insert(user.nick_name.clone(), user.username.clone()) {
                return Err(format!("{other} and {} are one person", user.username));
            }
        }
        Ok(())
    }

    /// Whose account is not linked to exactly the person's id, of all who are there.
    pub(super) fn linked_otherwise(&self, zitadel: &ZitadelDouble) -> Result<(), String> {
        for line in self.csv.lines().skip(1) {
            let (email, _) = line.split_once(',').expect("a row");
            let user = zitadel
                .user_named(email)
                .ok_or_else(|| format!("{email} has no account"))?;
            let links: Vec<&str> = user.links.iter().map(|link| link.user_id.as_str()).collect();
            if links != [email] {
                return Err(format!("{email} is linked to {links:?}"));
            }
        }
        Ok(())
    }
}
