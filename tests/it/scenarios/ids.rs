//! Ids that differ from run to run, by names that do not.

use super::accounts::Account;
use super::decoys::Decoys;
use super::golden;
use super::play::Stage;

impl Stage {
    /// The accounts that are no decoys, as JSON; ids that the double chose get a name when they are first seen.
    pub(super) fn accounts(&mut self) -> String {
        let views = self.world.zitadel.all_users();
        let mut accounts = Vec::new();
        for view in views.into_iter().filter(|view| !Decoys::is_one(view)) {
            let chosen = view.id.len() > 15 && view.id.bytes().all(|byte| byte.is_ascii_digit());
            if chosen && self.ids.iter().all(|(id, _)| *id != view.id) {
                let name = self.name_for(&view.email);
                self.ids.push((view.id.clone(), name));
            }
            accounts.push(Account::now(&self.world.zitadel, view));
        }
        serde_json::to_string_pretty(&accounts).expect("JSON") + "\n"
    }

    /// `<e-mail>`, and `<e-mail 2>` for the account that came after it.
    fn name_for(&self, email: &str) -> String {
        let is_free = |name: &String| self.ids.iter().all(|(_, known)| known != name);
        let numbered = (2..).map(|number| format!("<{email} {number}>"));
        std::iter::once(format!("<{email}>"))
            .chain(numbered)
            .find(is_free)
            .expect("endless")
    }

    pub(super) fn normalize(&self, text: &str) -> String {
        let mut text = self.world.collapse(text);
        if let Some(token) = golden::approval_token(&text) {
            text = text.replace(&token, "{{approval}}");
        }
        if let Some(day) = golden::day_of_list(&text) {
            text = text.replace(&day, "{{day}}");
        }
        for (id, name) in &self.ids {
            text = text.replace(id, name);
        }
        text
    }

    /// The other way round, for calls that a scenario makes.
    pub(super) fn with_ids(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (id, name) in &self.ids {
            text = text.replace(name, id);
        }
        text
    }
}
