//! Properties of containers and of what has hardly more than a name.

use super::{IDENTIFIER, OBJECT_FLAG, Property};

/// Flags of a container, as the templates have them.
const fn flag(name: &'static str) -> Property {
    Property::new(name, name, name).off()
}

pub(super) const OU: &[Property] = &[
    Property::new("name", "Name", "ou").required(),
    flag("policyPath"),
    flag("dhcpPath"),
    flag("dnsPath"),
    flag("userPath"),
    flag("groupPath"),
    flag("computerPath"),
    flag("domaincontrollerPath"),
    flag("networkPath"),
    flag("sharePath"),
    flag("printerPath"),
    flag("mailPath"),
    flag("licensePath"),
    Property::new("description", "Description", "description"),
    IDENTIFIER,
    OBJECT_FLAG,
];

pub(super) const NAMED: &[Property] = &[
    Property::new("name", "Name", "cn").required(),
    Property::new("description", "Description", "description"),
    IDENTIFIER,
    OBJECT_FLAG,
];
