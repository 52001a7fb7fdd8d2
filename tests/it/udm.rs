//! Whole runs against the double of UDM.

mod connector;
mod faults;
mod groups;
mod stage;
mod users;
