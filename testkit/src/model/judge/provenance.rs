//! Who looks after which account.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::wanted::is_ours_to_see;
use crate::model::random::Random;
use crate::model::settings::Settings;
use crate::zitadel::{UserView, ZitadelDouble};

/// Where an account says so.
const KEY: &str = "directory-sync.provider";

/// What a source of people is called without a name of the configuration's own.
const TREE: &str = "ldap:ou=people,dc=example,dc=com";

impl Settings {
    /// The names that accounts may get.
    fn new_names(&self) -> BTreeSet<String> {
        if let Some(given) = &self.names.given {
            return [given.clone()].into();
        }
        let file = |number: usize| match (number, &self.roles) {
            (0, Some(_)) => TREE.to_owned(),
            _ => format!("csv:users{number}.csv"),
        };
        (0..self.files).map(file).collect()
    }

    /// Returns whether no other provider manages the account.
    pub(in crate::model) fn looks_after(&self, user: &UserView) -> bool {
        let name = user.metadata.get(KEY);
        name.is_none_or(|name| self.new_names().contains(name) || self.names.retired.contains(name))
    }

    /// Returns whether the account of a present person lacks its provider.
    pub(in crate::model) fn lacks_name(&self, user: &UserView) -> bool {
        self.names.given.is_some() && user.metadata.get(KEY) != self.names.given.as_ref()
    }

    /// Why the account must not have its current provider.
    pub(in crate::model) fn wrong_name(
        &self,
        user: Option<&UserView>,
        now: &UserView,
    ) -> Option<&'static str> {
        let before = user.and_then(|user| user.metadata.get(KEY));
        let name = now.metadata.get(KEY);
        if user.is_some() && before == name {
            return None;
        }
        match name {
            None => Some("it does not say who looks after it"),
            Some(name) if !self.new_names().contains(name) => {
                Some("it says that somebody else looks after it")
            }
            Some(_) => None,
        }
    }
}

/// Returns whether the account gets another person. Accounts that stay with their person are not checked.
pub(in crate::model) fn changes_hands(user: &UserView, now: &UserView) -> bool {
    user.metadata.get(KEY) != now.metadata.get(KEY)
}

/// Marks of this configuration, of others, and of one that is gone.
pub(in crate::model) fn plant(
    zitadel: &ZitadelDouble,
    settings: &Settings,
    random: &mut Random,
) -> Vec<String> {
    let own: Vec<String> = settings.new_names().into_iter().collect();
    let mut told = Vec::new();
    for user in zitadel.all_users().into_iter().filter(is_ours_to_see) {
        let name = match random.below(10) {
            0..=2 => random.pick(&own).clone(),
            3..=4 => "csv:elsewhere.csv".to_owned(),
            5 => "csv:gone.csv".to_owned(),
            _ => continue,
        };
        let path = format!("/management/v1/users/{}/metadata/_bulk", user.id);
        let entry = json!({"key": KEY, "value": STANDARD.encode(&name)});
        let (status, reply) = zitadel.act("POST", &path, &json!({"metadata": [entry]}));
        assert_eq!(status, 200, "{reply}");
        told.push(format!("{} says that {name} looks after it", user.id));
    }
    told
}
