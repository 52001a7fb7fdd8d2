//! Reading people, groups and leavers from sources.

pub(crate) mod bounds;
pub(crate) mod certificates;
pub(crate) mod failures;
pub(crate) mod groups;
pub(crate) mod ldap;
pub(crate) mod lockouts;
pub(crate) mod ranges;
pub(crate) mod reader;
pub(crate) mod references;
pub(crate) mod tls;
pub(crate) mod transform;
pub(crate) mod ukt;
