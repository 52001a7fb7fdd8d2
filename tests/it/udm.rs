//! Whole runs against the double of UDM.

mod faults;
mod groups;
mod stage;
mod users;
