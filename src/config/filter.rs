//! Whether a text is an LDAP filter, and if not, where it stops being one.

/// Checks the syntax (RFC 4515).
pub(super) fn check(filter: &str) -> Result<(), String> {
    // ldap3 says no more than that it failed.
    ldap3::parse_filter(filter)
        .map(drop)
        .map_err(|()| problem(filter))
}

/// Where a filter goes wrong, as far as its brackets tell.
fn problem(filter: &str) -> String {
    let mut open: Vec<usize> = Vec::new();
    for (index, character) in filter.chars().enumerate() {
        match character {
            '(' => open.push(index),
            ')' if open.pop().is_none() => {
                return format!("the `)` at character {} closes nothing", index + 1);
            }
            _ => {}
        }
    }
    if let Some(index) = open.pop() {
        return format!("the `(` at character {} is never closed", index + 1);
    }
    match broken_group(filter) {
        Some(index) => format!("something is wrong in the part from character {}", index + 1),
        None => "something is wrong in it".into(),
    }
}

/// The start of the smallest group in brackets that is no filter by itself.
fn broken_group(filter: &str) -> Option<usize> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (index, (byte, character)) in filter.char_indices().enumerate() {
        match character {
            '(' => open.push((index, byte)),
            ')' => {
                let (start, start_byte) = open.pop()?;
                if ldap3::parse_filter(&filter[start_byte..=byte]).is_err() {
                    return Some(start);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn filters_of_installations_are_accepted() {
        for filter in [
            "(objectClass=person)",
            "(&(objectClass=user)(memberOf:1.2.840.113556.1.4.1941:=cn=chat,dc=example,dc=org))",
            "(!(cn=a\\28b\\29))",
            "(|(cn=a*)(mail=*@example.org))",
        ] {
            assert_eq!(check(filter), Ok(()), "{filter}");
        }
    }

    #[test]
    fn the_place_of_a_mistake_counts_characters() {
        assert_eq!(
            check("(|(cn=müller)(c))"),
            Err("something is wrong in the part from character 14".into())
        );
        assert_eq!(
            check("(cn=ü"),
            Err("the `(` at character 1 is never closed".into())
        );
    }

    proptest! {
        #[test]
        fn any_text_is_survived(filter in "[()&|!=*a\\\\ü ]{0,20}") {
            let _ = check(&filter);
        }
    }
}
