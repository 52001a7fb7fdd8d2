//! JSON written straight into a string, with the gateway's rules: default values are left out, 64-bit
//! numbers are strings, times are RFC 3339 with microseconds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Largest reply, in protobuf bytes, that the REST gateway forwards.
pub(crate) const REPLY_CAP: usize = 4_194_304;

/// Builds one JSON document; commas are put in where needed.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: String,
}

impl Writer {
    pub(crate) fn finish(self) -> String {
        self.out
    }

    fn comma(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(',');
        }
    }

    fn key(&mut self, name: &str) {
        self.comma();
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
    }

    pub(crate) fn open(&mut self) {
        self.comma();
        self.out.push('{');
    }

    pub(crate) fn open_field(&mut self, name: &str) {
        self.key(name);
        self.out.push('{');
    }

    pub(crate) fn close(&mut self) {
        self.out.push('}');
    }

    pub(crate) fn open_list(&mut self, name: &str) {
        self.key(name);
        self.out.push('[');
    }

    pub(crate) fn close_list(&mut self) {
        self.out.push(']');
    }

    /// A text that is left out when empty.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.always(name, value);
        }
    }

    /// A text that is written even when empty (proto `optional`).
    pub(crate) fn always(&mut self, name: &str, value: &str) {
        self.key(name);
        self.string(value);
    }

    pub(crate) fn item(&mut self, value: &str) {
        self.comma();
        self.string(value);
    }

    pub(crate) fn texts<'a>(&mut self, name: &str, values: impl IntoIterator<Item = &'a str>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return;
        }
        self.open_list(name);
        for value in values {
            self.item(value);
        }
        self.close_list();
    }

    pub(crate) fn flag(&mut self, name: &str, value: bool) {
        if value {
            self.key(name);
            self.out.push_str("true");
        }
    }

    /// A 32-bit number.
    pub(crate) fn number(&mut self, name: &str, value: u64) {
        if value != 0 {
            self.key(name);
            self.out.push_str(&value.to_string());
        }
    }

    /// A 64-bit number, which is a string in JSON.
    pub(crate) fn long(&mut self, name: &str, value: u64) {
        if value != 0 {
            self.key(name);
            self.out.push('"');
            self.out.push_str(&value.to_string());
            self.out.push('"');
        }
    }

    pub(crate) fn time(&mut self, name: &str, micros: i64) {
        self.key(name);
        self.out.push('"');
        push_time(&mut self.out, micros);
        self.out.push('"');
    }

    pub(crate) fn bytes(&mut self, name: &str, value: &[u8]) {
        if !value.is_empty() {
            self.key(name);
            self.out.push('"');
            STANDARD.encode_string(value, &mut self.out);
            self.out.push('"');
        }
    }

    /// JSON that is already written.
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        self.key(name);
        self.out.push_str(json);
    }

    fn string(&mut self, value: &str) {
        self.out.push('"');
        let mut plain = 0;
        for (at, byte) in value.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.out.push_str(&value[plain..at]);
            plain = at + 1;
            match byte {
                b'"' => self.out.push_str("\\\""),
                b'\\' => self.out.push_str("\\\\"),
                b'\n' => self.out.push_str("\\n"),
                b'\r' => self.out.push_str("\\r"),
                b'\t' => self.out.push_str("\\t"),
                _ => push_escape(&mut self.out, byte),
            }
        }
        self.out.push_str(&value[plain..]);
        self.out.push('"');
    }
}

fn push_escape(out: &mut String, byte: u8) {
    out.push_str("\\u00");
    for half in [byte >> 4, byte & 15] {
        out.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
    }
}

/// Writes microseconds since 1970 as RFC 3339 in UTC, with 0, 3 or 6 digits after the point.
fn push_time(out: &mut String, micros: i64) {
    let seconds = micros.div_euclid(1_000_000);
    let fraction = micros.rem_euclid(1_000_000);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    for (value, width, end) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (second / 3600, 2, ':'),
        (second / 60 % 60, 2, ':'),
    ] {
        push_digits(out, value, width);
        out.push(end);
    }
    push_digits(out, second % 60, 2);
    if fraction % 1000 != 0 {
        out.push('.');
        push_digits(out, fraction, 6);
    } else if fraction != 0 {
        out.push('.');
        push_digits(out, fraction / 1000, 3);
    }
    out.push('Z');
}

fn push_digits(out: &mut String, value: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = value / 10_i64.pow(place) % 10;
        out.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
    }
}

/// Days since 1970 to year, month, day of the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Protobuf bytes of a text field with a one-byte tag; nothing when empty.
pub(crate) fn text_size(text: &str) -> usize {
    if text.is_empty() {
        0
    } else {
        nested_size(text.len())
    }
}

/// Protobuf bytes of a length-delimited field around `inner` bytes.
pub(crate) fn nested_size(inner: usize) -> usize {
    1 + varint_size(inner) + inner
}

fn varint_size(value: usize) -> usize {
    let bits = usize::BITS - value.leading_zeros();
    (bits as usize).div_ceil(7).max(1)
}

/// Protobuf bytes of an object's details: sequence, two times, the owner.
pub(crate) fn details_size(owner: &str) -> usize {
    nested_size(2 + 14 + 14 + text_size(owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time_text(micros: i64) -> String {
        let mut out = String::new();
        push_time(&mut out, micros);
        out
    }

    /// Times have no, three or six digits after the point.
    #[test]
    fn times_are_written_like_the_gateway() {
        assert_eq!(time_text(0), "1970-01-01T00:00:00Z");
        assert_eq!(time_text(1_795_493_803_271_098), "2026-11-24T04:16:43.271098Z");
        assert_eq!(time_text(951_782_400_500_000), "2000-02-29T00:00:00.500Z");
    }

    /// Defaults are omitted, and commas separate the rest.
    #[test]
    fn defaults_are_left_out() {
        let mut writer = Writer::default();
        writer.open();
        writer.text("a", "");
        writer.always("b", "");
        writer.flag("c", false);
        writer.long("d", 7);
        writer.texts("e", ["x", "\"\n\u{1}"]);
        writer.open_field("f");
        writer.close();
        writer.close();
        assert_eq!(
            writer.finish(),
            r#"{"b":"","d":"7","e":["x","\"\n\u0001"],"f":{}}"#
        );
    }
}
