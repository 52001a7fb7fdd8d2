//! The UDM double: held to what a real server answered, and what it does beyond that.

mod compare;
mod concurrency;
mod faults;
mod recordings;
mod rules;
mod story;
#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};
use support::{Reply, send};
use testkit::udm::{Options, UdmDouble};

/// The base of a double.
const BASE: &str = "dc=univention-organization,dc=intranet";

fn start() -> UdmDouble {
    UdmDouble::start(Options::default())
}

/// Calls the double as an administrator.
fn call(udm: &UdmDouble, method: &str, path: &str, body: &Value) -> Reply {
    try_call(udm, (method, path), body).expect("an answer")
}

fn try_call(udm: &UdmDouble, (method, path): (&str, &str), body: &Value) -> std::io::Result<Reply> {
    let token = story::basic(&udm.username(), &udm.password());
    let mut headers = vec![("Authorization", token.as_str()), ("Accept", "application/json")];
    let mut bytes = Vec::new();
    if !body.is_null() {
        headers.push(("Content-Type", "application/json"));
        bytes = body.to_string().into_bytes();
    }
    send(udm.port(), (method, &format!("/udm/{path}")), &headers, &bytes)
}

/// A request that creates a user.
fn create_user(udm: &UdmDouble, name: &str, more: &Value) -> Reply {
    let mut properties = json!({"username": name, "lastname": name, "password": "Xa.12345678"});
    for (key, value) in more.as_object().into_iter().flatten() {
        properties[key] = value.clone();
    }
    let body = json!({"position": format!("cn=users,{BASE}"), "properties": properties});
    call(udm, "POST", "users/user/", &body)
}

/// Address of an object of the default containers.
fn address(kind: &str, dn: &str) -> String {
    format!("{kind}/{}", story::quoted(dn, ""))
}
