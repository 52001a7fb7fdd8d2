//! Creates an account: one call for everything but the roles. After a lost reply, looks for the account before trying
//! again.

use crate::model::{Attributes, Creation, TargetId};
use crate::target::zitadel::client::call::Call;
use crate::target::zitadel::client::error::Failure;
use crate::target::zitadel::client::error_ids::id;
use crate::target::zitadel::schema::{EMAIL, EXTERNAL_ID, FIRST_NAME, LAST_NAME, LOGIN, PHONE};
use crate::target::zitadel::state::ZitadelTarget;
use crate::target::zitadel::wire::profile::{Fields, NewProfile, fields};
use crate::target::zitadel::wire::received::Created;
use crate::target::zitadel::wire::sent::{Empty, NewEmail, NewPhone, NewUser, OrgId};
use crate::target::{TargetError, TargetErrorKind as Kind, Wrote};

/// Maximum characters of a display name.
const LONGEST_DISPLAY_NAME: usize = 200;

pub(in crate::target::zitadel) const PHONE_LEFT_OUT: &str =
    "Zitadel refuses the phone number; it was left out";

/// Operation name after a lost reply: the first try may have created the account.
const AGAIN: &str = "create_user_again";

impl ZitadelTarget {
    /// Creates the account, without its roles.
    pub(in crate::target::zitadel) async fn create(
        &self,
        creation: &Creation,
        warnings: &mut Vec<String>,
    ) -> Result<TargetId, TargetError> {
        self.create_user(self.new_user(&creation.attributes), warnings)
            .await
    }

    pub(in crate::target::zitadel) async fn create_user(
        &self,
        mut body: NewUser<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<TargetId, TargetError> {
        let (mut attempt, mut lost) = (1, false);
        loop {
            let call = Call::post("create_user", &["v2", "users", "human"], &body).once();
            let mut failure = match self.api.write::<Created>(&call).await {
                Ok(created) if created.user_id.is_empty() => no_id().into(),
                Ok(created) => {
                    self.written.user(&created.details);
                    return Ok(TargetId::new(created.user_id));
                }
                Err(failure) => failure,
            };
            if failure.is(id::PHONE_INVALID) && body.phone.take().is_some() {
                warnings.push(PHONE_LEFT_OUT.into());
                continue;
            }
            if lost {
                failure.error.operation = AGAIN;
            } else if failure.error.is_refusal() {
                failure.error.wrote = Wrote::Nothing;
            }
            lost |= failure.error.kind == Kind::Unreachable;
            let pause = self.api.again(&failure).zip(self.api.backoff().after(attempt));
            if let Some((least, pause)) = pause {
                tokio::time::sleep(pause.max(least)).await;
            } else if !(lost && failure.is(id::TAKEN)) {
                return Err(failure.error);
            }
            // A creation whose reply was lost may have succeeded.
            if lost && let Some(found) = self.created_before(&body.profile.nick, body.username).await? {
                return Ok(found);
            }
            if pause.is_none() {
                return Err(failure.error);
            }
            self.api.count_repeat();
            attempt += 1;
        }
    }

    /// The account of an earlier try: it has the user name and our id.
    async fn created_before(&self, ours: &str, name: &str) -> Result<Option<TargetId>, Failure> {
        let users = self.users_named(name).await?;
        let found = users.into_iter().find(|user| {
            *user.details.resource_owner == *self.settings.organization_id
                && user
                    .human
                    .as_ref()
                    .is_some_and(|human| *human.profile.nick == *ours)
        });
        Ok(found.map(|user| TargetId::new(user.id)))
    }

    fn new_user<'a>(&'a self, attributes: &'a Attributes) -> NewUser<'a> {
        let text = |attribute| attributes.text(attribute).unwrap_or_default();
        NewUser {
            organization: OrgId {
                org_id: &self.settings.organization_id,
            },
            username: text(LOGIN),
            profile: profile(
                attributes,
                text(EXTERNAL_ID).to_owned(),
                fields(attributes, |attribute, _| attributes.text(attribute)),
                true,
            ),
            email: self.email(text(EMAIL)),
            phone: attributes.text(PHONE).map(|phone| self.phone(phone)),
            metadata: self.keys.entries(attributes),
            idp_links: self.link_of(attributes).into_iter().collect(),
        }
    }

    pub(in crate::target::zitadel) fn email<'a>(&self, email: &'a str) -> NewEmail<'a> {
        let verify = self.settings.verify_email;
        NewEmail {
            email,
            is_verified: (!verify).then_some(true),
            send_code: verify.then_some(Empty {}),
            return_code: None,
        }
    }

    pub(in crate::target::zitadel) fn phone<'a>(&self, phone: &'a str) -> NewPhone<'a> {
        NewPhone {
            phone,
            is_verified: (!self.settings.verify_phone).then_some(true),
            return_code: None,
        }
    }
}

/// Error for a success without an id. The account has to be searched for.
fn no_id() -> TargetError {
    TargetError::new(
        Kind::Unreachable,
        "create_user",
        "Zitadel does not say the id of the new account",
    )
    .hint("check that no proxy before Zitadel replaces its answers")
}

/// The fields and the external id; with `shown` also the display name.
pub(in crate::target::zitadel) fn profile<'a>(
    attributes: &Attributes,
    nick: String,
    fields: Fields<'a>,
    shown: bool,
) -> NewProfile<'a> {
    let name = |attribute| attributes.text(attribute).unwrap_or_default();
    NewProfile {
        fields,
        nick,
        display: shown.then(|| {
            let name = format!("{}, {}", name(LAST_NAME), name(FIRST_NAME));
            name.chars().take(LONGEST_DISPLAY_NAME).collect()
        }),
        gender: None,
    }
}
