//! Addresses, whose most common mistake is a missing scheme.

use url::Url;

use super::keys;
use super::read::Reader;

impl Reader<'_> {
    /// An address with one of these schemes, of which the last is the one to recommend.
    pub(super) fn url(&mut self, path: &str, text: &str, schemes: &[&str]) -> Option<Url> {
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

fn shown(text: &str) -> String {
    if text.contains('@') {
        // What stands before it may be a password.
        "the address".into()
    } else {
        format!("`{text}`")
    }
}

/// `auth.example.org:443` is an address with the scheme `auth.example.org`, which nobody means.
fn hint(text: &str, schemes: &[&str]) -> Option<String> {
    let scheme = schemes.last()?;
    (!text.contains('@') && !text.contains("://")).then(|| format!("did you mean `{scheme}://{text}`?"))
}
