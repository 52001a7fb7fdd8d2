//! Client credentials: the user name of a service account and its client secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded::byte_serialize;

use crate::target::TargetErrorKind as Kind;

/// Where to create a client secret.
const NEW_SECRET: &str = "in Zitadel, open the service account, Actions, Generate Client Secret, and give the new secret in \
                          `zitadel.client_secret` or `zitadel.client_secret_file`";
const USER_NAME: &str = "give the user name of the service account in `zitadel.client_id`, as Zitadel shows it beside the client \
                         secret; its user id is not the client id";
const BOTH: &str =
    "check `zitadel.client_id` and `zitadel.client_secret`, and that `zitadel.url` is the external address";

pub(in crate::target::zitadel::client) struct ClientSecret {
    pub(in crate::target::zitadel::client) id: String,
    secret: SecretString,
    /// The address of the instance, without a trailing slash.
    pub(in crate::target::zitadel::client) instance: String,
}

impl ClientSecret {
    pub(in crate::target::zitadel::client) fn new(
        id: String,
        secret: SecretString,
        instance: String,
    ) -> Self {
        Self { id, secret, instance }
    }

    /// Value of the header `Authorization`: HTTP Basic, id and secret each form-urlencoded (RFC 6749, section 2.3.1).
    pub(in crate::target::zitadel::client) fn authorization(&self) -> SecretString {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&self.id), encoded(self.secret.expose_secret()));
        format!("Basic {}", STANDARD.encode(pair)).into()
    }

    pub(in crate::target::zitadel::client) fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// Explains a refusal with this text. Zitadel says whether the name or the secret is wrong.
    pub(in crate::target::zitadel::client) fn refusal(
        &self,
        error: &str,
        description: &str,
    ) -> (Kind, String, &'static str) {
        let id = &self.id;
        let (what, hint) = if description.contains("Secret.NotExisting") {
            (
                format!("the service account `{id}` has no client secret (any more)"),
                NEW_SECRET,
            )
        } else if description.to_lowercase().contains("expired") {
            (
                format!("the client secret of the service account `{id}` has expired"),
                NEW_SECRET,
            )
        } else if description.contains("Secret.Invalid") {
            (
                format!(
                    "the client secret of the service account `{id}` is wrong, or a newer one has replaced it"
                ),
                NEW_SECRET,
            )
        } else if error == "invalid_client" {
            (format!("Zitadel knows no service account `{id}`"), USER_NAME)
        } else {
            (format!("no token for the service account `{id}`"), BOTH)
        };
        (Kind::Unauthorized, what, hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6749, section 2.3.1, and characters that would end the id or the text.
    #[test]
    fn id_and_secret_are_encoded_before_they_are_joined() {
        let header = |id: &str, secret: &str| {
            let client = ClientSecret::new(id.into(), secret.into(), String::new());
            client.authorization().expose_secret().to_owned()
        };
        assert_eq!(
            header("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"),
            "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"
        );
        let pair = STANDARD
            .decode(
                header("sync:one", "a b+c%:\u{e4}/~")
                    .strip_prefix("Basic ")
                    .unwrap(),
            )
            .unwrap();
        assert_eq!(pair, b"sync%3Aone:a+b%2Bc%25%3A%C3%A4%2F%7E");
    }
}
