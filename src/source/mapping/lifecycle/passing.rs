//! Temporary states: lockouts after wrong passwords, and expired passwords. A person in such a state has not left.
//! Pure.

use crate::config::Expression;

/// `LOCKOUT` and `PASSWORD_EXPIRED` of Active Directory's account flags ([MS-SAMR] 2.2.1.12, [MS-ADTS] 2.2.16).
pub(super) const PASSING_BITS: i64 = 0x10 | 0x80_0000;

/// Attributes with such flags.
const FLAGS: [&str; 2] = ["useraccountcontrol", "msds-user-account-control-computed"];

/// The letters of Samba's account flags; `L` is a lockout.
const SAMBA_FLAGS: &str = "sambaacctflags";

/// Contains the time of a lockout, or a special time if an administrator locked the account.
const LOCKED_TIME: &str = "pwdaccountlockedtime";

/// Attributes that servers write after a wrong password, or when a password expires.
const PASSING: [&str; 38] = [
    // Active Directory
    "lockouttime",
    "badpwdcount",
    "badpasswordtime",
    "pwdlastset",
    "logonhours",
    "msds-userpasswordexpired",
    "msds-userpasswordexpirytimecomputed",
    "ms-ds-useraccountautolocked",
    "ms-ds-userpasswordexpired",
    // OpenLDAP and other servers with password policies
    "pwdfailuretime",
    "pwdchangedtime",
    "pwdreset",
    "pwdgraceusetime",
    "pwdexpirationwarned",
    "pwdaccounttmplockoutend",
    // 389 Directory Server and its derivatives
    "accountunlocktime",
    "passwordretrycount",
    "retrycountresettime",
    "passwordexpirationtime",
    "passwordexpwarned",
    "passwordgraceusertime",
    // eDirectory
    "lockedbyintruder",
    "logingraceremaining",
    "loginintruderattempts",
    "loginintruderaddress",
    "loginintruderresettime",
    "loginallowedtimemap",
    // Unix and Samba
    "shadowlastchange",
    "shadowmax",
    "shadowmin",
    "shadowinactive",
    "sambabadpasswordcount",
    "sambabadpasswordtime",
    "sambapwdlastset",
    "sambapwdmustchange",
    // Kerberos
    "krbloginfailedcount",
    "krblastfailedauth",
    "krbpasswordexpiration",
];

/// What happens to a value when the temporary state ends.
#[derive(Debug, PartialEq, Eq)]
enum Later {
    Same,
    Value(Vec<u8>),
    Unknown,
}

/// Returns whether an attribute only concerns a temporary state.
pub(super) fn is_passing(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.split(';').next().unwrap_or_default();
    PASSING.contains(&name)
}

/// Returns whether a time of `pwdAccountLockedTime` means that an administrator locked the account
/// (draft-behera-ldap-password-policy, 5.3.3).
pub(super) fn is_locked_for_good(time: &[u8]) -> bool {
    matches!(time, b"000001010000Z" | b"00000101000000Z")
}

/// Returns whether a value of an attribute can mean a temporary state.
pub(super) fn may_pass(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.split(';').next().unwrap_or_default();
    PASSING.contains(&name) || FLAGS.contains(&name) || [LOCKED_TIME, SAMBA_FLAGS].contains(&name)
}

fn later(name: &str, value: &[u8]) -> Later {
    let name = name.to_ascii_lowercase();
    let name = name.split(';').next().unwrap_or_default();
    let text = std::str::from_utf8(value).unwrap_or_default();
    match name {
        LOCKED_TIME if is_locked_for_good(value) => Later::Same,
        LOCKED_TIME => Later::Unknown,
        SAMBA_FLAGS => Later::Value(text.replace('L', "").into_bytes()),
        name if FLAGS.contains(&name) => match text.parse::<i64>() {
            Ok(flags) => Later::Value((flags & !PASSING_BITS).to_string().into_bytes()),
            Err(_) => Later::Same,
        },
        name if PASSING.contains(&name) => Later::Unknown,
        _ => Later::Same,
    }
}

/// Returns whether an entry with these values, which does not match, might match when a temporary state ends.
pub(super) fn may_match_later<'a>(expression: &Expression, values: &dyn Fn(&str) -> Vec<&'a [u8]>) -> bool {
    let settled = expression.settled(&|name| {
        if is_passing(name) {
            return None;
        }
        let later = values(name).into_iter().map(|value| match later(name, value) {
            Later::Same => Some(value.to_vec()),
            Later::Value(value) => Some(value),
            Later::Unknown => None,
        });
        later.collect()
    });
    settled != Some(false)
}

/// The part of a search filter that hides people while they are locked out.
pub(crate) fn hides_people(filter: &str) -> Option<String> {
    let named = Expression::names_in(filter).into_iter();
    let locked_time = |name: &str| name.eq_ignore_ascii_case(LOCKED_TIME);
    if let Some(name) = named.clone().find(|name| is_passing(name) || locked_time(name)) {
        return Some(name);
    }
    let bits = filter.split('(').filter_map(|part| {
        let (left, right) = part.split_once(":=")?;
        let (name, _rule) = left.split_once(':')?;
        let flags: i64 = right.split(')').next()?.trim().parse().ok()?;
        let is_lockout = FLAGS.contains(&name.to_ascii_lowercase().as_str()) && flags & PASSING_BITS != 0;
        is_lockout.then(|| name.to_owned())
    });
    bits.into_iter().next()
}
