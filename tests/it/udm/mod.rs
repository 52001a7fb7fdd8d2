//! Whole runs against the double of UDM.

mod ad_connect;
mod bad_input;
pub(crate) mod connector;
mod elsewhere;
mod faults;
mod groups;
mod kept;
mod lab;
mod pace;
mod races;
mod settings;
mod stage;
mod users;
mod values;
