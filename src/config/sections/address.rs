//! Addresses. The most common mistake is a missing scheme.

use std::net::IpAddr;

use url::Url;

use crate::config::keys;
use crate::config::read::Reader;

impl Reader<'_> {
    /// Warns if a secret is sent to this address without encryption, unless it is on this machine.
    pub(in crate::config) fn warn_of_clear_text(&mut self, path: &str, url: &Url, secret: &str, fix: &str) {
        if is_encrypted(url) || is_this_machine(url) {
            return;
        }
        let host = url.host_str().unwrap_or_default();
        self.report.notes.push(format!(
            "`{path}`: {secret} goes to `{host}` without encryption, so anyone on the network path can read it; {fix}"
        ));
    }

    /// An address with one of these schemes. The last one is recommended.
    pub(in crate::config) fn url(&mut self, path: &str, text: &str, schemes: &[&str]) -> Option<Url> {
        let text = text.trim();
        match Url::parse(text) {
            Ok(url) if schemes.contains(&url.scheme()) => return Some(url),
            Ok(_) => {
                let starts: Vec<_> = schemes.iter().map(|scheme| format!("{scheme}://")).collect();
                let starts: Vec<_> = starts.iter().map(String::as_str).collect();
                let what = format!(
                    "`{path}`: {} must start with {}",
                    shown(text),
                    keys::one_of(&starts)
                );
                self.wrong(path, what, hint(text, schemes).as_deref());
            }
            Err(error) => {
                let what = format!("`{path}`: {} is not an address: {error}", shown(text));
                self.wrong(path, what, hint(text, schemes).as_deref());
            }
        }
        None
    }
}

fn is_encrypted(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "ldaps" | "ldapi")
}

/// A name that is always local (RFC 6761), or an address of the loopback interface.
fn is_this_machine(url: &Url) -> bool {
    let host = url
        .host_str()
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_lowercase();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => address.to_canonical().is_loopback(),
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

fn shown(text: &str) -> String {
    if text.contains('@') {
        // What precedes it may be a password.
        "the address".into()
    } else {
        format!("`{text}`")
    }
}

/// `auth.example.org:443` is parsed as an address with the scheme `auth.example.org`, which is never meant.
fn hint(text: &str, schemes: &[&str]) -> Option<String> {
    let scheme = schemes.last()?;
    (!text.contains('@') && !text.contains("://")).then(|| format!("did you mean `{scheme}://{text}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_loopback_interface_is_this_machine() {
        for (url, here) in [
            ("ldap://localhost", true),
            ("ldap://LOCALHOST.:389", true),
            ("http://zitadel.localhost:8080", true),
            ("ldap://127.8.9.1", true),
            ("http://127.1", true),
            ("ldap://[::1]:389", true),
            ("ldap://[::ffff:127.0.0.1]", true),
            ("ldap://dc1.example.org", false),
            ("ldap://localhost.example.org", false),
            ("ldap://127.0.0.1.example.org", false),
            ("ldap://10.0.0.1", false),
            ("ldap://[fe80::1]", false),
            ("http://0.0.0.0", false),
        ] {
            assert_eq!(is_this_machine(&url.parse().unwrap()), here, "{url}");
        }
    }
}
