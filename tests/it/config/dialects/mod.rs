//! Configuration files of other programs.

pub(super) mod ad_connect;
pub(super) mod famedly;
pub(super) mod udm_connector;
