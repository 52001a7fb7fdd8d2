//! The attributes of a Zitadel user.

use directory_sync::config::{self, ConfigErrors, Environment, Link, LoadRequest, Settings};
use directory_sync::model::{Desired, ExternalId, Mutability, Purpose, Value};
use directory_sync::target::Target;
use directory_sync::target::zitadel::schema;
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
    assert!(people >= 11, "{people} attributes");
}

#[tokio::test]
async fn each_attribute_is_written_read_and_undone() {
    each_attribute_lives(Version::V4).await;
}

#[tokio::test]
async fn each_attribute_is_written_read_and_undone_on_an_old_server() {
    each_attribute_lives(Version::V2_64).await;
}

/// A configuration with a directory and a file.
fn config(further: &str, mapped: &str) -> String {
    format!(
        "zitadel:\n  url: http://127.0.0.1:9\n  token: t\n  organization_id: '1'\n  project_id: '2'\n  metadata_attributes: {{{further}}}\n\
         sources:\n  csv:\n    file_path: users.csv\n  ldap:\n    url: ldap://127.0.0.1:9\n    base_dn: dc=x\n    bind_dn: cn=x\n    \
         bind_password: x\n    user_filter: (uid=*)\n    attributes: {{user_id: uid, status: s, disable_bitmasks: [2]{mapped}}}\n"
    )
}

fn load(text: &str) -> Result<Settings, ConfigErrors> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    testkit::files::write_private(&path, text).unwrap();
    let request = LoadRequest {
        config: Some(path),
        ..LoadRequest::default()
    };
    config::load(&request, &Environment::default())
}

/// The sources provide each attribute that is kept equal to them, and no further attribute gets a name of the schema.
#[test]
fn the_configuration_knows_each_attribute() {
    let schema = schema(None);
    let provided: Vec<&str> = schema
        .iter()
        .filter(|(_, spec)| spec.comes_from_sources() && spec.mutability == Mutability::ReadWrite)
        .filter(|(_, spec)| !matches!(spec.purpose, Purpose::Access | Purpose::Provider))
        .map(|(_, spec)| &*spec.name)
        .collect();
    let mapped: Vec<String> = provided.iter().map(|name| format!(", {name}: {name}")).collect();
    let settings = load(&config("", &mapped.concat())).unwrap_or_else(|wrong| panic!("{wrong}"));
    for source in &settings.sources {
        for name in &provided {
            // In a file, the address is also the preferred user name.
            let is_address = source.kind.name() == "csv" && *name == "preferred_username";
            let from = source.made_from(true, name);
            assert_eq!(from.is_empty(), is_address, "{} of {}", name, source.name);
        }
    }
    for (_, spec) in schema.iter() {
        let named = config(&format!("{}: key", spec.name), &mapped.concat());
        assert!(
            load(&named).is_err(),
            "`{}` can be a further attribute",
            spec.name
        );
    }
}
