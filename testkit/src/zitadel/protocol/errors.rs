//! What a call answers when it fails: one gRPC status, an id and a text, as REST or as Connect JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::writer::Writer;

/// A failed call, before it is written down for one of the two transports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The gRPC code; it decides the HTTP status.
    pub(crate) code: u8,
    text: String,
    detail: Detail,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Detail {
    /// Validation, routing and non-Zitadel errors have no details.
    None,
    /// Details without an id, seen with `user type is not implemented ()`.
    WithoutId,
    Id(&'static str),
}

pub(crate) const UNKNOWN: u8 = 2;
pub(crate) const INVALID: u8 = 3;
pub(crate) const NOT_FOUND: u8 = 5;
pub(crate) const EXISTS: u8 = 6;
pub(crate) const DENIED: u8 = 7;
pub(crate) const EXHAUSTED: u8 = 8;
pub(crate) const PRECONDITION: u8 = 9;
pub(crate) const UNIMPLEMENTED: u8 = 12;
pub(crate) const INTERNAL: u8 = 13;
pub(crate) const UNAUTHENTICATED: u8 = 16;

impl Failure {
    /// An error of Zitadel itself: the message ends with the id in brackets.
    pub(crate) fn of(code: u8, id: &'static str, text: &str) -> Self {
        Self {
            code,
            text: text.to_owned(),
            detail: Detail::Id(id),
        }
    }

    /// An error of the machinery around it, without details.
    pub(crate) fn plain(code: u8, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            detail: Detail::None,
        }
    }

    /// An error of Zitadel that carries details without an id.
    pub(crate) fn without_id(code: u8, text: &str) -> Self {
        Self {
            code,
            text: text.to_owned(),
            detail: Detail::WithoutId,
        }
    }

    /// A plain Go error that reached the gateway.
    pub(crate) fn go(text: &str) -> Self {
        Self::plain(UNKNOWN, format!("rpc error: code = Unknown desc = {text}"))
    }

    /// A rule of the proto files that the request breaks. `path` names the messages and fields from the
    /// request down, e.g. `["AddHumanUserRequest.Phone", "SetHumanPhone.IsVerified"]`.
    pub(crate) fn invalid(path: &[String], reason: &str) -> Self {
        let mut text = String::new();
        for (depth, field) in path.iter().enumerate() {
            let inner = if depth + 1 == path.len() {
                reason
            } else {
                "embedded message failed validation"
            };
            if depth > 0 {
                text.push_str(" | caused by: ");
            }
            text.push_str("invalid ");
            text.push_str(field);
            text.push_str(": ");
            text.push_str(inner);
        }
        Self::plain(INVALID, text)
    }

    pub(crate) fn user_not_found(code: u8, id: &'static str) -> Self {
        Self::of(code, id, "User could not be found")
    }

    /// The message as sent, with the id.
    pub(crate) fn message(&self) -> String {
        match self.detail {
            Detail::None => self.text.clone(),
            Detail::WithoutId => format!("{} ()", self.text),
            Detail::Id(id) => format!("{} ({id})", self.text),
        }
    }

    /// HTTP status of the gRPC code (the gateway's map, the same for Connect).
    pub(crate) fn status(&self) -> u16 {
        match self.code {
            1 => 499,
            3 | 9 | 11 => 400,
            4 => 504,
            5 => 404,
            6 | 10 => 409,
            7 => 403,
            8 => 429,
            12 => 501,
            14 => 503,
            16 => 401,
            _ => 500,
        }
    }

    /// The body of the REST gateway.
    pub(crate) fn rest_body(&self) -> String {
        let mut writer = Writer::default();
        writer.open();
        writer.number("code", u64::from(self.code));
        writer.text("message", &self.message());
        if self.detail != Detail::None {
            writer.open_list("details");
            writer.open();
            writer.text("@type", "type.googleapis.com/zitadel.v1.ErrorDetail");
            self.write_detail(&mut writer);
            writer.close();
            writer.close_list();
        }
        writer.close();
        writer.finish()
    }

    /// The body of a Connect error.
    pub(crate) fn connect_body(&self) -> String {
        let mut writer = Writer::default();
        writer.open();
        writer.text("code", self.connect_code());
        writer.text("message", &self.message());
        if self.detail != Detail::None {
            writer.open_list("details");
            writer.open();
            writer.text("type", "zitadel.v1.ErrorDetail");
            writer.text("value", &STANDARD_NO_PAD.encode(self.detail_proto()));
            writer.open_field("debug");
            self.write_detail(&mut writer);
            writer.close();
            writer.close();
            writer.close_list();
        }
        writer.close();
        writer.finish()
    }

    fn write_detail(&self, writer: &mut Writer) {
        if let Detail::Id(id) = self.detail {
            writer.text("id", id);
        }
        writer.text("message", &self.text);
    }

    /// `zitadel.v1.ErrorDetail` in protobuf: field 1 the id, field 2 the text.
    fn detail_proto(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut field = |tag: u8, text: &str| {
            bytes.push(tag);
            bytes.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(text.as_bytes());
        };
        if let Detail::Id(id) = self.detail {
            field(0x0a, id);
        }
        field(0x12, &self.text);
        bytes
    }

    fn connect_code(&self) -> &'static str {
        match self.code {
            1 => "canceled",
            3 => "invalid_argument",
            4 => "deadline_exceeded",
            5 => "not_found",
            6 => "already_exists",
            7 => "permission_denied",
            8 => "resource_exhausted",
            9 => "failed_precondition",
            10 => "aborted",
            12 => "unimplemented",
            13 => "internal",
            14 => "unavailable",
            16 => "unauthenticated",
            _ => "unknown",
        }
    }
}
