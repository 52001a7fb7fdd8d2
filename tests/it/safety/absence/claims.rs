//! Each name by which a record could mean an account keeps the account by itself.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value as Json, json};
use testkit::people::Person;
use uuid::{Uuid, uuid};

use crate::safety::lab::{Lab, staff};

const LOCALPARTS: Uuid = uuid!("d9979cff-abee-4666-bc88-1ec45a843fb8");

const KEPT: &str = "skipped 1: a rejected record has its login name, address or `localpart`";

/// Ten people have accounts. Then Ada's entry is gone, and there is one of another id and this address, which lacks a first
/// name; Ben has left.
fn moved(address: &str) -> Lab {
    let lab = Lab::ldap(&staff(10));
    lab.run("sync").exits(0);
    lab.configure("policy: {absent: delete}\nguard: {max_removals: 5}\n");
    lab.slapd().delete(&Person::new("ada", "", "").dn());
    lab.slapd().delete(&Person::new("ben", "", "").dn());
    lab.slapd().change(&format!(
        "dn: cn=x9,ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\ncn: x9\nuid: x9\nsn: Test\nmail: {address}\n"
    ));
    lab
}

/// What an administrator does to Ada's account.
fn act(lab: &Lab, method: &str, path: &str, body: &Json) {
    let id = lab.account("ada").id;
    let (status, reply) = lab.zitadel.act(method, &path.replace("ADA", &id), body);
    assert_eq!(status, 200, "{reply}");
}

/// Her account stays, and no other.
#[track_caller]
fn keeps_ada(lab: &Lab) {
    let before = lab.account("ada");
    lab.run("sync").exits(1).says("1 deleted").says(KEPT);
    assert_eq!(lab.account("ada"), before);
    assert_eq!(lab.zitadel.users().len(), 9);
}

#[test]
fn the_address_of_a_record_that_cannot_be_used_keeps_its_account() {
    keeps_ada(&moved("ada@example.com"));
}

#[test]
fn an_account_is_known_by_its_login_name_alone() {
    let lab = moved("ada@example.com");
    let address = json!({"email": {"email": "private@example.net", "isVerified": true}});
    act(&lab, "PUT", "/v2/users/human/ADA", &address);
    keeps_ada(&lab);
}

#[test]
fn an_account_is_known_by_its_address_alone() {
    let lab = moved("ada@example.com");
    act(
        &lab,
        "PUT",
        "/v2/users/human/ADA",
        &json!({"username": "lovelace"}),
    );
    keeps_ada(&lab);
}

/// The `localpart` that the person of the record would get is the account's.
#[test]
fn an_account_is_known_by_the_localpart_that_an_id_gives() {
    let lab = moved("other@example.com");
    let localpart = Uuid::new_v5(&LOCALPARTS, b"x9").to_string();
    let body = json!({"value": BASE64_STANDARD.encode(localpart)});
    act(&lab, "POST", "/management/v1/users/ADA/metadata/localpart", &body);
    keeps_ada(&lab);
}
