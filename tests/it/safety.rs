//! What `docs/safety.md` promises, with the real program, a real directory and a double of Zitadel.

mod between;
mod cells;
mod grace;
mod guard;
pub(crate) mod lab;
mod late;
mod lies;
mod localpart;
mod lock;
mod modes;
mod order;
mod planned;
mod promises;
mod shown;
mod signals;
mod verify;
