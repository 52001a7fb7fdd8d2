//! Hides secrets and names in a configuration that is shown.

use url::Url;

use super::value::Shown;
use crate::config::keys::Kind;
use crate::model::Personal;

/// Replaces a secret.
const MASK: &str = "***";

/// Keys whose values identify people.
const PEOPLE: [&str; 2] = ["protected", "canaries"];

/// The value without secrets, with personal values marked.
pub(super) fn masked(pattern: &str, kind: Kind, value: Shown) -> Shown {
    if kind == Kind::Secret {
        return value.map(&|text| if text.is_empty() { text } else { MASK.to_owned() });
    }
    // Anyone with such an address can use it.
    let path_is_secret = pattern.starts_with("notify.") && kind == Kind::Url;
    if PEOPLE.iter().any(|name| pattern.ends_with(&format!(".{name}"))) {
        return value.map(&|text| Personal(text).to_string());
    }
    value.map(&|text| address(&text, path_is_secret).unwrap_or(text))
}

/// An address without its secrets; `None` if it has none, or is not an address.
fn address(text: &str, path_is_secret: bool) -> Option<String> {
    if !text.contains("://") {
        return None;
    }
    let mut url = Url::parse(text.trim()).ok()?;
    let before = url.clone();
    if url.password().is_some() {
        url.set_password(Some(MASK)).ok()?;
    }
    if !url.username().is_empty() {
        url.set_username(MASK).ok()?;
    }
    if url.query().is_some() {
        url.set_query(Some(MASK));
    }
    if path_is_secret && url.path() != "/" {
        url.set_path(MASK);
    }
    (url != before).then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_secrets() {
        for (text, secret_path, shown) in [
            ("https://a.example/x", false, None),
            ("https://a.example/x", true, Some("https://a.example/***")),
            ("https://a.example", true, None),
            (
                "https://token@a.example/x",
                false,
                Some("https://***@a.example/x"),
            ),
            (
                "https://me:pw@a.example",
                false,
                Some("https://***:***@a.example/"),
            ),
            (
                "https://a.example/list?key=1",
                false,
                Some("https://a.example/list?***"),
            ),
            ("user:pw", true, None),
            ("{{ mail }}", false, None),
        ] {
            assert_eq!(address(text, secret_path).as_deref(), shown, "{text}");
        }
    }
}
