//! What `docs/safety.md` promises, with the real program, a real directory and a double of Zitadel.

mod lab;
mod order;
