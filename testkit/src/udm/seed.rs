//! Putting objects in, past all rules of the API.

use serde_json::{Map, Value, json};

use super::UdmDouble;
use super::api::drafted;
use super::directory::dn::{Dn, join};
use super::directory::{Directory, Id};
use super::schema::{Kind, Property};
use super::state::State;

/// A user to put in; start from [`UserSeed::new`].
#[derive(Debug, Clone, Default)]
pub struct UserSeed {
    /// `username`
    pub username: String,
    /// DN of the container.
    pub position: String,
    /// Further properties as the API takes them; `groups` are looked up, `password` is taken.
    pub properties: Map<String, Value>,
}

impl UserSeed {
    /// A user with a last name like the user name.
    pub fn new(username: &str, position: &str) -> Self {
        let properties = [("lastname".to_owned(), json!(username))].into_iter().collect();
        Self {
            username: username.to_owned(),
            position: position.to_owned(),
            properties,
        }
    }

    /// The same user with one more property.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.properties.insert(name.to_owned(), value.into());
        self
    }
}

/// A group to put in; start from [`GroupSeed::new`].
#[derive(Debug, Clone, Default)]
pub struct GroupSeed {
    /// `name`
    pub name: String,
    /// DN of the container.
    pub position: String,
    /// DNs of users; they need not exist.
    pub users: Vec<String>,
    /// DNs of groups in it, which must be there before.
    pub nested: Vec<String>,
    /// Further properties as the API takes them.
    pub properties: Map<String, Value>,
}

impl GroupSeed {
    /// A group without members.
    pub fn new(name: &str, position: &str) -> Self {
        Self {
            name: name.to_owned(),
            position: position.to_owned(),
            ..Self::default()
        }
    }

    /// The same group with one more property.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.properties.insert(name.to_owned(), value.into());
        self
    }
}

impl UdmDouble {
    /// Puts in a container, and those above it that are missing; returns its DN.
    pub fn add_ou(&self, dn: &str) -> String {
        self.core.state().plant_ou(dn)
    }

    /// Puts in a user; returns its DN.
    pub fn add_user(&self, seed: UserSeed) -> String {
        self.core.state().plant_user(seed)
    }

    /// Puts in many users at once; returns their DNs in order.
    pub fn add_users(&self, seeds: impl IntoIterator<Item = UserSeed>) -> Vec<String> {
        let mut state = self.core.state();
        seeds.into_iter().map(|seed| state.plant_user(seed)).collect()
    }

    /// Puts in a group; returns its DN.
    pub fn add_group(&self, seed: GroupSeed) -> String {
        self.core.state().plant_group(seed)
    }

    /// Puts in a mail domain.
    pub fn add_mail_domain(&self, domain: &str) {
        let mut state = self.core.state();
        let dn = format!("cn={domain},cn=domain,cn=mail,{}", state.options.base);
        state.plant(Kind::MailDomain, &dn, super::directory::Values::new());
    }
}

impl State {
    fn plant_ou(&mut self, dn: &str) -> String {
        if let Some(entry) = self.directory.find(dn) {
            return entry.dn.clone();
        }
        let above = super::directory::dn::parent_text(dn).to_owned();
        if self.directory.find(&above).is_none() {
            self.plant_ou(&above);
        }
        let name = Dn::parse(dn).map_or_else(String::new, |dn| dn.leaf().to_owned());
        let values = drafted(self, Kind::Ou, [("name", json!(name))].into_iter());
        let id = self.plant(Kind::Ou, dn, values);
        self.dn(id)
    }

    fn plant_user(&mut self, seed: UserSeed) -> String {
        let dn = join("uid", &seed.username, &seed.position);
        let mut properties = seed.properties;
        let [groups, password, primary] =
            ["groups", "password", "primaryGroup"].map(|name| properties.remove(name).unwrap_or_default());
        let mut given = known(Kind::User, properties);
        given.push(("username", seed.username.into()));
        let values = drafted(self, Kind::User, given.into_iter());
        let id = self.plant(Kind::User, &dn, values);
        let primary = primary
            .as_str()
            .and_then(|dn| self.directory.find(dn))
            .map(|group| group.id);
        let primary = primary.or(self.directory.domain_users);
        self.directory.change(id, |user| {
            user.primary = primary;
            user.passwords = password.as_str().map(str::to_owned).into_iter().collect();
        });
        if self.options.primary_group_update {
            self.enrol(id, primary);
        }
        for group in groups.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let group = self.directory.find(group).map(|group| group.id);
            self.enrol(id, group);
        }
        self.dn(id)
    }

    fn plant_group(&mut self, seed: GroupSeed) -> String {
        let dn = join("cn", &seed.name, &seed.position);
        let mut given = known(Kind::Group, seed.properties);
        given.push(("name", seed.name.into()));
        let values = drafted(self, Kind::Group, given.into_iter());
        let id = self.plant(Kind::Group, &dn, values);
        for member in seed.users.iter().chain(&seed.nested) {
            let (key, spelled) = Directory::stored_spelling(member).expect("a DN");
            self.directory.join_group(id, &key, &spelled);
        }
        self.dn(id)
    }

    fn dn(&self, id: Id) -> String {
        self.directory
            .get(id)
            .map(|entry| entry.dn.clone())
            .unwrap_or_default()
    }
}

/// Properties under the names that the type has for them.
fn known(kind: Kind, given: Map<String, Value>) -> Vec<(&'static str, Value)> {
    let own = |(name, value): (String, Value)| {
        let property: &'static Property = kind
            .property(&name)
            .unwrap_or_else(|| panic!("{} has no property {name}", kind.path()));
        (property.name, value)
    };
    given.into_iter().map(own).collect()
}
