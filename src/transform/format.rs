//! Texts put together from attributes, in the language of Python's `str.format`, as far as the connectors use it. Pure.

use std::fmt::Write as _;

use super::record::key;

/// A template such as `{givenName[0]}. {sn:.10}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Field(Field),
}

/// `{name[index]!conversion:fill align width.precision}`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Field {
    name: String,
    /// Places of single characters: `[0]`.
    indices: Vec<usize>,
    /// As Python would write the text in a program: `!r`, or `!a` in ASCII.
    quoted: Option<Quoted>,
    align: Option<Align>,
    fill: Option<char>,
    width: usize,
    precision: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quoted {
    Unicode,
    Ascii,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Left,
    Right,
    Center,
}

/// Why a template has no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    /// An attribute is not there.
    Missing,
    /// The value of an attribute was not read.
    Incomplete,
    /// A value does not fit the template, and why.
    Unfit(String),
}

/// A longer text is a slip, and would only cost memory.
const LONGEST: usize = 1_000_000;

impl Format {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong, or is not supported.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(behind) = rest.strip_prefix(brace) {
                literal.push_str(brace);
                rest = behind;
                continue;
            }
            let inside = rest.split_once('}').filter(|_| brace == "{");
            let (inside, behind) =
                inside.ok_or("a single brace; one that is part of the text is written twice")?;
            parts.push(Part::Literal(std::mem::take(&mut literal)));
            parts.push(Part::Field(field(inside)?));
            rest = behind;
        }
        literal.push_str(rest);
        parts.push(Part::Literal(literal));
        parts.retain(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
        Ok(Self { parts })
    }

    /// The attributes that it needs.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(field) => Some(field.name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The text with these values.
    pub(super) fn render<'a>(
        &self,
        value: impl Fn(&str) -> Result<&'a [u8], Unfilled>,
    ) -> Result<String, Unfilled> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Field(field) => text.push_str(&field.render(value(&field.name)?)?),
            }
        }
        Ok(text)
    }
}

impl Field {
    fn render(&self, value: &[u8]) -> Result<String, Unfilled> {
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

/// What stands between braces.
fn field(inside: &str) -> Result<Field, String> {
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
        Some((width, precision)) => (width, Some(count(precision)?)),
        None => (rest, None),
    };
    let zero = width.len() > 1 && width.starts_with('0');
    Some(Field {
        align: aligned,
        fill: fill.or(zero.then_some('0')),
        width: if width.is_empty() { 0 } else { count(width)? },
        precision,
        ..Field::default()
    })
}

fn count(digits: &str) -> Option<usize> {
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
        // Nothing can go wrong in a string.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn render(template: &str) -> Result<String, Unfilled> {
        Format::parse(template).unwrap().render(|name| match name {
            "sn" => Ok("Löwe".as_bytes()),
            "o" => Ok(b"O'Neil\n"),
            "empty" => Ok(b""),
            "binary" => Ok(b"\xff"),
            "cut" => Err(Unfilled::Incomplete),
            _ => Err(Unfilled::Missing),
        })
    }

    #[test]
    fn templates_are_filled_in_as_by_python() {
        for (template, expected) in [
            ("{sn}", "Löwe"),
            ("{SN}", "Löwe"),
            ("{{{sn}}}", "{Löwe}"),
            ("{sn[0]}.{sn[3]}", "L.e"),
            ("{sn:>6}|{sn:6}|{sn:^7}|", "  Löwe|Löwe  | Löwe  |"),
            ("{sn:_<6}{sn:*>6s}", "Löwe__**Löwe"),
            ("{sn:.2}{sn:<3.1}|", "LöL  |"),
            ("{sn:06}", "Löwe00"),
            ("{sn!r} {o!r} {sn!a}", "'Löwe' \"O'Neil\\n\" 'L\\xf6we'"),
            ("[{empty}]", "[]"),
            ("no attribute", "no attribute"),
        ] {
            assert_eq!(render(template).as_deref(), Ok(expected), "{template}");
        }
        let unfit = |why: &str| Unfilled::Unfit(why.to_owned());
        for (template, why) in [
            ("{absent}", Unfilled::Missing),
            ("{sn} {absent}", Unfilled::Missing),
            ("{cut}", Unfilled::Incomplete),
            ("{sn[4]}", unfit("the value of `sn` is too short for an index")),
            (
                "{empty[0]}",
                unfit("the value of `empty` is too short for an index"),
            ),
            ("{binary}", unfit("the value of `binary` is not text (UTF-8)")),
        ] {
            assert_eq!(render(template), Err(why), "{template}");
        }
    }

    #[test]
    fn what_is_not_supported_is_refused() {
        for template in [
            "{",
            "}",
            "{sn",
            "sn}",
            "{}",
            "{0}",
            "{sn.upper}",
            "{sn[x]}",
            "{sn[-1]}",
            "{sn[0}",
            "{sn!x}",
            "{sn:d}",
            "{sn:>x}",
            "{sn:,}",
            "{sn:{width}}",
            "{sn:.}",
            "{sn:99999999}",
        ] {
            assert!(Format::parse(template).is_err(), "{template}");
        }
    }

    proptest! {
        #[test]
        fn no_template_and_no_value_panics(template in "[{}a-c\\[\\]0-9!r:<>^.sé]{0,16}|\\PC{0,12}", value in "\\PC{0,8}") {
            if let Ok(format) = Format::parse(&template) {
                let _ = format.render(|_| Ok(value.as_bytes()));
            }
        }
    }
}
