//! Properties of a user in UDM, of every form.

use directory_sync::model::{Desired, Value};

use super::{Samples, walk};
use crate::target_contract::udm::stage::Stage;

const PROPERTIES: [&str; 7] = [
    "username",
    "firstname",
    "lastname",
    "mailPrimaryAddress",
    "phone",
    "description",
    "departmentNumber",
];

fn samples(name: &str, somebody: &Desired) -> Option<Samples> {
    let two = |one: &str, other: &str| Samples::Two(Value::text(one), Value::text(other));
    let sets = |one: &[&str], other: &[&str]| {
        let set = |texts: &[&str]| Value::set(texts.iter().map(|text| Box::from(*text))).unwrap();
        Samples::Two(set(one), set(other))
    };
    let _ = somebody;
    Some(match name {
        "username" => two("ada", "augusta"),
        "firstname" => two("Ada", "Augusta"),
        "lastname" => two("Lovelace", "King"),
        "mailPrimaryAddress" => two("first@example.org", "second@example.org"),
        "phone" => sets(&["+49 30 1", "+49 30 2"], &["+49 30 2", "+49 30 3"]),
        "description" => two("counts", "computes"),
        "departmentNumber" => sets(&["1"], &["2", "3"]),
        // Follows from the configuration.
        "position" => Samples::One(Value::text("ou=people")),
        _ => return None,
    })
}

#[tokio::test]
async fn each_attribute_is_written_read_and_undone() {
    let stage = Stage::with(&PROPERTIES);
    let target = stage.target().await;
    let mut people = 0;
    let somebody = || {
        people += 1;
        stage.somebody(&target, &[])
    };
    walk(&target, somebody, samples).await;
    assert_eq!(people, PROPERTIES.len() + 1);
}
