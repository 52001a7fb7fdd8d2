//! Regular expressions over bytes, with the semantics of Python's `re`. Pure.

use fancy_regex::{BytesMode, Regex, RegexBuilder};

use super::record::key;

/// Attributes with their new values.
pub(super) type Matches<'a, 'v> = Vec<(&'a str, &'v [u8])>;

/// An expression whose named groups become attributes. Look-around and back references are supported.
#[derive(Clone)]
pub struct Pattern {
    regex: Regex,
    /// Its named groups, as in the expression and as attributes.
    groups: Vec<(String, String)>,
}

/// As in the configuration, because a plan file is bound to it.
impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pattern").field(&self.regex.as_str()).finish()
    }
}

/// The evaluation was stopped, because it takes too many steps for this value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooCostly;

impl Pattern {
    /// Parses an expression. `.` is a byte and `\w` is ASCII, as in Python's expressions over bytes. An expression
    /// with characters beyond ASCII in a set is read as one over characters.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let built = |mode| RegexBuilder::new(text).bytes_mode(mode).build();
        let regex = built(BytesMode::Ascii)
            .or_else(|_| built(BytesMode::UnicodeBytes))
            .map_err(|error| {
                let reason = error.to_string();
                reason.lines().last().unwrap_or_default().trim().to_owned()
            })?;
        let groups = regex.capture_names().flatten();
        let groups: Vec<(String, String)> = groups.map(|name| (name.to_owned(), key(name))).collect();
        let is_repeated = |at: usize| groups[..at].iter().any(|(name, _)| *name == groups[at].0);
        if let Some(at) = (0..groups.len()).find(|at| is_repeated(*at)) {
            return Err(format!("two groups are named `{}`", groups[at].0));
        }
        Ok(Self { regex, groups })
    }

    /// The attributes that its groups become.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|(_, attribute)| attribute.as_str())
    }

    /// The attributes and values of its groups, if the expression matches anywhere.
    ///
    /// # Errors
    /// [`TooCostly`] if it is not known whether it matches.
    pub fn find<'a, 'v>(&'a self, value: &'v [u8]) -> Result<Option<Matches<'a, 'v>>, TooCostly> {
        let found = self.regex.captures(value).map_err(|_| TooCostly)?;
        Ok(found.map(|found| {
            let group = |(name, attribute): &'a (String, String)| {
                Some((attribute.as_str(), found.name(name)?.as_bytes()))
            };
            self.groups.iter().filter_map(group).collect()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `name=value`, separated by blanks.
    fn found(pattern: &str, value: &str) -> Option<String> {
        let pattern = Pattern::parse(pattern).unwrap();
        let found = pattern.find(value.as_bytes()).unwrap()?;
        let shown = |(name, value)| format!("{name}={}", String::from_utf8_lossy(value));
        let shown: Vec<String> = found.into_iter().map(shown).collect();
        Some(shown.join(" "))
    }

    #[test]
    fn expressions_are_those_of_python() {
        for (pattern, value, expected) in [
            (
                "^SMTP:(?P<mail>.+)$",
                "SMTP:ada@example.org",
                Some("mail=ada@example.org"),
            ),
            ("^SMTP:(?P<mail>.+)$", "smtp:ada@example.org", None),
            ("(?i)^SMTP:(?P<Mail>.+)$", "smtp:ada", Some("mail=ada")),
            (r"(?P<cn>\w+)$", "Wei\u{df}", None),
            ("(?P<a>[\u{e4}\u{f6}]+)", "x\u{f6}\u{e4}y", Some("a=\u{f6}\u{e4}")),
            ("M\u{fc}ller (?P<a>.)", "M\u{fc}ller x", Some("a=x")),
            (r"^(?!ext-)(?P<uid>\w+)", "ext-ada", None),
            (r"^(?!ext-)(?P<uid>\w+)", "ada", Some("uid=ada")),
            (r"(?<=OU=)(?P<ou>[^,]+)", "CN=x,OU=y", Some("ou=y")),
            (r"(?P<a>\w)(?P=a)", "hello", Some("a=l")),
            ("(?P<a>x)?y", "y", Some("")),
        ] {
            assert_eq!(found(pattern, value).as_deref(), expected, "{pattern} {value}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for pattern in ["(", "(?P<a>", "[a", "(?P<a>x)(?P<a>y)", "*", r"\y(?P<"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn an_expression_that_would_run_for_ever_is_given_up() {
        let pattern = Pattern::parse("^(?P<a>(?:x+x+)+y)(?!z)").unwrap();
        assert_eq!(pattern.find(&[b'x'; 60]), Err(TooCostly));
    }
}
