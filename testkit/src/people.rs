//! Made-up people: the same seed always makes the same ones.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// Below which generated people live in a directory.
pub const PEOPLE_DN: &str = "ou=people,dc=example,dc=com";

const FIRST_NAMES: [&str; 16] = [
    "Ada",
    "Grace",
    "Jürgen",
    "Zoë",
    "Søren",
    "Łukasz",
    "Nguyễn",
    "Αθηνά",
    "Ольга",
    "美咲",
    "지우",
    "عمر",
    "Anne-Marie",
    "O",
    "D'Arcy",
    "María José",
];
const LAST_NAMES: [&str; 16] = [
    "Lovelace",
    "Hopper",
    "Müller",
    "O'Neil",
    "Smith, Jr.",
    "van der Berg",
    "Ångström",
    "Παπαδοπούλου",
    "Иванова",
    "田中",
    "김",
    "Çelik",
    "\"Quote\"",
    "Ø",
    "de la Cruz",
    "Nuñez",
];

/// One person as a directory or a file holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id; letters and digits.
    pub uid: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Unique among all people of a call.
    pub email: String,
    /// Half of them have one.
    pub phone: Option<String>,
    /// Shown name.
    pub preferred_username: String,
    /// Whether the person may log in: `shadowFlag` 0 or 2, `employeeType` TRUE or FALSE.
    pub enabled: bool,
}

impl Person {
    /// An enabled person without a phone.
    pub fn new(uid: &str, first_name: &str, last_name: &str) -> Self {
        Self {
            uid: uid.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email: format!("{uid}@example.com"),
            phone: None,
            preferred_username: uid.to_owned(),
            enabled: true,
        }
    }

    /// The name of the entry.
    pub fn dn(&self) -> String {
        format!("uid={},{PEOPLE_DN}", self.uid)
    }

    /// The entry for `slapadd` or `ldapadd`, without operational attributes.
    pub fn ldif(&self) -> String {
        let mut text = format!("dn: {}\n", self.dn());
        for class in ["inetOrgPerson", "shadowAccount"] {
            line(&mut text, "objectClass", class);
        }
        line(&mut text, "uid", &self.uid);
        line(
            &mut text,
            "cn",
            &format!("{} {}", self.first_name, self.last_name),
        );
        line(&mut text, "givenName", &self.first_name);
        line(&mut text, "sn", &self.last_name);
        line(&mut text, "mail", &self.email);
        line(&mut text, "displayName", &self.preferred_username);
        if let Some(phone) = &self.phone {
            line(&mut text, "telephoneNumber", phone);
        }
        line(&mut text, "shadowFlag", if self.enabled { "0" } else { "2" });
        line(
            &mut text,
            "employeeType",
            if self.enabled { "TRUE" } else { "FALSE" },
        );
        text.push('\n');
        text
    }
}

/// As many people as asked for, all enabled.
pub fn people(seed: u64, count: usize) -> Vec<Person> {
    let mut random = Random(seed);
    (0..count)
        .map(|number| random_person(&mut random, seed, number))
        .collect()
}

fn random_person(random: &mut Random, seed: u64, number: usize) -> Person {
    let first_name = random.pick(&FIRST_NAMES);
    let last_name = random.pick(&LAST_NAMES);
    let phone = random.next().is_multiple_of(2);
    Person {
        uid: format!("u{seed}x{number:06}"),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        email: format!(
            "{}.{seed}.{number}@example.com",
            random.pick(&["info", "Mail", "a+b", "x_y"])
        ),
        phone: phone.then(|| format!("+49 30 {:07}", number % 10_000_000)),
        preferred_username: format!("{first_name} {last_name} {number}"),
        enabled: true,
    }
}

/// A file with header, as `sources.csv` reads it.
pub fn to_csv(people: &[Person]) -> String {
    let mut text = "email,first_name,last_name,phone\n".to_owned();
    for person in people {
        let phone = person.phone.as_deref().unwrap_or_default();
        let fields = [&person.email, &person.first_name, &person.last_name, phone];
        text.push_str(&fields.map(quoted).join(","));
        text.push('\n');
    }
    text
}

/// A whole directory, as `slapadd` reads it: the suffix, a service account, people with an `entryUUID` that follows
/// from the uid.
pub fn to_ldif(people: &[Person]) -> String {
    let mut text = "dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: \
                    Example\n\ndn: ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: people\n\ndn: \
                    ou=service,dc=example,dc=com\nobjectClass: organizationalUnit\nou: service\n\ndn: \
                    cn=sync,ou=service,dc=example,dc=com\nobjectClass: organizationalRole\nobjectClass: \
                    simpleSecurityObject\ncn: sync\nuserPassword: syncpw\n\n"
        .to_owned();
    for person in people {
        let entry = person.ldif();
        text.push_str(entry.trim_end());
        let uuid = Uuid::new_v5(&Uuid::NAMESPACE_OID, person.uid.as_bytes());
        let _ = write!(text, "\nentryUUID: {uuid}\n\n");
    }
    text
}

fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", value.replace('"', "\"\""));
    }
    value.to_owned()
}

fn line(text: &mut String, name: &str, value: &str) {
    let plain = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let safe = plain && !value.is_empty() && !value.starts_with([' ', ':', '<']) && !value.ends_with(' ');
    let _ = if safe {
        writeln!(text, "{name}: {value}")
    } else {
        writeln!(text, "{name}:: {}", STANDARD.encode(value))
    };
}

/// `SplitMix64`: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.next() % from.len() as u64).expect("small");
        from[index]
    }
}
