//! Properties of `users/user`, in the order of the template (recorded: templates).

use super::{IDENTIFIER, Matching, OBJECT_FLAG, Property, Shape, Syntax};

const fn text(name: &'static str, label: &'static str, attribute: &'static str) -> Property {
    Property::new(name, label, attribute)
}

const fn phone(name: &'static str, label: &'static str, attribute: &'static str) -> Property {
    Property::new(name, label, attribute)
        .list()
        .with(Syntax::Phone)
        .matched(Matching::Phone)
}

const fn certificate(name: &'static str, attribute: &'static str) -> Property {
    Property::new(name, name, attribute).of_an_option()
}

pub(super) const PROPERTIES: &[Property] = &[
    text("username", "User name", "uid")
        .with(Syntax::Username)
        .required(),
    text("uidNumber", "User ID", "uidNumber")
        .shaped(Shape::Integer)
        .fixed(),
    text("gidNumber", "Group ID of the primary group", "gidNumber")
        .shaped(Shape::Integer)
        .fixed(),
    text("firstname", "First name", "givenName"),
    text("lastname", "Last name", "sn").required(),
    text("gecos", "GECOS", "gecos"),
    text("displayName", "Display name", "displayName"),
    text("title", "Title", "title"),
    text("initials", "Initials", "initials").with(Syntax::AtMost(6)),
    text(
        "preferredDeliveryMethod",
        "Preferred delivery method",
        "preferredDeliveryMethod",
    ),
    text(
        "sambaPrivileges",
        "Samba privilege",
        "univentionSambaPrivilegeList",
    )
    .list(),
    text("description", "Description", "description"),
    text("organisation", "Organisation", "o").with(Syntax::AtMost(64)),
    text("userexpiry", "Account expiry date", "shadowExpire").with(Syntax::Date),
    text("passwordexpiry", "Password expiry date", "shadowMax"),
    text(
        "pwdChangeNextLogin",
        "User has to change password on next login",
        "shadowLastChange",
    )
    .shaped(Shape::Boolean),
    text("preferredLanguage", "Preferred language", "preferredLanguage"),
    text("disabled", "Account is deactivated", "sambaAcctFlags").off(),
    text(
        "accountActivationDate",
        "Account activation date",
        "krb5ValidStart",
    )
    .shaped(Shape::Object),
    text("locked", "Locked state of account", "sambaAcctFlags").off(),
    text("lockedTime", "Lockout time", "sambaBadPasswordTime"),
    text("unlock", "Unlock account", "locked").off(),
    text("unlockTime", "Lockout till", "unlockTime"),
    text("password", "Password", "userPassword")
        .with(Syntax::Password)
        .required(),
    text("street", "Street", "street"),
    text("e-mail", "E-mail address", "mail").list().with(Syntax::Mail),
    text("postcode", "Postal code", "postalCode"),
    text("postOfficeBox", "Post office box", "postOfficeBox").list(),
    text("city", "City", "l"),
    text("country", "Country", "c"),
    text("state", "State / Province", "st"),
    phone("phone", "Telephone number", "telephoneNumber"),
    text("employeeNumber", "Employee number", "employeeNumber"),
    text("roomNumber", "Room number", "roomNumber").list(),
    text("secretary", "Superior", "secretary")
        .list()
        .with(Syntax::Dn)
        .matched(Matching::Dn),
    text("departmentNumber", "Department number", "departmentNumber").list(),
    text("employeeType", "Employee type", "employeeType"),
    text("homePostalAddress", "Private postal address", "homePostalAddress")
        .list()
        .shaped(Shape::Object),
    text(
        "physicalDeliveryOfficeName",
        "Delivery office name",
        "physicalDeliveryOfficeName",
    ),
    phone("homeTelephoneNumber", "Private telephone number", "homePhone"),
    phone("mobileTelephoneNumber", "Mobile phone number", "mobile"),
    phone("pagerTelephoneNumber", "Pager telephone number", "pager"),
    text("birthday", "Birthdate", "univentionBirthday").with(Syntax::Date),
    text("unixhome", "Unix home directory", "homeDirectory"),
    text("shell", "Login shell", "loginShell").text_default("/bin/bash"),
    text("sambahome", "Windows home path", "sambaHomePath"),
    text("scriptpath", "Windows logon script", "sambaLogonScript"),
    text("profilepath", "Windows profile directory", "sambaProfilePath"),
    text("homedrive", "Windows home drive", "sambaHomeDrive"),
    text("sambaRID", "Relative ID", "sambaRID").shaped(Shape::Integer),
    text("groups", "Groups", "groups")
        .list()
        .with(Syntax::Dn)
        .matched(Matching::Dn),
    text("primaryGroup", "Primary group", "gidNumber").with(Syntax::Dn),
    text("mailHomeServer", "Mail home server", "univentionMailHomeServer"),
    text(
        "mailPrimaryAddress",
        "Primary e-mail address (mailbox)",
        "mailPrimaryAddress",
    )
    .with(Syntax::PrimaryMail),
    text(
        "mailAlternativeAddress",
        "E-mail alias address",
        "mailAlternativeAddress",
    )
    .list()
    .with(Syntax::AliasMail),
    text(
        "mailForwardAddress",
        "Forward e-mail address",
        "mailForwardAddress",
    )
    .list()
    .with(Syntax::AliasMail),
    text(
        "mailForwardCopyToSelf",
        "Forwarding setting",
        "mailForwardCopyToSelf",
    )
    .text_default("0"),
    text(
        "overridePWHistory",
        "Override password history",
        "overridePWHistory",
    )
    .shaped(Shape::Boolean),
    text("overridePWLength", "Override password check", "overridePWLength").shaped(Shape::Boolean),
    text("homeShare", "Home share", "homeShare"),
    text("homeSharePath", "Home share path", "homeSharePath"),
    text(
        "sambaUserWorkstations",
        "Allow the authentication only on this Microsoft Windows host",
        "sambaUserWorkstations",
    )
    .list(),
    text(
        "sambaLogonHours",
        "Permitted times for Windows logins",
        "sambaLogonHours",
    ),
    text("jpegPhoto", "Picture of the user (JPEG format)", "jpegPhoto").with(Syntax::Photo),
    text("umcProperty", "UMC user preferences", "univentionUMCProperty").shaped(Shape::Object),
    text("univentionSourceIAM", "Source IAM", "univentionSourceIAM"),
    certificate("userCertificate", "userCertificate;binary"),
    certificate("certificateIssuerCountry", "univentionCertificateIssuerCountry"),
    certificate("certificateIssuerState", "univentionCertificateIssuerState"),
    certificate("certificateIssuerLocation", "univentionCertificateIssuerLocation"),
    certificate(
        "certificateIssuerOrganisation",
        "univentionCertificateIssuerOrganisation",
    ),
    certificate(
        "certificateIssuerOrganisationalUnit",
        "univentionCertificateIssuerOrganisationalUnit",
    ),
    certificate(
        "certificateIssuerCommonName",
        "univentionCertificateIssuerCommonName",
    ),
    certificate("certificateIssuerMail", "univentionCertificateIssuerMail"),
    certificate("certificateSubjectCountry", "univentionCertificateSubjectCountry"),
    certificate("certificateSubjectState", "univentionCertificateSubjectState"),
    certificate(
        "certificateSubjectLocation",
        "univentionCertificateSubjectLocation",
    ),
    certificate(
        "certificateSubjectOrganisation",
        "univentionCertificateSubjectOrganisation",
    ),
    certificate(
        "certificateSubjectOrganisationalUnit",
        "univentionCertificateSubjectOrganisationalUnit",
    ),
    certificate(
        "certificateSubjectCommonName",
        "univentionCertificateSubjectCommonName",
    ),
    certificate("certificateSubjectMail", "univentionCertificateSubjectMail"),
    certificate("certificateDateNotBefore", "univentionCertificateDateNotBefore"),
    certificate("certificateDateNotAfter", "univentionCertificateDateNotAfter"),
    certificate("certificateVersion", "univentionCertificateVersion"),
    certificate("certificateSerial", "univentionCertificateSerial"),
    text("guardianRoles", "Guardian roles", "univentionGuardianRole").list(),
    text(
        "guardianInheritedRoles",
        "Guardian inherited roles",
        "univentionGuardianInheritedRole",
    )
    .list(),
    IDENTIFIER,
    OBJECT_FLAG,
];
