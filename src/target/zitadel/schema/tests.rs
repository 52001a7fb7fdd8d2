use super::*;
use crate::target::zitadel::rules::metadata::Keys;

/// Each constant is the index of the attribute with its name.
#[test]
fn indexes_fit_names() {
    let schema = schema(None);
    for (index, name) in [
        (FIRST_NAME, "first_name"),
        (EMAIL, "email"),
        (PREFERRED_LANGUAGE, "preferred_language"),
        (ROLES, "roles"),
        (MISSING_RUNS, "missing_runs"),
        (IDP_LINK, "idp_link"),
    ] {
        assert_eq!(schema.index(name), Some(index));
    }
    assert_eq!(schema.iter().count(), PARTS.len());
    let keys = Keys::new(std::iter::empty());
    for (index, spec) in schema.iter() {
        let elsewhere = keys.of(index).is_some() || index == IDP_LINK;
        assert_eq!(spec.is_listed(), !elsewhere, "{}", spec.name);
    }
}
