//! Compares answers with recorded ones, as the recordings say it is to be done.

use std::collections::BTreeMap;

use serde_json::Value;

/// Values of placeholders.
pub(crate) struct Names {
    /// `http://host:port`
    pub(crate) base: String,
    /// `${name}` by name.
    pub(crate) bound: BTreeMap<String, String>,
}

/// How strict a comparison is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cut {
    /// The recorded properties are not all that came.
    pub(crate) properties: bool,
    /// The recorded body is not all that came.
    pub(crate) body: bool,
    /// The recorded links are not all that came.
    pub(crate) links: bool,
}

impl Names {
    /// Replaces `${name}`.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.bound {
            text = text.replace(&format!("${{{name}}}"), value);
        }
        text
    }

    /// Fills a body, ranges of texts too.
    pub(crate) fn fill_body(&self, body: &Value) -> Value {
        match body {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), self.fill_body(value)))
                .collect(),
            Value::Array(list) => list.iter().flat_map(|item| self.fill_item(item)).collect(),
            other => other.clone(),
        }
    }

    fn fill_item(&self, item: &Value) -> Vec<Value> {
        match item["$range"].as_str() {
            Some(range) => expand(range).into_iter().map(Value::String).collect(),
            None => vec![self.fill_body(item)],
        }
    }

    /// Whether an answer is as recorded; else where it differs.
    pub(crate) fn compare(&self, wanted: &Value, given: &Value, cut: Cut) -> Result<(), String> {
        self.same(&self.fill_body(wanted), given, "", cut)
    }

    fn same(&self, wanted: &Value, given: &Value, place: &str, cut: Cut) -> Result<(), String> {
        match (wanted, given) {
            (Value::Object(wanted), Value::Object(given)) => {
                for (key, value) in wanted {
                    let own = given
                        .get(key)
                        .ok_or_else(|| format!("{place}/{key} is missing"))?;
                    self.same(value, own, &format!("{place}/{key}"), cut)?;
                }
                let some = place.is_empty() && cut.body
                    || place.ends_with("/_links") && cut.links
                    || place.ends_with("/properties") && cut.properties;
                let extra = given.keys().find(|key| !some && !wanted.contains_key(*key));
                extra.map_or(Ok(()), |key| Err(format!("{place}/{key} is too much")))
            }
            (Value::Array(wanted), Value::Array(given)) => self.same_list(wanted, given, place, cut),
            (Value::String(wanted), given) => {
                let number = given.as_u64().map(|number| number.to_string());
                let text = given
                    .as_str()
                    .or(number.as_deref().filter(|_| wanted == "<number>"));
                let same =
                    text.is_some_and(|text| self.text_fits(&sorted_lines(wanted), &sorted_lines(text)));
                if same {
                    Ok(())
                } else {
                    Err(format!("{place}: {given} instead of {wanted:?}"))
                }
            }
            _ if wanted == given => Ok(()),
            _ => Err(format!("{place}: {given} instead of {wanted}")),
        }
    }

    /// Lists have no order.
    fn same_list(&self, wanted: &[Value], given: &[Value], place: &str, cut: Cut) -> Result<(), String> {
        if wanted.len() != given.len() {
            return Err(format!(
                "{place}: {} instead of {} elements: {given:?}",
                given.len(),
                wanted.len()
            ));
        }
        let texts = |list: &[Value]| {
            let texts: Option<Vec<String>> =
                list.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            texts.map(|mut texts| {
                texts.sort();
                texts
            })
        };
        if texts(wanted).is_some() && texts(wanted) == texts(given) {
            return Ok(());
        }
        let mut rest: Vec<&Value> = given.iter().collect();
        for item in wanted {
            let found = rest
                .iter()
                .position(|own| self.same(item, own, place, cut).is_ok());
            let Some(found) = found else {
                let likely = rest.iter().find(|own| own["dn"] == item["dn"]).or(rest.first());
                let reason = likely.and_then(|own| self.same(item, own, &format!("{place}[]"), cut).err());
                return Err(reason.unwrap_or_else(|| format!("{place}[]: no match for {item}")));
            };
            rest.remove(found);
        }
        Ok(())
    }

    /// Whether a text fits one with placeholders in it.
    pub(crate) fn text_fits(&self, wanted: &str, given: &str) -> bool {
        let Some(start) = wanted.find(['<', '$']) else {
            return wanted == given;
        };
        if !given.starts_with(&wanted[..start]) {
            return false;
        }
        let (rest, given) = (&wanted[start..], &given[start..]);
        let Some((kind, after)) = placeholder(rest) else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            return given.starts_with(&rest[..first]) && self.text_fits(&rest[first..], &given[first..]);
        };
        let mut ends = given.char_indices().map(|(at, _)| at).chain([given.len()]);
        ends.any(|end| self.stands_for(kind, &given[..end]) && self.text_fits(after, &given[end..]))
    }

    fn stands_for(&self, kind: &str, text: &str) -> bool {
        let hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match kind {
            "uuid" => {
                let groups: Vec<usize> = text.split('-').map(str::len).collect();
                groups == [8, 4, 4, 4, 12] && hex(&text.replace('-', ""))
            }
            "etag" => text.len() == 40 && hex(text),
            "http-date" => text.len() == 29 && text.ends_with(" GMT") && text.as_bytes()[3] == b',',
            "number" => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
            "text" => true,
            "base" => text == self.base,
            "host" => self.base.ends_with(text) && text.contains(':') && !text.contains('/'),
            // A name that is not bound.
            _ => !text.is_empty(),
        }
    }
}

/// `<kind>` or `${name}` at the start of a text, and what comes after it.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    const KINDS: [&str; 7] = ["uuid", "etag", "http-date", "number", "text", "base", "host"];
    if let Some(rest) = text.strip_prefix("${") {
        return rest.split_once('}');
    }
    let (kind, after) = text.strip_prefix('<')?.split_once('>')?;
    KINDS.contains(&kind).then_some((kind, after))
}

/// Lines after the first have no order where they list errors.
fn sorted_lines(text: &str) -> String {
    if !text.contains("error(s) occurred:") {
        return text.to_owned();
    }
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines[1..].sort_unstable();
    lines.join("\n")
}

/// `a{01..03}b`: three texts.
fn expand(text: &str) -> Vec<String> {
    let parts = text
        .split_once('{')
        .and_then(|(head, rest)| Some((head, rest.split_once('}')?)));
    let (head, (range, tail)) = parts.expect("a range");
    let (first, last) = range.split_once("..").expect("two ends");
    let numbers = first.parse::<u32>().expect("a number")..=last.parse().expect("a number");
    numbers
        .map(|number| format!("{head}{number:0width$}{tail}", width = first.len()))
        .collect()
}
