//! HTTP, Connect and JSON: from the socket to the handler of a path, and back.

pub(super) mod body;
pub(super) mod call;
pub(super) mod connect;
pub(super) mod core;
pub(super) mod errors;
pub(super) mod gate;
pub(super) mod http;
pub(super) mod page;
pub(super) mod routes;
pub(super) mod server;
pub(super) mod validation;
pub(super) mod writer;
