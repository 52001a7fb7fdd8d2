//! What `docs/safety.md` promises, with the real program, a real directory and a double of Zitadel.

mod guard;
pub(crate) mod lab;
mod lock;
mod order;
mod planned;
mod promises;
mod signals;
