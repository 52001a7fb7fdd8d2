//! Doubles, server harnesses and generators for the tests of directory-sync.

pub mod certs;
pub mod faults;
pub mod files;
mod http_server;
pub mod ldap_double;
pub mod model;
pub mod people;
pub mod raw;
pub mod samba;
pub mod slapd;
pub mod tls_front;
pub mod udm;
pub mod udm_model;
pub mod ukt;
pub mod zitadel;
