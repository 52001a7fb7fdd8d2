//! Whole runs against the double of UDM.

mod ad_connect;
mod connector;
mod faults;
mod groups;
mod kept;
mod lab;
mod races;
mod settings;
mod stage;
mod users;
mod values;
