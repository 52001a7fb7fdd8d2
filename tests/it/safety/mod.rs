//! What `docs/safety.md` promises, with the real program, a real directory and a double of Zitadel.

mod absence;
pub(crate) mod lab;
mod limits;
mod promises;
mod provenance;
mod runs;
mod saved;
mod values;
