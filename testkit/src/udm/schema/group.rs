//! Properties of `groups/group`, in the order of the template (recorded: templates).

use super::{IDENTIFIER, Matching, OBJECT_FLAG, Property, Shape, Syntax};

const fn text(name: &'static str, label: &'static str, attribute: &'static str) -> Property {
    Property::new(name, label, attribute)
}

const fn members(name: &'static str, label: &'static str) -> Property {
    Property::new(name, label, "uniqueMember")
        .list()
        .with(Syntax::Dn)
        .matched(Matching::Dn)
}

pub(super) const PROPERTIES: &[Property] = &[
    text("name", "Name", "cn").with(Syntax::GroupName).required(),
    text("gidNumber", "Group ID", "gidNumber")
        .shaped(Shape::Integer)
        .fixed(),
    text("sambaRID", "Relative ID", "sambaRID").shaped(Shape::Integer),
    text("sambaGroupType", "NETBIOS group type", "sambaGroupType").text_default("2"),
    text(
        "sambaPrivileges",
        "Samba privileges",
        "univentionSambaPrivilegeList",
    )
    .list(),
    text("adGroupType", "AD group type", "univentionGroupType").text_default("-2147483646"),
    text("description", "Description", "description"),
    members("users", "Users"),
    members("hosts", "Hosts"),
    text("mailAddress", "Mail address", "mailPrimaryAddress").with(Syntax::AliasMail),
    members("memberOf", "Member of"),
    members("nestedGroup", "Nested groups"),
    text(
        "allowedEmailUsers",
        "Users that are allowed to send e-mails to the group",
        "univentionAllowedEmailUsers",
    )
    .list()
    .with(Syntax::Dn)
    .matched(Matching::Dn),
    text(
        "allowedEmailGroups",
        "Groups that are allowed to send e-mails to the group",
        "univentionAllowedEmailGroups",
    )
    .list()
    .with(Syntax::Dn)
    .matched(Matching::Dn),
    text("univentionSourceIAM", "Source IAM", "univentionSourceIAM"),
    text(
        "guardianMemberRoles",
        "Guardian member roles",
        "univentionGuardianMemberRole",
    )
    .list(),
    IDENTIFIER,
    OBJECT_FLAG,
];
