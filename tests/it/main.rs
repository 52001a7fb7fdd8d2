//! Everything that needs a server, real or a double.

mod sources_failures;
mod sources_ldap;
mod sources_reader;
mod sources_tls;
mod sources_ukt;
