//! `notify.*`: where the result of a run is sent. A part with a mistake is left out.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::config::error::{Mistake, suggest};
use crate::config::read::{Item, Reader};
use crate::config::settings::{NotifySettings, Occasion, WebhookSettings};

const HEALTHCHECKS: &str = "notify.healthchecks";
const URL: &str = "notify.webhook.url";
const SECRET: &str = "notify.webhook.secret";
const SECRET_FILE: &str = "notify.webhook.secret_file";
const ON: &str = "notify.webhook.on";

const OCCASIONS: [(&str, Occasion); 4] = [
    ("failure", Occasion::Failure),
    ("refused", Occasion::Refused),
    ("changed", Occasion::Changed),
    ("success", Occasion::Success),
];

pub(in crate::config) fn read(reader: &mut Reader<'_>) -> NotifySettings {
    NotifySettings {
        healthchecks: address(reader, HEALTHCHECKS),
        webhook: webhook(reader),
    }
}

fn address(reader: &mut Reader<'_>, path: &str) -> Option<Url> {
    let text = reader.filled(path)?;
    reader.url(path, &text, &["http", "https"])
}

fn webhook(reader: &mut Reader<'_>) -> Option<WebhookSettings> {
    if [URL, SECRET, SECRET_FILE, ON]
        .iter()
        .all(|path| reader.absent(path))
    {
        return None;
    }
    if reader.absent(URL) {
        reader.missing(URL, Some("name the address that the report is sent to"));
    }
    let url = address(reader, URL);
    let secret = secret(reader);
    let on = occasions(reader);
    Some(WebhookSettings {
        url: url?,
        secret,
        on,
    })
}

fn secret(reader: &mut Reader<'_>) -> Option<SecretString> {
    let secret = reader.secret(SECRET)?;
    if secret.expose_secret().trim().is_empty() {
        let given = if reader.absent(SECRET) {
            SECRET_FILE
        } else {
            SECRET
        };
        return reader.refuse(
            given,
            format!("`{SECRET}` is empty"),
            Some("write the secret that the receiver has, too"),
        );
    }
    Some(secret)
}

fn occasions(reader: &mut Reader<'_>) -> Vec<Occasion> {
    if reader.absent(ON) {
        return vec![Occasion::Failure, Occasion::Refused];
    }
    let items = reader.list(ON);
    items
        .into_iter()
        .filter_map(|item| occasion(reader, item))
        .collect()
}

fn occasion(reader: &mut Reader<'_>, item: Item) -> Option<Occasion> {
    let given = item.text.trim();
    let mut known = OCCASIONS.iter();
    if let Some((_, occasion)) = known.find(|(word, _)| word.eq_ignore_ascii_case(given)) {
        return Some(*occasion);
    }
    let words = OCCASIONS.map(|(word, _)| word);
    let hint = match suggest(given, words) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are `{}`", words.join("`, `")),
    };
    let what = format!("`{ON}` does not know `{given}`");
    let mistake = Mistake::new(ON, what).at(item.origin).hint(hint);
    reader.report.mistakes.push(mistake);
    None
}
