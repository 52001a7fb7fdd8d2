//! Credentials for Zitadel: exactly one of a key file, a token, and client credentials.

use secrecy::ExposeSecret;

use crate::config::document::files;
use crate::config::read::Reader;
use crate::config::settings::Credentials;

const KEY_FILE: &str = "zitadel.key_file";
const TOKEN: &str = "zitadel.token";
const TOKEN_FILE: &str = "zitadel.token_file";
const CLIENT_ID: &str = "zitadel.client_id";
const CLIENT_SECRET: &str = "zitadel.client_secret";
const CLIENT_SECRET_FILE: &str = "zitadel.client_secret_file";

/// Reads the credentials; `None` after a mistake.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Credentials> {
    const WAYS: [&[&str]; 4] = [
        &[KEY_FILE],
        &[TOKEN],
        &[TOKEN_FILE],
        &[CLIENT_ID, CLIENT_SECRET, CLIENT_SECRET_FILE],
    ];
    let given: Vec<&str> = WAYS
        .iter()
        .filter_map(|keys| keys.iter().copied().find(|key| !reader.absent(key)))
        .collect();
    match given[..] {
        [] => {
            let hint = "download the service account's key, or give `zitadel.token`, `zitadel.token_file`, or \
                        `zitadel.client_id` and `zitadel.client_secret`";
            reader.missing(KEY_FILE, Some(hint));
            None
        }
        [KEY_FILE] => key_file(reader),
        [TOKEN] => {
            reader.required(TOKEN)?;
            token(reader, TOKEN)
        }
        [TOKEN_FILE] => token(reader, TOKEN_FILE),
        [_] => client(reader),
        [first, ref rest @ ..] => {
            let rest: Vec<_> = rest.iter().map(|path| format!("`{path}`")).collect();
            let what = format!(
                "`{first}` and {} are given, but only one can be used",
                rest.join(" and ")
            );
            reader.refuse(first, what, Some("keep one of them"))
        }
    }
}

fn key_file(reader: &mut Reader<'_>) -> Option<Credentials> {
    let file = reader.required_path(KEY_FILE)?;
    match files::service_account_key(&file) {
        Ok(()) => {
            reader.is_private(&file);
            Some(Credentials::KeyFile(file))
        }
        Err(problem) => {
            let hint = "in Zitadel, open the service account, Keys, New, and save the JSON file";
            reader.refuse(KEY_FILE, format!("`{KEY_FILE}`: {problem}"), Some(hint))
        }
    }
}

/// The token for a header. Line breaks and blanks around it come from a Secret, or from copying.
fn token(reader: &mut Reader<'_>, path: &str) -> Option<Credentials> {
    let given = reader.secret(TOKEN)?;
    let is_around = |sign: char| sign.is_whitespace() || sign.is_control() || sign == '\u{feff}';
    let token = given.expose_secret().trim_matches(is_around);
    let problem = match token.chars().find(|sign| !sign.is_ascii_graphic()) {
        None if token.is_empty() => "contains no token",
        None => return Some(Credentials::Token(token.into())),
        Some('\n' | '\r') => "contains a token with a line break",
        Some(sign) if sign.is_whitespace() => "contains a token with a blank",
        Some(_) => "contains a token with an invalid character",
    };
    let hint = "in Zitadel, open the service account, Personal Access Tokens, New, and copy only the token, \
         completely";
    reader.refuse(path, format!("`{path}` {problem}"), Some(hint))
}

fn client(reader: &mut Reader<'_>) -> Option<Credentials> {
    let hint =
        "in Zitadel, open the service account, Actions, Generate Client Secret; the secret is shown once";
    let id = reader.filled(CLIENT_ID);
    if reader.absent(CLIENT_ID) {
        let hint = "give the user name of the service account, as Zitadel shows it beside the client secret";
        reader.missing(CLIENT_ID, Some(hint));
    }
    let secret = reader.required_secret(CLIENT_SECRET, Some(hint))?;
    if secret.expose_secret().trim().is_empty() {
        return reader.refuse(CLIENT_SECRET, format!("`{CLIENT_SECRET}` is empty"), Some(hint));
    }
    Some(Credentials::Client { id: id?, secret })
}
