//! Checks the syntax of LDAP filters (RFC 4515), and finds the first error.

/// Checks the syntax of a search filter.
///
/// # Errors
/// What is wrong and at which character, starting at 1.
pub(in crate::config) fn check_syntax(filter: &str) -> Result<(), String> {
    // The crate that sends the filter decides, but does not say what is wrong.
    if ldap3::parse_filter(filter).is_ok() {
        return Ok(());
    }
    let mut scan = Scan {
        text: filter,
        position: 0,
    };
    let fault = match scan.filter() {
        Ok(()) if scan.rest().is_empty() => Fault {
            at: 0,
            what: "this is not an LDAP filter",
        },
        Ok(()) => scan.fault("the filter ended before this character; join several by `(&...)`"),
        Err(fault) => fault,
    };
    let character = filter[..fault.at].chars().count() + 1;
    Err(format!("{} (character {character})", fault.what))
}

/// The filter without blanks and line breaks around it and between its parts, where they have no meaning, as in a
/// YAML block. Inside of a comparison they stay.
pub(in crate::config) fn tidy(filter: &str) -> String {
    let mut tidy = String::with_capacity(filter.len());
    let mut in_item = false;
    for character in filter.trim().chars() {
        match character {
            '(' | ')' => in_item = false,
            '&' | '|' | '!' if !in_item => {}
            blank if blank.is_whitespace() && !in_item => continue,
            _ => in_item = true,
        }
        tidy.push(character);
    }
    tidy
}

struct Fault {
    at: usize,
    what: &'static str,
}

struct Scan<'a> {
    text: &'a str,
    position: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        &self.text[self.position..]
    }

    fn fault(&self, what: &'static str) -> Fault {
        Fault {
            at: self.position,
            what,
        }
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.position += expected.len_utf8();
        }
        found
    }

    fn filter(&mut self) -> Result<(), Fault> {
        if self.rest().starts_with(char::is_whitespace) {
            return Err(self.fault("no blank or line break is allowed between the parts of a filter"));
        }
        if !self.take('(') {
            return Err(self.fault("a filter starts with `(`"));
        }
        if self.take('&') || self.take('|') {
            while !self.rest().starts_with(')') && !self.rest().is_empty() {
                self.filter()?;
            }
        } else if self.take('!') {
            self.filter()?;
        } else {
            self.item()?;
        }
        if self.take(')') {
            Ok(())
        } else {
            Err(self.fault("a `)` is missing"))
        }
    }

    fn item(&mut self) -> Result<(), Fault> {
        let end = self.rest().find(['(', ')', '=']).unwrap_or(self.rest().len());
        let name = &self.rest()[..end];
        if name.trim_end_matches(['>', '<', '~', ':']).is_empty() {
            return Err(self.fault("an attribute name is missing"));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".-;:<>~_".contains(c);
        if let Some(odd) = name.find(|c: char| !allowed(c)) {
            self.position += odd;
            return Err(self.fault("this character is not allowed in an attribute name"));
        }
        self.position += end;
        if !self.take('=') {
            return Err(self.fault("a comparison such as `=` is missing"));
        }
        self.value()
    }

    fn value(&mut self) -> Result<(), Fault> {
        let end = self.rest().find(['(', ')']).unwrap_or(self.rest().len());
        let value = &self.rest()[..end];
        for (at, _) in value.match_indices('\\') {
            let code = value.as_bytes().get(at + 1..at + 3);
            if !code.is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit)) {
                self.position += at;
                return Err(self.fault("`\\` is followed by two hexadecimal digits"));
            }
        }
        self.position += end;
        if self.rest().starts_with('(') {
            return Err(self.fault("a bracket inside a value is written `\\28` or `\\29`"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn filters_of_real_installations_pass() {
        for filter in [
            "(objectClass=*)",
            "(&(objectClass=user)(memberOf=cn=chat,ou=groups,dc=example,dc=org))",
            "(|(uid=a*b*c)(!(mail=*)))",
            "(userAccountControl:1.2.840.113556.1.4.803:=2)",
            "(cn=M\u{fc}ller \\28x\\29)",
            "(uSNChanged>=1)",
        ] {
            assert_eq!(check_syntax(filter), Ok(()), "{filter}");
        }
    }

    #[test]
    fn a_fault_is_named_with_its_location() {
        for (filter, what, character) in [
            ("", "starts with `(`", 1),
            ("(uid=a", "`)` is missing", 7),
            ("(&(uid=a)(mail=*)", "`)` is missing", 18),
            ("(uid=a))", "ended before", 8),
            ("(uid=a)(mail=b)", "ended before", 8),
            ("(uid)", "comparison", 5),
            ("(=a)", "name is missing", 2),
            ("(& (uid=a)(mail=b))", "blank", 3),
            ("(&(uid=a)\n (mail=b))", "blank", 10),
            ("(cn=\u{fc}\\2)", "two hexadecimal digits", 6),
            ("(cn=a(b)", "`\\28`", 6),
            ("(user name=a)", "attribute name", 6),
        ] {
            let fault = check_syntax(filter).unwrap_err();
            assert!(fault.contains(what), "{filter}: {fault}");
            assert!(
                fault.ends_with(&format!("(character {character})")),
                "{filter}: {fault}"
            );
        }
    }

    #[test]
    fn blanks_between_parts_mean_nothing() {
        for (written, meant) in [
            ("(uid=*)\n", "(uid=*)"),
            ("  \r\n(uid=*) \t", "(uid=*)"),
            (
                "(&\n  (objectClass=person)\n  (mail=*)\n)\n",
                "(&(objectClass=person)(mail=*))",
            ),
            ("(& (uid=a) (! (cn= b c )))", "(&(uid=a)(!(cn= b c )))"),
            ("( | (a=1)\u{a0}(b=2) )", "(|(a=1)(b=2))"),
            ("(cn=a & b | !)", "(cn=a & b | !)"),
            ("(cn=a\nb)", "(cn=a\nb)"),
        ] {
            assert_eq!(tidy(written), meant);
            assert_eq!(check_syntax(&tidy(written)), Ok(()), "{meant}");
        }
    }

    proptest! {
        #[test]
        fn a_tidy_filter_stays_as_it_is(filter in "[(&|!)=*a\\\\2 \n\u{fc}<>:]{0,20}") {
            let once = tidy(&filter);
            prop_assert_eq!(tidy(&once), once);
        }

        #[test]
        fn any_text_has_an_answer(filter in "[(&|!)=*a\\\\2 \u{fc}<>:]{0,20}") {
            let _ = check_syntax(&filter);
        }
    }
}
