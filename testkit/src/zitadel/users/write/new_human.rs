//! A human in a create request: read, checked by the proto files, checked by the command.

use super::input::{ContactInput, ProfileInput, Verification, read_link, read_metadata, validate_link};
use crate::zitadel::protocol::body::Node;
use crate::zitadel::protocol::errors::{Failure, INVALID};
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::state::{Human, Link};
use crate::zitadel::values::email;
use crate::zitadel::values::language;
use crate::zitadel::values::phone;

/// A human as the two create calls describe it.
pub(crate) struct HumanInput {
    pub(crate) profile: Option<ProfileInput>,
    pub(crate) email: Option<ContactInput>,
    pub(crate) phone: Option<ContactInput>,
    pub(crate) metadata: Vec<(String, Vec<u8>)>,
    pub(crate) links: Vec<Link>,
}

impl HumanInput {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, Failure> {
        let links = node.list("idpLinks")?;
        Ok(Self {
            profile: node.object("profile")?.map(ProfileInput::read).transpose()?,
            email: ContactInput::read(node, "email")?,
            phone: ContactInput::read(node, "phone")?,
            metadata: read_metadata(node)?,
            links: links.into_iter().map(read_link).collect::<Result<_, _>>()?,
        })
    }

    /// `field` gives the place of a field; `entry` is the proto message of a metadata entry.
    pub(crate) fn validate(&self, field: impl Fn(&str) -> Place, entry: &str) -> Result<(), Failure> {
        let needed = |name: &str| field(name).refuse("value is required");
        self.profile
            .as_ref()
            .ok_or_else(|| needed("Profile"))?
            .validate_whole(&field("Profile"))?;
        self.email
            .as_ref()
            .ok_or_else(|| needed("Email"))?
            .validate_email(&field("Email"))?;
        if let Some(phone) = &self.phone {
            phone.validate_phone(&field("Phone"))?;
        }
        for (index, (key, value)) in self.metadata.iter().enumerate() {
            field("Metadata").item(index).entry(entry, key, value)?;
        }
        for (index, link) in self.links.iter().enumerate() {
            validate_link(link, &field("IdpLinks").item(index))?;
        }
        Ok(())
    }
}

/// The checks of the command before it looks at anything stored, in its order.
pub(crate) fn checked_human(username: Option<&str>, input: &HumanInput) -> Result<(Human, String), Failure> {
    let address = input
        .email
        .as_ref()
        .map(|email| email.value.clone())
        .unwrap_or_default();
    let username = username.unwrap_or(&address).trim().to_owned();
    if username.is_empty() {
        return Err(Failure::of(INVALID, "V2-zzad3", "Errors.Invalid.Argument"));
    }
    email::check(&address)?;
    let mut human = checked_profile(input.profile.clone().unwrap_or_default())?;
    human.email = address;
    human.email_verified = input.email.as_ref().is_some_and(is_verified);
    if let Some(phone) = input.phone.as_ref().filter(|phone| !phone.value.is_empty()) {
        human.phone = normalised(&phone.value)?;
        human.phone_verified = is_verified(phone);
    }
    if input.metadata.iter().any(|(key, _)| key.trim().is_empty()) {
        return Err(Failure::of(
            INVALID,
            "USER-Drght",
            "Errors.User.Metadata.KeyEmpty",
        ));
    }
    refuse_nul(&human)?;
    Ok((human, username))
}

/// Names are trimmed here, and only here; nickname and display name are not.
fn checked_profile(profile: ProfileInput) -> Result<Human, Failure> {
    let trimmed = |text: Option<String>| text.unwrap_or_default().trim().to_owned();
    let (given_name, family_name) = (trimmed(profile.given_name), trimmed(profile.family_name));
    if given_name.is_empty() {
        return Err(Failure::of(
            INVALID,
            "USER-UCej2",
            "Given name in profile is empty",
        ));
    }
    if family_name.is_empty() {
        return Err(Failure::of(
            INVALID,
            "USER-4hB7d",
            "Family name in profile is empty",
        ));
    }
    let display_name = profile.display_name.filter(|name| !name.trim().is_empty());
    Ok(Human {
        display_name: display_name.unwrap_or_else(|| format!("{given_name} {family_name}")),
        given_name,
        family_name,
        nick_name: profile.nick_name.unwrap_or_default(),
        language: language::canonical(&profile.language.unwrap_or_default()),
        gender: profile.gender.unwrap_or_default(),
        ..Human::default()
    })
}

fn is_verified(contact: &ContactInput) -> bool {
    contact.verification == Verification::Is(true)
}

/// E.164, or the error of the command.
pub(crate) fn normalised(number: &str) -> Result<String, Failure> {
    phone::normalise(number).ok_or_else(|| Failure::of(INVALID, "PHONE-so0wa", "Phone is invalid"))
}

/// The database refuses NUL in JSON.
pub(crate) fn refuse_nul(human: &Human) -> Result<(), Failure> {
    let texts = [
        &human.given_name,
        &human.family_name,
        &human.nick_name,
        &human.display_name,
    ];
    if texts.iter().any(|text| text.contains('\0')) {
        let text = "unknown database error: ERROR: unsupported Unicode escape sequence (SQLSTATE 22P05)";
        return Err(Failure::go(text));
    }
    Ok(())
}
