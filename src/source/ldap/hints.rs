//! Hints for refusals of an LDAP server.

use ldap3::LdapResult;

/// Hint for a refused bind.
pub(super) fn bind_hint(result: &LdapResult, external: bool) -> String {
    let text = match result.rc {
        7 | 48 | 49 | 53 if external => EXTERNAL,
        8 | 13 => ENCRYPT,
        48 => "the server does not accept this bind; set `bind_dn` and `bind_password`",
        49 => return credentials_hint(&result.text),
        34 => "`bind_dn` is not a distinguished name",
        51 | 52 => "try again later",
        53 => "the server refuses this bind; an empty `bind_password` or a missing TLS is the usual reason",
        _ => "check `bind_dn` and `bind_password`",
    };
    text.to_owned()
}

const EXTERNAL: &str = "the server must take SASL EXTERNAL, trust the authority of `tls.client_certificate`, and map the \
                        subject of that certificate (or the user, on `ldapi://`) to an account";

const ENCRYPT: &str = "use an `ldaps://` address, or set `tls.danger_use_start_tls: true`";

/// Meaning of codes such as `data 52e` in a bind that Active Directory refuses.
pub(super) const SUB_CODES: [(&str, &str); 9] = [
    ("525", "there is no such user"),
    ("52e", "the password is wrong"),
    ("530", "the account may not log in at this time"),
    ("531", "the account may not log in from this machine"),
    ("532", "the account's password has expired"),
    ("533", "the account is disabled"),
    ("701", "the account has expired"),
    ("773", "the account's password must be changed first"),
    ("775", "the account is locked"),
];

/// The code in the text of a refused bind, with its meaning.
fn sub_code(text: &str) -> Option<(&'static str, &'static str)> {
    let rest = text.split("data ").nth(1)?;
    let code = rest.split([',', ' ', '\0']).next()?;
    SUB_CODES.into_iter().find(|(known, _)| *known == code)
}

fn credentials_hint(text: &str) -> String {
    let Some((code, meaning)) = sub_code(text) else {
        return "check `bind_dn` and `bind_password`".to_owned();
    };
    let what_to_do = match code {
        "525" => ": check `bind_dn`",
        "52e" => ": check `bind_password`",
        _ => "",
    };
    format!("{meaning}{what_to_do} (Active Directory, data {code})")
}

/// What a refused bind says about the person who wants to sign in.
pub(super) fn login_hint(what: &str) -> Option<String> {
    if !what.contains("invalidCredentials (49)") {
        return None;
    }
    Some(sub_code(what).map_or_else(
        || "the password is wrong, or the account has none or is locked".to_owned(),
        |(code, meaning)| format!("{meaning} (Active Directory, data {code})"),
    ))
}

/// Hint for a search that the server ended.
pub(super) fn search_hint(result: &LdapResult, bind_dn: &str) -> String {
    let limits = |what: &str| {
        let account = if bind_dn.is_empty() {
            "anonymous".to_owned()
        } else {
            format!("dn.exact=\"{bind_dn}\"")
        };
        format!("lift the limits of this account; OpenLDAP: `limits {account} {what}`")
    };
    match result.rc {
        1 => "Active Directory wants a bind before a search: set `bind_dn` and `bind_password`".to_owned(),
        3 => limits("time=unlimited"),
        4 | 11 => format!(
            "{}; Active Directory: a `page_size` of at most MaxPageSize (1000)",
            limits("size=unlimited time=unlimited")
        ),
        8 | 13 => ENCRYPT.to_owned(),
        10 => format!(
            "the base lies on another server, put that one into `url`: {}",
            result.refs.join(", ")
        ),
        12 => "the server cannot page: set `page_size: 0`".to_owned(),
        32 => "`base_dn` does not exist, or the account may not see it".to_owned(),
        34 => "`base_dn` is not a distinguished name".to_owned(),
        50 => "the account may not read below `base_dn`".to_owned(),
        51 | 52 => "try again later".to_owned(),
        53 => "the server refuses this search; it often requires TLS or a bind".to_owned(),
        _ => "look for this answer in the log of the server".to_owned(),
    }
}
