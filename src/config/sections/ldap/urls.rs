//! `sources.NAME.url`: the addresses of the directory, without other LDAP URL parts.

use url::Url;

use crate::config::read::Reader;

const SUCH_AS: &str = "write the address of the directory, such as `ldaps://ldap.example.org`";

/// Reads one address or several; `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>, source: &str) -> Option<Vec<Url>> {
    let path = &format!("{source}.url");
    if reader.absent(path) {
        reader.missing(path, Some(SUCH_AS));
        return None;
    }
    let before = reader.report.mistakes.len();
    let mut urls = Vec::new();
    for item in reader.list(path) {
        if let Some(url) = reader.url(path, &item.text, &["ldapi", "ldap", "ldaps"]) {
            if let Some((what, hint)) = fault(&url) {
                reader.wrong(path, format!("`{path}`: {what}"), hint);
            }
            urls.push(url);
        }
    }
    if reader.report.mistakes.len() > before {
        return None;
    }
    if urls.is_empty() {
        return reader.refuse(path, format!("`{path}` is empty"), Some(SUCH_AS));
    }
    Some(urls)
}

/// What is wrong with an address, and what to do.
fn fault(url: &Url) -> Option<(String, Option<&'static str>)> {
    let host = url.host_str().unwrap_or_default();
    if !url.username().is_empty() || url.password().is_some() {
        let what = "the address must not contain a user name or password".to_owned();
        return Some((what, Some("use `bind_dn` and `bind_password`")));
    }
    let has_path = !matches!(url.path(), "" | "/");
    if url.scheme() == "ldapi" {
        let is_misplaced = host.is_empty() || has_path || url.query().is_some() || url.fragment().is_some();
        return is_misplaced.then(|| {
            let what = format!("`{url}` does not name a socket");
            let hint = "write its path instead of the host, with `%2F` for each `/`: `ldapi://%2Frun%2Fslapd%2Fldapi`";
            (what, Some(hint))
        });
    }
    if host.is_empty() {
        return Some((format!("`{url}` names no host"), Some(SUCH_AS)));
    }
    // RFC 4516: base, then attributes, scope, filter and extensions, each after a question mark.
    (has_path || url.query().is_some() || url.fragment().is_some()).then(|| {
        let mut server = url.clone();
        server.set_path("");
        server.set_query(None);
        server.set_fragment(None);
        let what = format!(
            "`{url}` contains more than a server; the part after the host, such as a base or a filter, would have \
             no effect"
        );
        let what = format!("{what}: write `{server}`");
        (what, Some("write the base to `base_dn`, the filter to `user_filter`, and attribute names to `attributes`"))
    })
}

/// Warns about passwords that are sent without encryption.
pub(in crate::config) fn warn_of_clear_text(reader: &mut Reader<'_>, source: &str, urls: &[Url]) {
    for url in urls.iter().filter(|url| url.scheme() == "ldap") {
        reader.warn_of_clear_text(
            &format!("{source}.url"),
            url,
            "`bind_password`",
            "use an `ldaps://` address, or set `tls.danger_use_start_tls: true`",
        );
    }
}
