//! The parts of a human in create and update requests, with the rules of the proto files.

use crate::zitadel::protocol::body::Node;
use crate::zitadel::protocol::errors::Failure;
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::state::Link;
use crate::zitadel::values::email;

/// In order of their numbers.
pub(crate) const GENDERS: [&str; 4] = [
    "GENDER_UNSPECIFIED",
    "GENDER_FEMALE",
    "GENDER_MALE",
    "GENDER_DIVERSE",
];

/// How an address or number is to be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verification {
    Omitted,
    Is(bool),
    SendCode,
    ReturnCode,
}

impl Verification {
    fn read(node: Node<'_>) -> Result<Self, Failure> {
        if let Some(flag) = node.flag("isVerified")? {
            return Ok(Self::Is(flag));
        }
        Ok(if node.has("returnCode") {
            Self::ReturnCode
        } else if node.has("sendCode") {
            Self::SendCode
        } else {
            Self::Omitted
        })
    }

    pub(crate) fn flag(self) -> Option<bool> {
        match self {
            Self::Is(flag) => Some(flag),
            _ => None,
        }
    }
}

/// Names and the rest of a profile; `None` for what the request leaves out.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProfileInput {
    pub(crate) given_name: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) nick_name: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) gender: Option<usize>,
}

impl ProfileInput {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, Failure> {
        let text = |name| Ok::<_, Failure>(node.text(name)?.map(str::to_owned));
        let gender = node.choice("gender", &GENDERS);
        Ok(Self {
            given_name: text("givenName")?,
            family_name: text("familyName")?,
            nick_name: text("nickName")?,
            display_name: text("displayName")?,
            language: text("preferredLanguage")?,
            gender: node
                .has("gender")
                .then_some(if gender < GENDERS.len() { gender } else { 0 }),
        })
    }

    /// `SetHumanProfile`: both names needed, the rest limited in length.
    pub(crate) fn validate_whole(&self, place: &Place) -> Result<(), Failure> {
        let field = |name| place.at("SetHumanProfile", name);
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        field("GivenName").runes(&or_empty(&self.given_name), 1, 200)?;
        field("FamilyName").runes(&or_empty(&self.family_name), 1, 200)?;
        field("NickName").at_most(&or_empty(&self.nick_name), 200)?;
        field("DisplayName").at_most(&or_empty(&self.display_name), 200)?;
        field("PreferredLanguage").at_most(&or_empty(&self.language), 10)
    }

    /// `UpdateUserRequest.Human.Profile`: what is there must not be empty.
    pub(crate) fn validate_parts(&self, place: &Place) -> Result<(), Failure> {
        let fields = [
            ("GivenName", &self.given_name),
            ("FamilyName", &self.family_name),
            ("NickName", &self.nick_name),
            ("DisplayName", &self.display_name),
        ];
        for (name, text) in fields {
            if let Some(text) = text {
                place
                    .at("UpdateUserRequest_Human_Profile", name)
                    .runes(text, 1, 200)?;
            }
        }
        let language = self.language.clone().unwrap_or_default();
        place
            .at("UpdateUserRequest_Human_Profile", "PreferredLanguage")
            .at_most(&language, 10)
    }
}

/// An e-mail address or a phone number with its verification.
#[derive(Debug, Clone)]
pub(crate) struct ContactInput {
    pub(crate) value: String,
    pub(crate) verification: Verification,
}

impl ContactInput {
    /// Reads `node.<name>`, whose text is in a field of the same name.
    pub(crate) fn read(node: Node<'_>, name: &str) -> Result<Option<Self>, Failure> {
        node.object(name)?
            .map(|inner| Self::read_flat(inner, name))
            .transpose()
    }

    /// Reads the text and the verification from `node` itself.
    pub(crate) fn read_flat(node: Node<'_>, name: &str) -> Result<Self, Failure> {
        Ok(Self {
            value: node.string(name)?,
            verification: Verification::read(node)?,
        })
    }

    /// `SetHumanEmail`.
    pub(crate) fn validate_email(&self, place: &Place) -> Result<(), Failure> {
        let here = place.at("SetHumanEmail", "Email");
        here.runes(&self.value, 1, 200)?;
        email::validate(&self.value).map_err(|reason| here.refuse(&reason))
    }

    /// `SetHumanPhone`.
    pub(crate) fn validate_phone(&self, place: &Place) -> Result<(), Failure> {
        place.at("SetHumanPhone", "Phone").runes(&self.value, 0, 200)?;
        place
            .at("SetHumanPhone", "IsVerified")
            .only_true(self.verification.flag())
    }
}

/// Metadata entries as sent.
pub(crate) fn read_metadata(node: Node<'_>) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let entries = node.list("metadata")?;
    entries
        .into_iter()
        .map(|entry| Ok((entry.string("key")?, entry.bytes("value")?)))
        .collect()
}

/// One `IDPLink`.
pub(crate) fn read_link(node: Node<'_>) -> Result<Link, Failure> {
    Ok(Link {
        idp: node.string("idpId")?,
        user_id: node.string("userId")?,
        user_name: node.string("userName")?,
    })
}

pub(crate) fn validate_link(link: &Link, place: &Place) -> Result<(), Failure> {
    place.at("IDPLink", "IdpId").runes(&link.idp, 1, 200)?;
    place.at("IDPLink", "UserId").runes(&link.user_id, 1, 200)?;
    place.at("IDPLink", "UserName").runes(&link.user_name, 1, 200)
}
