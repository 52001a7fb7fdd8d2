//! One request on its way to its handler.

use serde_json::Value;

use super::body::Node;
use super::errors::{EXHAUSTED, Failure};
use crate::zitadel::state::State;

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Rest,
    Connect,
}

/// One request with its path parameters and parsed body.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) transport: Transport,
    pub(crate) params: Vec<(&'static str, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) authorization: Option<String>,
    /// The header `x-zitadel-orgid`.
    pub(crate) organization: Option<String>,
    pub(crate) value: Value,
    pub(crate) raw: String,
}

impl Call {
    pub(crate) fn body(&self) -> Node<'_> {
        Node::new(&self.value, &self.raw)
    }

    /// A path parameter; with Connect a field of the body.
    pub(crate) fn param(&self, name: &str) -> String {
        let found = self.params.iter().find(|(key, _)| *key == name);
        match found {
            Some((_, value)) => value.clone(),
            None => self.body().string(name).unwrap_or_default(),
        }
    }

    /// Refuses a reply that the REST gateway would not forward; `size` in protobuf bytes.
    pub(crate) fn check_reply(&self, state: &State, size: usize, api: Api) -> Result<(), Failure> {
        let max = state.options.reply_cap;
        if self.transport == Transport::Connect || size <= max {
            return Ok(());
        }
        Err(Failure::plain(
            EXHAUSTED,
            match api {
                Api::V1 => format!("grpc: received message larger than max ({size} vs. {max})"),
                Api::V2 => format!("grpc: received message after decompression larger than max {max}"),
            },
        ))
    }
}

/// The API generation; it decides the text of a reply that is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    V1,
    V2,
}
