//! The whole state of a double, and a fresh domain.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::directory::{Directory, Entry, Id, Members, Values};
use super::locks::{Locked, Locks};
use super::options::Options;
use super::schema::Kind;

/// Groups of a fresh domain with their numbers; those after the first three only have to be there.
const GROUPS: [(&str, u64); 8] = [
    ("Domain Admins", 5000),
    ("Domain Users", 5001),
    ("Domain Guests", 5002),
    ("Windows Hosts", 5003),
    ("DC Backup Hosts", 5004),
    ("DC Slave Hosts", 5005),
    ("Computers", 5006),
    ("Printer-Admins", 5007),
];

/// Containers of a fresh domain, from the base.
const CONTAINERS: [&str; 7] = [
    "cn=users",
    "cn=groups",
    "cn=computers",
    "cn=policies",
    "cn=univention",
    "cn=mail",
    "cn=domain,cn=mail",
];

pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) directory: Directory,
    pub(crate) locks: Locks,
    pub(crate) progress: BTreeMap<String, Progress>,
    clock: i64,
    random: u64,
}

/// A move that was begun.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) polls_left: u32,
    /// Of `POST …/move`: what it moved; `None` where one object was moved by PUT.
    pub(crate) moved: Option<Vec<String>>,
    /// Address of what was moved last.
    pub(crate) address: String,
}

impl State {
    pub(crate) fn fresh(options: Options) -> Self {
        let mut state = Self {
            directory: Directory::new(&options.base),
            locks: Locks::default(),
            progress: BTreeMap::new(),
            clock: 0,
            random: 0,
            options,
        };
        state.furnish();
        state
    }

    fn furnish(&mut self) {
        let base = self.options.base.clone();
        self.plant(Kind::Base, &base, Values::new());
        for container in CONTAINERS {
            self.plant(Kind::Container, &format!("{container},{base}"), Values::new());
        }
        for (name, gid) in GROUPS {
            let values = self.group_values(name, Some(gid));
            let id = self.plant(Kind::Group, &format!("cn={name},cn=groups,{base}"), values);
            match name {
                "Domain Users" => self.directory.domain_users = Some(id),
                "Domain Admins" => self.directory.domain_admins = Some(id),
                _ => {}
            }
        }
        for domain in self.options.mail_domains.clone() {
            self.plant(
                Kind::MailDomain,
                &format!("cn={domain},cn=domain,cn=mail,{base}"),
                Values::new(),
            );
        }
        let (admins, users) = (self.directory.domain_admins, self.directory.domain_users);
        for (name, group) in [("Administrator", admins), ("plain", users)] {
            let mut values = self.user_values(name);
            values.insert("lastname", json!(name));
            let id = self.plant(Kind::User, &format!("uid={name},cn=users,{base}"), values);
            let password = self.options.password.clone();
            self.directory.change(id, |user| {
                user.primary = group;
                user.passwords = vec![password];
            });
            self.enrol(id, group);
        }
    }

    /// Makes an entry a member of a group.
    pub(crate) fn enrol(&mut self, member: Id, group: Option<Id>) {
        let entry = self
            .directory
            .get(member)
            .map(|entry| (entry.key.clone(), entry.dn.clone()));
        if let (Some((key, dn)), Some(group)) = (entry, group) {
            self.directory.join_group(group, &key, &dn);
        }
    }

    /// Puts an entry in without any check; the place is free. An identifier is made where none is given.
    pub(crate) fn plant(&mut self, kind: Kind, dn: &str, mut values: Values) -> Id {
        let (key, spelled) = Directory::stored_spelling(dn).expect("a DN");
        if values
            .get("univentionObjectIdentifier")
            .is_none_or(Value::is_null)
        {
            values.insert("univentionObjectIdentifier", json!(self.new_uuid()));
        }
        let naming = kind.naming().1;
        let leaf = super::directory::dn::Dn::parse(dn).map_or_else(String::new, |dn| dn.leaf().to_owned());
        values.entry(naming).or_insert_with(|| json!(leaf));
        let entry = Entry {
            id: self.directory.next_id(),
            kind,
            dn: spelled,
            key,
            uuid: self.new_uuid(),
            values,
            revision: 0,
            modified: self.now(),
            members: Members::default(),
            primary: None,
            passwords: Vec::new(),
        };
        let id = entry.id;
        self.directory.insert(entry);
        id
    }

    /// What every user has from the start (recorded: create-user/get minimal).
    pub(crate) fn user_values(&mut self, username: &str) -> Values {
        let number = self.directory.next_uid();
        let fixed = [
            ("username", json!(username)),
            ("uidNumber", json!(number)),
            ("sambaRID", json!(2 * number + 1000)),
            ("unixhome", json!(format!("/home/{username}"))),
            ("homeSharePath", json!(username)),
            ("shell", json!("/bin/bash")),
            ("pwdChangeNextLogin", json!(false)),
            ("disabled", json!(false)),
            ("locked", json!(false)),
            ("lockedTime", json!("0")),
            ("unlock", json!(false)),
            ("unlockTime", json!("")),
            ("mailForwardCopyToSelf", json!("0")),
        ];
        let mut values: Values = fixed.into_iter().collect();
        if let Some(property) = Kind::User.property("accountActivationDate") {
            values.insert(property.name, property.default_value());
        }
        values
    }

    /// What every group has from the start (recorded: group-create/get minimal).
    pub(crate) fn group_values(&mut self, name: &str, gid: Option<u64>) -> Values {
        let gid = gid.unwrap_or_else(|| self.directory.next_gid());
        let fixed = [
            ("name", json!(name)),
            ("gidNumber", json!(gid)),
            ("sambaRID", json!(2 * gid + 1001)),
            ("sambaGroupType", json!("2")),
            ("adGroupType", json!("-2147483646")),
        ];
        fixed.into_iter().collect()
    }

    /// The server's time in microseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        jiff::Timestamp::now().as_microsecond() + self.clock
    }

    pub(crate) fn advance(&mut self, microseconds: i64) {
        self.clock += microseconds;
    }

    /// A number that looks random and is the same in every run.
    pub(crate) fn random(&mut self) -> u64 {
        self.random += 1;
        let mut mixed = self.random.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A UUID of version 4.
    pub(crate) fn new_uuid(&mut self) -> String {
        let (high, low) = (self.random(), self.random());
        let high = (high & 0xffff_ffff_ffff_0fff) | 0x4000;
        let low = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        let hex = format!("{high:016x}{low:016x}");
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }

    /// Locks a value, if locks are on and it is free of them.
    pub(crate) fn lock(&mut self, what: Locked, value: &str) -> bool {
        let now = self.now();
        !self.options.locks || self.locks.acquire(what, value, now)
    }
}
