//! `TRACEPARENT`: the trace that this process belongs to.

use std::env;

/// The variable, if it has the form of W3C Trace Context, version 00 or a later one without further fields.
pub fn traceparent() -> Option<String> {
    let given = env::var("TRACEPARENT").ok()?;
    is_traceparent(&given).then_some(given)
}

fn is_traceparent(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, parent, flags] = parts[..] else {
        return false;
    };
    let is_something = |part: &str| part.bytes().any(|digit| digit != b'0');
    is_hex(version, 2)
        && version != "ff"
        && is_hex(trace, 32)
        && is_something(trace)
        && is_hex(parent, 16)
        && is_something(parent)
        && is_hex(flags, 2)
}

/// Returns whether the text has this many hexadecimal digits, in lower case.
fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_of_the_standard_is_a_trace() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert!(is_traceparent(good));
        for bad in [
            String::new(),
            good.to_uppercase(),
            format!("{good}-"),
            format!("{good}\n"),
            format!(" {good}"),
            good.replacen("00", "ff", 1),
            good.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            good.replace("b7ad6b7169203331", &"0".repeat(16)),
            good.replace("b7ad", "b7a"),
            good.replace("-01", ""),
        ] {
            assert!(!is_traceparent(&bad), "{bad:?}");
        }
    }
}
