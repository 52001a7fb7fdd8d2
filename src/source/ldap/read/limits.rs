//! What `check` can see of a server's limits: what it says itself, and how full its pages were.

use std::num::NonZeroU32;

use super::connect::Connection;
use super::entry::Entry;
use super::one_entry::read_entry;
use super::search::Search;
use crate::config::LdapSettings;
use crate::model::counted;

/// Below the configuration of a forest ([MS-ADTS] 3.1.1.3.4.6).
const POLICY: &str =
    "CN=Default Query Policy,CN=Query-Policies,CN=Directory Service,CN=Windows NT,CN=Services";
const LIMITS: &str = "lDAPAdminLimits";
/// Limits that can affect a read.
const SHOWN: [&str; 3] = ["MaxPageSize", "MaxQueryDuration", "MaxValRange"];

/// The limits of Active Directory's default query policy; `None` for other servers, and if it may not be read.
///
/// A site or a single controller may have another policy.
pub(in crate::source::ldap) async fn policy(
    connection: &mut Connection,
    settings: &LdapSettings,
    root: Option<&Entry>,
) -> Option<String> {
    let configuration = root?.values("configurationnamingcontext").next()?;
    let name = format!("{POLICY},{}", std::str::from_utf8(configuration).ok()?);
    let found = read_entry(connection, settings, &name, &[LIMITS]).await;
    // A failure is ignored: if the connection is broken, the next step fails too.
    describe_policy(&found.ok()??)
}

fn describe_policy(policy: &Entry) -> Option<String> {
    let values: Vec<&str> = policy
        .values(&LIMITS.to_ascii_lowercase())
        .filter_map(|value| std::str::from_utf8(value).ok())
        .collect();
    let value = |name: &&str| {
        let mut limits = values.iter().filter_map(|value| value.split_once('='));
        let (_, limit) = limits.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(format!("{name} {limit}"))
    };
    let shown: Vec<String> = SHOWN.iter().filter_map(value).collect();
    (!shown.is_empty()).then(|| format!("the default query policy says {}", shown.join(", ")))
}

/// What a complete read has shown, and what the server says.
pub(in crate::source::ldap) fn seen(
    search: &Search<'_>,
    asked: Option<NonZeroU32>,
    policy: Option<String>,
) -> String {
    let struck = match asked.map(|asked| (asked, asked.get() as usize)) {
        None => "none struck a search without pages".to_owned(),
        Some((asked, wanted)) if search.pages > 1 && search.largest_page < wanted => format!(
            "no page held more than {} of the {asked} asked for, so the server limits pages; nothing was cut off",
            counted(search.largest_page, "entry")
        ),
        Some((asked, _)) => format!("none struck pages of {asked} entries"),
    };
    [Some(struck), policy]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::entry;
    use super::*;

    fn limits(values: &[&[u8]]) -> Option<String> {
        describe_policy(&Entry::parse(entry(&[("ldapAdminLimits", values)])).unwrap())
    }

    #[test]
    fn a_policy_tells_what_a_read_can_run_into() {
        let values: [&[u8]; 5] = [
            b"MaxValRange=1500",
            b"MaxReceiveBuffer=10485760",
            b"maxpagesize=1000",
            b"\xff=1",
            b"MaxQueryDuration=120",
        ];
        let shown = "the default query policy says MaxPageSize 1000, MaxQueryDuration 120, MaxValRange 1500";
        assert_eq!(limits(&values).as_deref(), Some(shown));
        assert_eq!(limits(&[b"MaxPageSize"]), None);
        assert_eq!(limits(&[]), None);
    }
}
