use super::*;

fn kind(version: Version, method: &str, path: &str) -> String {
    match find(version, method, path) {
        Found::Rest(route, _) | Found::Connect(route) => route.pattern.to_owned(),
        Found::WrongMethod(transport) => format!("405 {transport:?}"),
        Found::NoConnectMethod => "404 text".to_owned(),
        Found::Nothing => "404".to_owned(),
    }
}

/// Known paths answer 405 to another method, unknown ones 404.
#[test]
fn wrong_methods_and_paths() {
    assert_eq!(kind(Version::V4, "PUT", "/v2/users"), "405 Rest");
    assert_eq!(kind(Version::V4, "POST", "/v2/users/"), "405 Rest");
    assert_eq!(kind(Version::V4, "POST", "/v2/users/1/nothing"), "404");
    assert_eq!(
        kind(Version::V4, "GET", "/zitadel.user.v2.UserService/ListUsers"),
        "405 Connect"
    );
    assert_eq!(
        kind(Version::V4, "POST", "/zitadel.user.v2.UserService/Nope"),
        "404 text"
    );
    assert_eq!(
        kind(Version::V4, "POST", "/zitadel.nope.v2.NopeService/Nope"),
        "404"
    );
}

/// The older server lacks the newer paths; two of them look like a user id to it.
#[test]
fn older_server_lacks_newer_paths() {
    assert_eq!(kind(Version::V2_64, "POST", "/v2/users/new"), "405 Rest");
    assert_eq!(kind(Version::V2_64, "PATCH", "/v2/users/1"), "405 Rest");
    assert_eq!(kind(Version::V2_64, "POST", "/v2/users/1/metadata"), "404");
    assert_eq!(
        kind(Version::V2_64, "POST", "/zitadel.user.v2.UserService/ListUsers"),
        "404"
    );
}
