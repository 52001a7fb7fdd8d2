//! What the rest of the program may expect of a target, shown by Zitadel's double, and by a real one where there is one.

mod answers;
mod both;
mod client_secret;
mod clock;
mod confirm;
mod cost;
mod grants;
mod history;
mod prepare;
mod read;
mod resilience;
mod roundtrip;
mod sessions;
mod support;
mod write;
