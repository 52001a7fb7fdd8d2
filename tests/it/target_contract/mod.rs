//! What the rest of the program may expect of a target, shown by Zitadel's double, and by a real one where there is one.

mod both;
mod each_attribute;
mod reading;
mod resilience;
mod signing_in;
mod support;
mod udm;
mod writing;
