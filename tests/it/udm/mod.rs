//! Whole runs against the double of UDM.

mod ad_connect;
mod bad_input;
mod connector;
pub(crate) mod double;
mod elsewhere;
mod faults;
mod groups;
mod kept;
mod lab;
mod pace;
mod photos;
mod races;
mod settings;
pub(crate) mod site;
mod stage;
mod users;
mod values;
