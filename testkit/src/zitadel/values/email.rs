//! E-mail addresses: what the request validation accepts, then what the command accepts.

use crate::zitadel::protocol::errors::{Failure, INVALID};

/// How Go's mail parser reads a text.
struct Address {
    /// Whether a name precedes `<…>`.
    named: bool,
    local: String,
    domain: String,
}

fn parse(text: &str) -> Result<Address, &'static str> {
    const MISSING: &str = "mail: missing '@' or angle-addr";
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err("mail: no address");
    }
    let (name, spec) = match trimmed.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, spec)) => (name.trim(), spec),
        None => ("", trimmed),
    };
    let (local, domain) = spec.rsplit_once('@').ok_or(MISSING)?;
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let atoms = || {
        local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
    };
    if !quoted && !atoms() {
        return Err(MISSING);
    }
    if domain.is_empty() || domain.contains(char::is_whitespace) || domain.split('.').any(str::is_empty) {
        return Err("mail: no angle-addr");
    }
    Ok(Address {
        named: !name.is_empty(),
        local: local.to_owned(),
        domain: domain.to_owned(),
    })
}

fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && !c.is_control() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

/// The rule of the proto files: a mail address with an ASCII host name. Gives the reason of a refusal.
pub(crate) fn validate(text: &str) -> Result<(), String> {
    let cause = match parse(text) {
        Err(cause) => cause.to_owned(),
        Ok(address) if address.local.len() > 64 => {
            "email address local phrase cannot exceed 64 characters".to_owned()
        }
        Ok(address) => match hostname(&address.domain) {
            Ok(()) => return Ok(()),
            Err(cause) => cause,
        },
    };
    Err(format!(
        "value must be a valid email address | caused by: {cause}"
    ))
}

fn hostname(domain: &str) -> Result<(), String> {
    let domain = domain.to_lowercase();
    if domain.len() > 253 {
        return Err("hostname cannot exceed 253 characters".to_owned());
    }
    for part in domain.split('.') {
        if part.is_empty() || part.len() > 63 {
            return Err("hostname part must be non-empty and cannot exceed 63 characters".to_owned());
        }
        if part.starts_with('-') {
            return Err("hostname parts cannot begin with hyphens".to_owned());
        }
        if part.ends_with('-') {
            return Err("hostname parts cannot end with hyphens".to_owned());
        }
        if let Some(odd) = part.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(format!(
                "hostname parts can only contain alphanumeric characters or hyphens, got \"{odd}\""
            ));
        }
    }
    Ok(())
}

/// The check inside the command: no display name.
pub(crate) fn check(text: &str) -> Result<(), Failure> {
    if text.is_empty() {
        return Err(Failure::of(INVALID, "EMAIL-spblu", "Email is empty"));
    }
    match parse(text) {
        Err(_) => Err(Failure::of(INVALID, "EMAIL-599BI", "Email is invalid")),
        Ok(address) if address.named => Err(Failure::of(INVALID, "EMAIL-599GV", "Email is invalid")),
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recorded addresses pass and fail as they did.
    #[test]
    fn recorded_addresses() {
        for good in [
            "a@b.c",
            " a@b.c ",
            "<a@b.c>",
            "a@localhost",
            "jürgen@example.org",
            "A B <a@b.c>",
        ] {
            assert_eq!(validate(good), Ok(()), "{good}");
        }
        for bad in ["nope", "a..b@example.org", "a@münchen.de", "a@ex_ample.org", "a@"] {
            assert!(validate(bad).is_err(), "{bad}");
        }
        assert!(validate(&format!("{}@example.org", "a".repeat(64))).is_ok());
        assert!(validate(&format!("{}@example.org", "a".repeat(65))).is_err());
        assert!(check("A B <a@b.c>").is_err());
        assert!(check("<a@b.c>").is_ok());
    }
}
