//! Ownership of an object: by its key property, its name and its container.

use super::catalog::USER;
use crate::config::Dn;
use crate::model::{Existing, Ownership, Purpose, Schema};

const NO_ID: &str = "it has no external id";
const OUR_OWN: &str = "directory-sync signs in as it";
const ELSEWHERE: &str = "it is in another container";

/// Decides about the ownership of an object below the container. Its id and its name must be known.
pub(in crate::target::udm) fn decide(object: &mut Existing, schema: &Schema, own_name: &str) {
    let login = object
        .attributes
        .text_of(schema, Purpose::Login)
        .unwrap_or_default();
    object.ownership = if object.resource == USER && login.eq_ignore_ascii_case(own_name) {
        Ownership::Protected(OUR_OWN)
    } else if object.id.is_none() {
        Ownership::Foreign(NO_ID)
    } else {
        Ownership::Ours
    };
}

/// Protects an object outside of the container, whatever id it has.
pub(in crate::target::udm) fn protect_elsewhere(object: &mut Existing, dn: &str, container: &str) {
    let container = Dn::parse(container.as_bytes());
    let is_inside = Dn::parse(dn.as_bytes())
        .zip(container)
        .is_some_and(|(dn, container)| dn.is_within(&container));
    if !is_inside {
        object.ownership = Ownership::Protected(ELSEWHERE);
        object.id = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalog::GROUP;
    use super::*;
    use crate::model::{
        AttributeIndex, AttributeSet, AttributeSpec, Attributes, ExternalId, Lifecycle, TargetId, TypeId,
        Value,
    };

    fn object(resource: TypeId, login: &str, id: Option<&str>) -> (Schema, Existing) {
        let login_name = AttributeSpec {
            purpose: Purpose::Login,
            ..AttributeSpec::text("login")
        };
        let mut attributes = Attributes::default();
        attributes.set(AttributeIndex(0), Some(Value::text(login)));
        let object = Existing {
            resource,
            target_id: TargetId::new("1"),
            id: id.map(|id| ExternalId::new(id.as_bytes())),
            claims: Box::default(),
            lifecycle: Lifecycle::Active,
            attributes,
            not_fetched: AttributeSet::default(),
            ownership: Ownership::Ours,
        };
        (Schema::new([login_name]), object)
    }

    /// The user that the program signs in as is never managed, whatever id it has. A group of that name is another.
    #[test]
    fn an_id_is_ours_except_of_the_service_account() {
        for (resource, login, id, ownership) in [
            (USER, "ada", Some("1"), Ownership::Ours),
            (USER, "ada", None, Ownership::Foreign(NO_ID)),
            (USER, "DirSync", Some("1"), Ownership::Protected(OUR_OWN)),
            (GROUP, "dirsync", Some("1"), Ownership::Ours),
        ] {
            let (schema, mut object) = object(resource, login, id);
            decide(&mut object, &schema, "dirsync");
            assert_eq!(object.ownership, ownership, "{login}");
        }
    }

    #[test]
    fn an_object_of_another_container_is_protected() {
        for (dn, id, ownership) in [
            ("uid=ada,OU=Sync,dc=example", Some("1"), Ownership::Ours),
            ("uid=ada,ou=a,ou=sync,dc=example", Some("1"), Ownership::Ours),
            (
                "uid=ada,ou=other,dc=example",
                None,
                Ownership::Protected(ELSEWHERE),
            ),
            ("no name", None, Ownership::Protected(ELSEWHERE)),
        ] {
            let (_, mut object) = object(USER, "ada", Some("1"));
            protect_elsewhere(&mut object, dn, "ou=sync, dc=example");
            assert_eq!(object.ownership, ownership, "{dn}");
            assert_eq!(
                object.id,
                id.map(|id: &str| ExternalId::new(id.as_bytes())),
                "{dn}"
            );
        }
    }
}
