//! What `docs/safety.md` promises, with the real program, a real directory and a double of Zitadel.

mod absent;
mod between;
mod cells;
mod claims;
mod files;
mod forged;
mod forged_edits;
mod grace;
mod guard;
pub(crate) mod lab;
mod late;
mod leavers;
mod lies;
mod localpart;
mod lock;
mod modes;
mod only;
mod order;
mod planned;
mod promises;
mod provenance;
mod shown;
mod signals;
mod stale;
mod verify;
mod waiting;
