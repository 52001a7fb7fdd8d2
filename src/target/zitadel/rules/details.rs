//! Details of a user in an undo file, beside attributes and roles. Only this target interprets their names and texts.

use crate::model::Detail;

pub(in crate::target::zitadel) const DISPLAY_NAME: &str = "display_name";
pub(in crate::target::zitadel) const LANGUAGE: &str = "language";
pub(in crate::target::zitadel) const GENDER: &str = "gender";
pub(in crate::target::zitadel) const EMAIL_VERIFIED: &str = "email_verified";
pub(in crate::target::zitadel) const PHONE_VERIFIED: &str = "phone_verified";
/// Key and value in base64.
pub(in crate::target::zitadel) const METADATA: &str = "metadata";
/// Provider, external id and name of a former link.
pub(in crate::target::zitadel) const LINK: &str = "link";
/// A project, and the keys of the roles that the user had in it.
pub(in crate::target::zitadel) const ROLES: &str = "roles";

const YES: &str = "true";
const NO: &str = "false";

/// A detail with one or several texts.
pub(in crate::target::zitadel) fn detail<'a>(name: &str, texts: impl IntoIterator<Item = &'a str>) -> Detail {
    Detail {
        name: name.into(),
        texts: texts.into_iter().map(Into::into).collect(),
    }
}

/// A boolean detail.
pub(in crate::target::zitadel) fn flag(name: &str, is_so: bool) -> Detail {
    detail(name, [if is_so { YES } else { NO }])
}

/// Reads details. Unknown names and wrong numbers of texts are ignored.
#[derive(Clone, Copy)]
pub(in crate::target::zitadel) struct Details<'a>(pub(in crate::target::zitadel) &'a [Detail]);

impl<'a> Details<'a> {
    fn all(self, name: &'static str) -> impl Iterator<Item = &'a [Box<str>]> {
        let named = self.0.iter().filter(move |detail| *detail.name == *name);
        named.map(|detail| &*detail.texts)
    }

    pub(in crate::target::zitadel) fn text(self, name: &'static str) -> Option<&'a str> {
        self.all(name).next()?.first().map(AsRef::as_ref)
    }

    pub(in crate::target::zitadel) fn is(self, name: &'static str) -> Option<bool> {
        match self.text(name)? {
            YES => Some(true),
            NO => Some(false),
            _ => None,
        }
    }

    pub(in crate::target::zitadel) fn metadata(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.all(METADATA).filter_map(|texts| match texts {
            [key, value] => Some((&**key, &**value)),
            _ => None,
        })
    }

    pub(in crate::target::zitadel) fn links(self) -> impl Iterator<Item = [&'a str; 3]> {
        self.all(LINK).filter_map(|texts| match texts {
            [idp, user, shown] => Some([&**idp, &**user, &**shown]),
            _ => None,
        })
    }

    pub(in crate::target::zitadel) fn roles(self) -> impl Iterator<Item = (&'a str, &'a [Box<str>])> {
        self.all(ROLES).filter_map(|texts| match texts {
            [project, roles @ ..] if !roles.is_empty() => Some((&**project, roles)),
            _ => None,
        })
    }
}
