//! States that pass by themselves: lockouts after wrong passwords, and passwords that have expired. Whoever is in one has not
//! left. Pure.

use crate::config::Expression;

/// `LOCKOUT` and `PASSWORD_EXPIRED` of Active Directory's account flags ([MS-SAMR] 2.2.1.12, [MS-ADTS] 2.2.16).
pub(super) const PASSING_BITS: i64 = 0x10 | 0x80_0000;

/// Attributes that hold such flags.
const FLAGS: [&str; 2] = ["useraccountcontrol", "msds-user-account-control-computed"];

/// The letters of Samba's account flags; `L` is a lockout.
const SAMBA_FLAGS: &str = "sambaacctflags";

/// Holds the time of a lockout, or a time that never was if an administrator locked the account.
const LOCKED_TIME: &str = "pwdaccountlockedtime";

/// Attributes that servers write when somebody mistypes a password, or when a password grows old.
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
    // 389 Directory Server and its kin
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

/// What becomes of a value when the state that passes is over.
#[derive(Debug, PartialEq, Eq)]
enum Later {
    /// It stays.
    Same,
    Value(Vec<u8>),
    /// Nobody knows.
    Unknown,
}

/// Whether an attribute says something only about a state that passes.
pub(super) fn is_passing(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.split(';').next().unwrap_or_default();
    PASSING.contains(&name)
}

/// Whether a time of `pwdAccountLockedTime` means that an administrator locked the account
/// (draft-behera-ldap-password-policy, 5.3.3).
pub(super) fn is_locked_for_good(time: &[u8]) -> bool {
    matches!(time, b"000001010000Z" | b"00000101000000Z")
}

/// Whether some value of an attribute means a state that passes.
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

/// Whether an entry with these values, which does not match, might do so when a state that passes is over.
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

/// What of a search filter hides people while they are locked out.
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
