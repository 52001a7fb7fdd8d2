//! Templates over attributes in the syntax of Python's `str.format`, as far as the connectors use it. Pure.

use super::field::{Field, Unfilled, field};

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

impl Format {
    /// Parses a template.
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
            if let Some(after) = rest.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
                continue;
            }
            let inside = rest.split_once('}').filter(|_| brace == "{");
            let (inside, after) =
                inside.ok_or("a single brace; one that is part of the text is written twice")?;
            parts.push(Part::Literal(std::mem::take(&mut literal)));
            parts.push(Part::Field(field(inside)?));
            rest = after;
        }
        literal.push_str(rest);
        parts.push(Part::Literal(literal));
        parts.retain(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
        Ok(Self { parts })
    }

    /// The needed attributes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(field) => Some(field.name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// Renders the template with these values.
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
