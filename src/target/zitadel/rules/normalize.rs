//! Rewrites a person as Zitadel would store it, so that a second run finds no difference. Pure.
//!
//! The limits are those of the create call, which is stricter than an update.

mod language;

use super::phone::Numbers;
use crate::model::{AttributeIndex, Desired, Value};
use crate::target::Remarks;
use crate::target::zitadel::schema::{
    EMAIL, FIRST_NAME, LAST_NAME, LOCALPART, PHONE, PREFERRED_LANGUAGE, PREFERRED_USERNAME,
};

/// Maximum number of characters of a name, an address or the nickname.
const LONGEST_TEXT: usize = 200;
/// The nickname contains two characters per byte.
const LONGEST_ID: usize = LONGEST_TEXT / 2;
/// Text under which numbers without a country code are counted.
const ASSUMED: &str = "phone numbers without a country code are read as those of Switzerland (+41), as Zitadel does; \
                       `zitadel.phone_region` names another country";
const LONGEST_METADATA: usize = 500_000;
const LOCALPART_BLANKS: &str = "the `localpart` has blanks around it, which are left out";

/// Rewrites a person as Zitadel would store it.
///
/// # Errors
/// The reason, without the value, why Zitadel would refuse the person.
pub(in crate::target::zitadel) fn normalize<'k>(
    desired: &mut Desired,
    numbers: Numbers,
    configured: impl Iterator<Item = (AttributeIndex, &'k str)>,
) -> Result<Remarks, String> {
    let length = desired.id.as_bytes().len();
    if length > LONGEST_ID {
        return Err(format!(
            "the external id has {length} bytes, and Zitadel's nickname has room for {LONGEST_ID}"
        ));
    }
    for (attribute, label) in [(FIRST_NAME, "first name"), (LAST_NAME, "last name")] {
        text(desired, attribute, |text| name(label, text))?;
    }
    text(desired, EMAIL, email)?;
    text(desired, PREFERRED_USERNAME, |text| {
        metadata("preferred username", text)
    })?;
    for (attribute, key) in configured {
        text(desired, attribute, |text| metadata(&format!("`{key}`"), text))?;
    }
    let had_blanks = desired.attributes.text(LOCALPART).is_some_and(has_blanks_around);
    text(desired, LOCALPART, |text| metadata("localpart", text.trim()))?;
    let mut remarks = normalize_phone(desired, numbers);
    remarks.left_out.extend(normalize_language(desired));
    remarks
        .left_out
        .extend(had_blanks.then(|| LOCALPART_BLANKS.to_owned()));
    Ok(remarks)
}

/// Rewrites a language as Zitadel stores it. A text whose stored form is not known leaves the account's language
/// unchanged.
fn normalize_language(desired: &mut Desired) -> Option<String> {
    let text = desired.attributes.text(PREFERRED_LANGUAGE)?;
    match language::stored(text) {
        Ok(stored) => {
            desired
                .attributes
                .set(PREFERRED_LANGUAGE, Some(Value::text(stored)));
            None
        }
        Err(why) => {
            desired.attributes.set(PREFERRED_LANGUAGE, None);
            desired.unknown.insert(PREFERRED_LANGUAGE);
            Some(why.reason().to_owned())
        }
    }
}

pub(in crate::target::zitadel) fn takes_address(address: &str) -> bool {
    email(address).is_ok()
}

fn has_blanks_around(text: &str) -> bool {
    let trimmed = text.trim();
    !trimmed.is_empty() && trimmed.len() < text.len()
}

/// Rewrites one attribute. An empty text becomes no value.
fn text(
    desired: &mut Desired,
    attribute: AttributeIndex,
    rewrite: impl Fn(&str) -> Result<&str, String>,
) -> Result<(), String> {
    if desired.unknown.contains(attribute) {
        return Ok(());
    }
    let Some(before) = desired.attributes.text(attribute) else {
        return Ok(());
    };
    let after = rewrite(before)?;
    if after.len() < before.len() || after.is_empty() {
        let after = (!after.is_empty()).then(|| Value::text(after));
        desired.attributes.set(attribute, after);
    }
    Ok(())
}

