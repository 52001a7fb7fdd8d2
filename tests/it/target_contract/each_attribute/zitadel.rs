//! The attributes of a Zitadel user.

use directory_sync::config::Link;
use directory_sync::model::{Desired, ExternalId, Value};
use directory_sync::target::Target;
use testkit::zitadel::{Options, Version};

use super::{Samples, walk};
use crate::target_contract::support::{World, at, person};

/// Values of each attribute of the schema.
fn samples(name: &str, somebody: &Desired) -> Option<Samples> {
    let two = |one: &str, other: &str| Samples::Two(Value::text(one), Value::text(other));
    let set = |text: &str| Value::set([text.into()]).unwrap();
    Some(match name {
        "first_name" => two("Ada", "Augusta"),
        "last_name" => two("Lovelace", "King"),
        "email" => two("first@example.org", "second@example.org"),
        "phone" => two("+4930901820", "+4930901821"),
        "preferred_language" => two("de", "fr-CH"),
        "preferred_username" => two("ada", "augusta"),
        "localpart" => two("ada.l", "augusta.k"),
        "provider" => two("clinic", "another clinic"),
        "roles" => Samples::Two(set("User"), set("Admin")),
        // Derived from the id.
        "idp_link" => Samples::One(Value::text(somebody.id.as_text()?)),
        "department" => two("surgery", "radiology"),
        _ => return None,
    })
}

async fn each_attribute_lives(version: Version) {
    let mut world = World::with(Options {
        version,
        roles: vec!["Admin".into(), "User".into()],
        ..Options::default()
    });
    world.settings.owned_roles = vec!["Admin".into(), "User".into()];
    world.settings.metadata_attributes = vec![("department".into(), "org.department".into())];
    (world.settings.sso_login, world.settings.link) = (true, Link::Existing);
    world.settings.claims_accounts = true;
    let target = world.target();
    let mut people = 0;
    let somebody = || {
        people += 1;
        let mut somebody = person(&target, &[("email", &format!("ada{people}@example.org"))]);
        somebody.id = ExternalId::new(format!("ada{people}").into_bytes());
        let link = Value::text(somebody.id.as_text().unwrap());
        somebody.attributes.set(at(&target, "idp_link"), Some(link));
        target.normalize(&mut somebody).unwrap();
        somebody
    };
    walk(&target, somebody, samples).await;
    assert_eq!(people, 11);
}

#[tokio::test]
async fn each_attribute_is_written_read_and_undone() {
    each_attribute_lives(Version::V4).await;
}

#[tokio::test]
async fn each_attribute_is_written_read_and_undone_on_an_old_server() {
    each_attribute_lives(Version::V2_64).await;
}
