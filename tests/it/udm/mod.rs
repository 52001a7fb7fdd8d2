//! Whole runs against the double of UDM.

mod ad_connect;
pub(crate) mod connector;
pub(crate) mod double;
mod faults;
mod groups;
mod hidden;
mod pace;
mod saved;
mod settings;
mod stage;
mod users;
mod values;
