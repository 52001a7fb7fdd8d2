//! References to other servers: the meaning of their addresses, and `sources.NAME.expected_references`.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::config::read::Reader;
use crate::config::settings::ExpectedReference;
use crate::config::syntax::dn::Dn;

/// The parts of an LDAP address (RFC 4516).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceUrl {
    /// In lower case; empty if there is none.
    pub host: String,
    pub port: Option<u16>,
    /// The DN of the entry; empty if there is none.
    pub name: Dn,
}

impl ReferenceUrl {
    /// Parses an address; `None` if it is not an LDAP address.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text.trim()).ok()?;
        if !matches!(url.scheme(), "ldap" | "ldaps") {
            return None;
        }
        let name: Vec<u8> = percent_decode_str(url.path().trim_start_matches('/')).collect();
        Some(Self {
            host: url.host_str().unwrap_or_default().to_lowercase(),
            port: url.port(),
            name: Dn::parse(&name)?,
        })
    }

    /// Returns whether it is one of Active Directory's own partitions, which contain no people.
    pub fn is_own_partition(&self) -> bool {
        const PARTITIONS: [&str; 3] = ["CN=Configuration", "DC=DomainDnsZones", "DC=ForestDnsZones"];
        self.name.split().is_some_and(|(first, domain)| {
            let is_it = |partition: &str| Dn::parse(partition.as_bytes()).as_ref() == Some(&first);
            domain.is_domain() && PARTITIONS.iter().any(|partition| is_it(partition))
        })
    }

    /// Returns whether it matches a configured reference.
    pub fn is_expected(&self, expected: &ExpectedReference) -> bool {
        expected.host.as_ref().is_none_or(|host| *host == self.host)
            && expected.port.is_none_or(|port| Some(port) == self.port)
            && expected.name.as_ref().is_none_or(|name| *name == self.name)
    }
}

impl ExpectedReference {
    /// An address, a DN, or a host with an optional port.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.contains("://") {
            let ReferenceUrl { host, port, name } = ReferenceUrl::parse(text)?;
            return Some(Self {
                host: Some(host).filter(|host| !host.is_empty()),
                port,
                name: Some(name).filter(|name| name.depth() > 0),
            })
            .filter(|one| one.host.is_some() || one.name.is_some());
        }
        if text.contains('=') {
            return Some(Self {
                host: None,
                port: None,
                name: Some(Dn::parse(text.as_bytes())?),
            });
        }
        let url = ReferenceUrl::parse(&format!("ldap://{text}"))?;
        (!url.host.is_empty() && url.name.depth() == 0).then_some(Self {
            host: Some(url.host),
            port: url.port,
            name: None,
        })
    }
}

/// Reads the list; `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>, path: &str) -> Option<Vec<ExpectedReference>> {
    let before = reader.report.mistakes.len();
    let mut expected = Vec::new();
    for item in reader.list(path) {
        if let Some(one) = ExpectedReference::parse(&item.text) {
            expected.push(one);
            continue;
        }
        let what = format!(
            "`{path}`: `{}` is not a host, a name or an LDAP address",
            item.text
        );
        reader.wrong(
            path,
            what,
            Some("write the host such as `dc2.example.org`, or the whole name such as `ou=archive,dc=example,dc=org`"),
        );
    }
    (reader.report.mistakes.len() == before).then_some(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> ReferenceUrl {
        ReferenceUrl::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn only_active_directorys_own_partitions_hold_no_people() {
        for own in [
            "ldap://example.org/CN=Configuration,DC=example,DC=org",
            "ldap://DomainDnsZones.example.org/DC=DomainDnsZones,DC=example,DC=org",
            "ldaps://ForestDnsZones.example.org:636/dc=forestdnszones,dc=EXAMPLE,dc=org??sub",
            "ldap://x/CN%3DConfiguration%2CDC%3Dexample",
            "ldap://x/cn=\\43onfiguration%20,dc=example",
            "LDAP:///CN=Configuration,DC=example",
        ] {
            assert!(url(own).is_own_partition(), "{own}");
        }
        for other in [
            "ldap://127.0.0.1:9/ou=branch,ou=people,dc=example,dc=com??sub",
            "ldap://child.example.org/DC=child,DC=example,DC=org",
            "ldap://Configuration.example.org/DC=example,DC=org",
            "ldap://x/CN=Configuration,OU=people,DC=example,DC=org",
            "ldap://x/CN=Configuration",
            "ldap://x/CN=Configuration+OU=people,DC=example",
            "ldap://x/CN=Configuration2,DC=example",
            "ldap://x/OU=a,CN=Configuration,DC=example",
            "ldap://x/DC=ForestDnsZones+OU=a,DC=example",
            "ldap://x/DC=Configuration,DC=example",
            "ldap://x/DC=DomainDnsZones,DC=example+OU=a",
            "ldap://x/",
            "ldap://x",
        ] {
            assert!(!url(other).is_own_partition(), "{other}");
        }
        for none in ["", "x", "http://x/CN=Configuration,DC=example", "ldap://x/people"] {
            assert_eq!(ReferenceUrl::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_host_a_name_or_an_address_is_expected() {
        let reference = url("ldap://DC2.Example.org:389/OU=Branch%20Office,DC=example,DC=org??sub");
        for (expected, fits) in [
            ("dc2.example.ORG", true),
            ("dc2.example.org:389", true),
            ("dc2.example.org:636", false),
            ("example.org", false),
            ("ou=branch office, dc=example, dc=org", true),
            ("dc=example,dc=org", false),
            ("ldap://dc2.example.org", true),
            (
                "ldap://dc2.example.org:389/ou=branch office,dc=example,dc=org??sub",
                true,
            ),
            ("ldaps://dc2.example.org/ou=other,dc=example,dc=org", false),
        ] {
            let one = ExpectedReference::parse(expected).unwrap();
            assert_eq!(reference.is_expected(&one), fits, "{expected}");
        }
        for none in ["", "ou=a,b", "http://x", "ldap://", "a b"] {
            assert_eq!(ExpectedReference::parse(none), None, "{none}");
        }
    }
}
