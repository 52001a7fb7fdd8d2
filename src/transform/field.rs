//! One field of a format: `{name:<10}`.

use std::fmt::Write as _;

use super::record::key;

/// Why a template cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    /// An attribute is missing.
    Missing,
    /// The value of an attribute was not read.
    Incomplete,
    /// A value does not fit the template, with the reason.
    Unfit(String),
}

/// A longer text is a mistake, and would only cost memory.
pub(super) const LONGEST: usize = 1_000_000;

/// `{name[index]!conversion:fill align width.precision}`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// Indexes of single characters: `[0]`.
    pub(super) indices: Vec<usize>,
    /// As Python's source form of the text: `!r`, or `!a` in ASCII.
    pub(super) quoted: Option<Quoted>,
    pub(super) align: Option<Align>,
    pub(super) fill: Option<char>,
    pub(super) width: usize,
    pub(super) precision: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoted {
    Unicode,
    Ascii,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
    Center,
}

impl Field {
    pub(super) fn render(&self, value: &[u8]) -> Result<String, Unfilled> {
        let unfit = |why: &str| Unfilled::Unfit(format!("the value of `{}` {why}", self.name));
        let value = std::str::from_utf8(value).map_err(|_| unfit("is not text (UTF-8)"))?;
        let mut value = value.to_owned();
        for index in &self.indices {
            let character = value.chars().nth(*index);
            value = character
                .ok_or_else(|| unfit("is too short for an index"))?
                .to_string();
        }
        if let Some(kind) = self.quoted {
            value = quoted(&value, kind);
        }
        if let Some(precision) = self.precision {
            value = value.chars().take(precision).collect();
        }
        let missing = self.width.saturating_sub(value.chars().count());
        let before = match self.align {
            None | Some(Align::Left) => 0,
            Some(Align::Right) => missing,
            Some(Align::Center) => missing / 2,
        };
        let fill = |count| std::iter::repeat_n(self.fill.unwrap_or(' '), count);
        Ok(fill(before)
            .chain(value.chars())
            .chain(fill(missing - before))
            .collect())
    }
}

/// Parses the text between braces.
pub(super) fn field(inside: &str) -> Result<Field, String> {
    let refuse = |why: &str| Err(format!("`{{{inside}}}`: {why}"));
    let (named, spec) = inside.split_once(':').unwrap_or((inside, ""));
    let (named, conversion) = match named.split_once('!') {
        Some((named, conversion)) => (named, Some(conversion)),
        None => (named, None),
    };
    let quoted = match conversion {
        None | Some("s") => None,
        Some("r") => Some(Quoted::Unicode),
        Some("a") => Some(Quoted::Ascii),
        Some(_) => return refuse("a conversion is `!r`, `!s` or `!a`"),
    };
    let mut parts = named.split('[');
    let name = parts.next().unwrap_or_default();
    if name.is_empty() || name.contains(['.', ']']) || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return refuse("the name of an attribute is needed");
    }
    let index = |part: &str| part.strip_suffix(']')?.parse().ok();
    let Some(indices) = parts.map(index).collect() else {
        return refuse("an index is a number, such as `[0]`");
    };
    let Some(shape) = shape(spec) else {
        return refuse("what follows the colon is not supported; `:>10`, `:_<10` and `:.3` are");
    };
    Ok(Field {
        name: key(name),
        indices,
        quoted,
        ..shape
    })
}

/// `[[fill]align][width][.precision][s]`
fn shape(spec: &str) -> Option<Field> {
    let align = |c: char| match c {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        _ => None,
    };
    let mut chars = spec.chars();
    let (first, second) = (chars.next(), chars.next());
    let (fill, aligned, rest) = match (first, second.and_then(align), first.and_then(align)) {
        (Some(fill), Some(aligned), _) => (Some(fill), Some(aligned), chars.as_str()),
        (Some(_), None, Some(aligned)) => (None, Some(aligned), &spec[1..]),
        _ => (None, None, spec),
    };
    let rest = rest.strip_suffix('s').unwrap_or(rest);
    let (width, precision) = match rest.split_once('.') {
        Some((width, precision)) => (width, Some(whole_number(precision)?)),
        None => (rest, None),
    };
    let zero = width.len() > 1 && width.starts_with('0');
    Some(Field {
        align: aligned,
        fill: fill.or(zero.then_some('0')),
        width: if width.is_empty() { 0 } else { whole_number(width)? },
        precision,
        ..Field::default()
    })
}

fn whole_number(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|count| is_number && *count <= LONGEST)
}

/// As `repr` or `ascii` write it.
fn quoted(text: &str, kind: Quoted) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut written = String::from(quote);
    for c in text.chars() {
        let is_plain = c.is_ascii() || kind == Quoted::Unicode && !c.is_control();
        let code = u32::from(c);
        // Writing to a string cannot fail.
        let _ = match c {
            '\n' => write!(written, "\\n"),
            '\r' => write!(written, "\\r"),
            '\t' => write!(written, "\\t"),
            c if c == quote || c == '\\' => write!(written, "\\{c}"),
            c if is_plain && !c.is_ascii_control() => write!(written, "{c}"),
            _ if code <= 0xff => write!(written, "\\x{code:02x}"),
            _ if code <= 0xffff => write!(written, "\\u{code:04x}"),
            _ => write!(written, "\\U{code:08x}"),
        };
    }
    written.push(quote);
    written
}
