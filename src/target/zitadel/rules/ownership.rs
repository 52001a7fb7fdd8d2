//! Ownership of an account, as far as the lists show it, and the external ids that it may have.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::{Existing, ExternalId, Ownership};
use crate::target::zitadel::schema::{EXTERNAL_ID, ROLES};

const SERVICE_ACCOUNT: &str = "it is the account that directory-sync signs in with";
const NO_ID: &str = "it has no external id";
const NO_ROLE: &str = "it holds none of the roles";

/// Decides about the ownership of the account. Its roles must be known.
pub(in crate::target::zitadel) fn decide(account: &mut Existing, own_id: &str) {
    let has = |attribute| account.attributes.get(attribute).is_some();
    account.ownership = if account.target_id.as_str() == own_id {
        Ownership::Protected(SERVICE_ACCOUNT)
    } else if !has(EXTERNAL_ID) {
        Ownership::Foreign(NO_ID)
    } else if !has(ROLES) {
        Ownership::Unproved(NO_ROLE)
    } else {
        Ownership::Ours
    };
}

/// The ids that an older tool may have meant with a nickname: its bytes, and the bytes that it encodes in base64.
pub(in crate::target::zitadel) fn claims(nickname: &str) -> Box<[ExternalId]> {
    let plain = (!nickname.is_empty()).then(|| ExternalId::new(nickname.as_bytes()));
    let decoded = STANDARD
        .decode(nickname)
        .ok()
        .filter(|bytes| !bytes.is_empty())
        .map(ExternalId::new);
    plain.into_iter().chain(decoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AttributeSet, Attributes, Lifecycle, TargetId, TypeId, Value};

    /// The service account is never managed, whatever values it has. An id without a role proves nothing.
    #[test]
    fn id_and_role_together_are_ours() {
        for (id, role, own_id, ownership) in [
            (true, true, "2", Ownership::Ours),
            (true, false, "2", Ownership::Unproved(NO_ROLE)),
            (false, true, "2", Ownership::Foreign(NO_ID)),
            (false, false, "2", Ownership::Foreign(NO_ID)),
            (true, true, "1", Ownership::Protected(SERVICE_ACCOUNT)),
        ] {
            let mut attributes = Attributes::default();
            attributes.set(EXTERNAL_ID, id.then(|| Value::text("616461")));
            attributes.set(ROLES, Value::set(role.then(|| "User".into())));
            let mut account = Existing {
                resource: TypeId::default(),
                target_id: TargetId::new("1"),
                id: None,
                claims: Box::default(),
                lifecycle: Lifecycle::Active,
                attributes,
                not_fetched: AttributeSet::default(),
                ownership: Ownership::Ours,
            };
            decide(&mut account, own_id);
            assert_eq!(account.ownership, ownership);
        }
    }

    /// Older tools wrote ids as text, or their bytes in base64.
    #[test]
    fn a_nickname_means_its_text_and_what_it_encodes() {
        let id = |bytes: &[u8]| ExternalId::new(bytes);
        assert_eq!(*claims("YWRh"), [id(b"YWRh"), id(b"ada")]);
        assert_eq!(*claims("ada"), [id(b"ada")]);
        assert_eq!(*claims(""), []);
    }
}