/// A number that Zitadel would refuse neither prevents the account nor removes the number that the account has.
fn normalize_phone(desired: &mut Desired, numbers: Numbers) -> Remarks {
    let mut remarks = Remarks::default();
    let Some(before) = desired.attributes.text(PHONE) else {
        return remarks;
    };
    if before.is_empty() {
        desired.attributes.set(PHONE, None);
        return remarks;
    }
    match numbers.read(before) {
        Ok(stored) => {
            remarks.assumed = stored.assumed.then_some(ASSUMED);
            desired.attributes.set(PHONE, Some(Value::text(stored.number)));
        }
        Err(why) => {
            desired.attributes.set(PHONE, None);
            desired.unknown.insert(PHONE);
            remarks.left_out.push(format!(
                "the phone number {why}; it is left out, and a number the account has stays"
            ));
        }
    }
    remarks
}

/// Create trims names and refuses blank ones. Update stores any value, so both get the trimmed one.
fn name<'a>(label: &str, text: &'a str) -> Result<&'a str, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("the {label} is blank"));
    }
    if text.contains('\0') {
        return Err(format!(
            "the {label} contains a NUL character, which Zitadel cannot store"
        ));
    }
    short(&format!("the {label}"), text)
}

fn short<'a>(subject: &str, text: &'a str) -> Result<&'a str, String> {
    match text.chars().count() {
        ..=LONGEST_TEXT => Ok(text),
        count => Err(format!(
            "{subject} has {count} characters, and Zitadel takes {LONGEST_TEXT}"
        )),
    }
}

/// Metadata is stored byte for byte, so white space is kept.
fn metadata<'a>(label: &str, text: &'a str) -> Result<&'a str, String> {
    if text.len() > LONGEST_METADATA {
        return Err(format!(
            "the {label} has {} bytes, and Zitadel takes {LONGEST_METADATA}",
            text.len()
        ));
    }
    Ok(text)
}

/// Zitadel's check: Go's address parser, then a host name of plain ASCII labels.
fn email(text: &str) -> Result<&str, String> {
    let text = text.trim();
    let refuse = |why: &str| Err(format!("the e-mail address {why}"));
    if text.is_empty() {
        return refuse("is blank");
    }
    short("the e-mail address", text)?;
    let Some((local, host)) = text.rsplit_once('@') else {
        return refuse("has no `@`");
    };
    if text.len() > 254 {
        return refuse("has more than 254 bytes");
    }
    if local.len() > 64 {
        return refuse("has more than 64 bytes before the `@`");
    }
    if !is_quoted(local) && !is_dot_atom(local) {
        return refuse("is malformed before the `@`");
    }
    if host.len() > 253 || !host.split('.').all(is_host_label) {
        return refuse(
            "has a domain that is no ASCII host name (a domain with umlauts is written as `xn--…`)",
        );
    }
    Ok(text)
}

/// Words of letters, digits and some signs, with single dots between them. Characters outside ASCII count as letters.
fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|word| {
        !word.is_empty()
            && word.chars().all(|c| {
                c.is_ascii_alphanumeric()
                    || "!#$%&'*+-/=?^_`{|}~".contains(c)
                    || (!c.is_ascii() && c != '\u{FFFD}')
            })
    })
}

/// `"anything"`, except characters that need escaping, and those that Zitadel's second check refuses.
fn is_quoted(local: &str) -> bool {
    local
        .strip_prefix('"')
        .and_then(|local| local.strip_suffix('"'))
        .is_some_and(|inner| {
            !inner.is_empty()
                && inner
                    .chars()
                    .all(|c| !c.is_control() && !matches!(c, '"' | '\\' | '@'))
        })
}

fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests;
