//! The bodies of requests about accounts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::profile::NewProfile;

/// Body of `POST /v2/users/human`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewUser<'a> {
    pub(crate) organization: OrgId<'a>,
    pub(crate) username: &'a str,
    pub(crate) profile: NewProfile<'a>,
    pub(crate) email: NewEmail<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<NewPhone<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) metadata: Vec<NewMetadata<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) idp_links: Vec<NewLink<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrgId<'a> {
    pub(crate) org_id: &'a str,
}

/// Exactly one way to verify is set.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewEmail<'a> {
    pub(crate) email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_verified: Option<bool>,
    /// On create, `isVerified: false` would send no code; this does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) send_code: Option<Empty>,
    /// The answer contains the code, and no message is sent to the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_code: Option<Empty>,
}

/// `{}`
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Empty {}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewPhone<'a> {
    pub(crate) phone: &'a str,
    /// `true`, or left out, which sends a code. Zitadel refuses `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) is_verified: Option<bool>,
    /// The answer contains the code, and no message is sent to the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_code: Option<Empty>,
}

#[derive(Debug, Serialize)]
pub(crate) struct NewMetadata<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: String,
}

impl<'a> NewMetadata<'a> {
    pub(crate) fn new(key: &'a str, value: &str) -> Self {
        Self {
            key,
            value: STANDARD.encode(value),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewLink<'a> {
    pub(crate) idp_id: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) user_name: &'a str,
}

/// Body of `PUT /v2/users/human/{id}`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ChangedUser<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<NewProfile<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<NewEmail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<NewPhone<'a>>,
}

impl ChangedUser<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.username.is_none() && self.profile.is_none() && self.email.is_none() && self.phone.is_none()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Leaving the verification out requests a code. `false` is refused by Zitadel and never sent.
    #[test]
    fn unset_members_are_not_sent() {
        let phone = NewPhone {
            phone: "+4912",
            is_verified: None,
            return_code: None,
        };
        assert_eq!(serde_json::to_value(phone).unwrap(), json!({"phone": "+4912"}));
        let email = NewEmail {
            email: "a@b.c",
            is_verified: None,
            send_code: Some(Empty {}),
            return_code: None,
        };
        assert_eq!(
            serde_json::to_value(email).unwrap(),
            json!({"email": "a@b.c", "sendCode": {}})
        );
        assert_eq!(serde_json::to_value(ChangedUser::default()).unwrap(), json!({}));
    }
}
