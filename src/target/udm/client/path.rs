//! Addresses below the base, with each part percent-encoded as the server requires.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::model::TypeId;
use crate::target::udm::rules::catalog::GROUP;

/// Everything except characters without a special meaning for servers and proxies.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::target::udm) enum Kind {
    User,
    Group,
    Container,
    MailDomain,
}

impl Kind {
    /// The kind for a type of the catalog.
    pub(in crate::target::udm) fn of(resource: TypeId) -> Self {
        if resource == GROUP {
            Self::Group
        } else {
            Self::User
        }
    }

    pub(in crate::target::udm) fn path(self) -> &'static str {
        match self {
            Self::User => "users/user",
            Self::Group => "groups/group",
            Self::Container => "container/ou",
            Self::MailDomain => "mail/domain",
        }
    }
}

/// An address relative to the base of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::target::udm) struct Path(String);

impl Path {
    pub(in crate::target::udm) fn template(kind: Kind) -> Self {
        Self(format!("{}/add", kind.path()))
    }

    /// The collection to which objects are added. The server requires the trailing slash.
    pub(in crate::target::udm) fn collection(kind: Kind) -> Self {
        Self(format!("{}/", kind.path()))
    }

    pub(in crate::target::udm) fn object(kind: Kind, dn: &str) -> Self {
        Self(format!("{}/{}", kind.path(), encoded(dn)))
    }

    /// One object with only these properties.
    pub(in crate::target::udm) fn object_with(kind: Kind, dn: &str, properties: &[&str]) -> Self {
        let mut path = Self::object(kind, dn).0;
        for (index, property) in properties.iter().enumerate() {
            let sign = if index == 0 { '?' } else { '&' };
            let _ = write!(path, "{sign}properties={}", encoded(property));
        }
        Self(path)
    }

    /// The object of any type with this entryUUID.
    pub(in crate::target::udm) fn any_object(uuid: &str) -> Self {
        Self(format!("object/{}", encoded(uuid)))
    }

    /// The objects below a DN that match all conditions, with these properties.
    pub(in crate::target::udm) fn search(
        kind: Kind,
        position: &str,
        matching: &[(&str, &str)],
        properties: &[&str],
    ) -> Self {
        let mut path = format!("{}/?position={}&scope=sub", kind.path(), encoded(position));
        for (property, value) in matching {
            let _ = write!(path, "&query%5B{}%5D={}", encoded(property), encoded(value));
        }
        for property in properties {
            let _ = write!(path, "&properties={}", encoded(property));
        }
        Self(path)
    }

    /// The objects below a DN that match an LDAP filter over properties, or all, with these properties.
    pub(in crate::target::udm) fn filtered(
        kind: Kind,
        position: &str,
        filter: Option<&str>,
        properties: &[&str],
    ) -> Self {
        let mut path = Self::search(kind, position, &[], properties).0;
        if let Some(filter) = filter {
            let _ = write!(path, "&filter={}", encoded(filter));
        }
        Self(path)
    }

    /// Returns whether the answer is the address of the object.
    pub(super) fn is_any_object(&self) -> bool {
        self.0.starts_with("object/")
    }

    pub(in crate::target::udm) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Encodes a text as a part of an address.
pub(in crate::target::udm) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// The DN of the object that a `Location` leads to.
pub(in crate::target::udm) fn name_in(location: &str) -> Option<String> {
    let (_, last) = location.rsplit_once('/')?;
    let name = percent_decode_str(last).decode_utf8().ok()?;
    name.contains('=').then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_of_a_name_is_encoded() {
        let dn = "cn=a\\, b/c+\u{fc},ou=x,dc=y";
        let path = Path::object(Kind::Group, dn);
        assert_eq!(
            path.as_str(),
            "groups/group/cn%3Da%5C%2C%20b%2Fc%2B%C3%BC%2Cou%3Dx%2Cdc%3Dy"
        );
        let location = format!("https://ucs.example/univention/udm/{}", path.as_str());
        assert_eq!(name_in(&location).as_deref(), Some(dn));
        assert_eq!(name_in("https://ucs.example/udm/progress/123"), None);
    }

    #[test]
    fn a_search_names_each_property() {
        let path = Path::search(
            Kind::User,
            "ou=a,dc=b",
            &[("e-mail", "x*")],
            &["username", "e-mail"],
        );
        assert_eq!(
            path.as_str(),
            "users/user/?position=ou%3Da%2Cdc%3Db&scope=sub&query%5Be-mail%5D=x%2A&properties=username&properties=e-mail"
        );
    }
}
