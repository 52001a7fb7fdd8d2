//! Whatever a source says about a person: what is written reads back as it was written, and nothing is left to do.

use directory_sync::model::{Desired, Existing, ExternalId, Ids, Value};
use directory_sync::target::Target;
use directory_sync::target::zitadel::ZitadelTarget;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use testkit::zitadel::{Options, Version};

use crate::target_contract::support::{World, at, person, plan_of, read_all};

/// What a source may say, before anybody has looked at it.
#[derive(Clone, Debug)]
struct Said {
    first_name: String,
    last_name: String,
    email: String,
    phone: String,
    preferred_username: String,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{1,20}",
        "(?s).{0,12}",
        "[ \\t\u{a0}\u{3000}]?[A-Za-zäöüßŞİ'-]{1,10}[ \\t\u{a0}]?"
    ]
}

fn said() -> impl Strategy<Value = Said> {
    let email = prop_oneof![
        6 => "[a-zA-ZäÜß0-9+_'-]{1,10}@[a-zA-Z][a-zA-Z0-9]{0,6}\\.(org|DE)",
        1 => "\\PC{0,12}@example\\.org",
    ];
    let phone = prop_oneof![
        "",
        "(\\+|00)(41|49|43|44|39|33|1|7|54|55|52|86|353)0?[0-9 /-]{4,12}",
        "\\+?[0-9 ()/.-]{1,20}",
        "\\PC{0,10}",
    ];
    (text(), text(), email, phone, text()).prop_map(
        |(first_name, last_name, email, phone, preferred_username)| Said {
            first_name,
            last_name,
            email,
            phone,
            preferred_username,
        },
    )
}

/// The person, unless it is refused before anything is sent. The number keeps addresses apart.
fn desired(target: &ZitadelTarget, number: usize, said: &Said) -> Option<Desired> {
    // Sources provide no people without names.
    if said.first_name.is_empty() || said.last_name.is_empty() {
        return None;
    }
    let mut wanted = person(target, &[]);
    let email = format!("{number}{}", said.email);
    for (name, value) in [
        ("first_name", &said.first_name),
        ("last_name", &said.last_name),
        ("email", &email),
        ("phone", &said.phone),
        ("preferred_username", &said.preferred_username),
    ] {
        let value = (!value.is_empty()).then(|| Value::text(value.as_str()));
        wanted.attributes.set(at(target, name), value);
    }
    wanted.id = ExternalId::new(number.to_string().into_bytes());
    target.normalize(&mut wanted).ok()?;
    let once = wanted.clone();
    target.normalize(&mut wanted).unwrap();
    assert_eq!(wanted, once, "normalised twice it is another");
    Some(wanted)
}

/// Applies all changes. Afterwards all objects are listed as written, and a new plan is empty.
async fn follows(target: &ZitadelTarget, objects: &[Desired]) {
    for change in plan_of(target, objects).await.changes {
        let applied = target.apply(&change, &Ids::default()).await;
        let applied = applied.unwrap_or_else(|error| panic!("{error}: {change:?}"));
        assert_eq!(applied.warnings, Vec::<String>::new(), "{change:?}");
    }
    target.prepare().await.unwrap();
    let accounts = read_all(target).await;
    for wanted in objects {
        let is_theirs = |account: &&Existing| account.id.as_ref() == Some(&wanted.id);
        let [account] = accounts.iter().filter(is_theirs).collect::<Vec<_>>()[..] else {
            panic!("not once: {wanted:?}")
        };
        for name in ["first_name", "last_name", "email", "phone"] {
            let attribute = at(target, name);
            // What the target would refuse is not sent, and what it has stays.
            if wanted.unknown.contains(attribute) {
                continue;
            }
            assert_eq!(
                account.attributes.get(attribute),
                wanted.attributes.get(attribute),
                "{name} of {wanted:?}"
            );
        }
    }
    let left = plan_of(target, objects).await;
    assert_eq!((left.changes, left.unresolved), (vec![], vec![]));
}

/// New people, and then other things said about the same people.
fn everything_reads_back(version: Version) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let lives = prop::collection::vec((said(), said()), 1..4);
    let config = Config {
        cases: 64,
        failure_persistence: None,
        ..Config::default()
    };
    let reads_back = |lives: Vec<(Said, Said)>| {
        let world = World::with(Options {
            version,
            ..Options::default()
        });
        let target = world.target();
        let people: Vec<(Desired, Desired)> = lives
            .iter()
            .enumerate()
            .filter_map(|(number, (before, after))| {
                Some((
                    desired(&target, number, before)?,
                    desired(&target, number, after)?,
                ))
            })
            .collect();
        let (before, after): (Vec<_>, Vec<_>) = people.into_iter().unzip();
        runtime.block_on(async {
            follows(&target, &before).await;
            follows(&target, &after).await;
        });
        Ok(())
    };
    TestRunner::new(config).run(&lives, reads_back).unwrap();
}

#[test]
fn a_person_written_and_read_back_is_equal() {
    everything_reads_back(Version::V4);
}

#[test]
fn a_person_written_and_read_back_is_equal_on_an_old_server() {
    everything_reads_back(Version::V2_64);
}
