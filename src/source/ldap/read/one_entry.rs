//! Reads one entry by its DN.

use ldap3::Scope;

use super::connect::Connection;
use super::entry::Entry;
use super::failure::{self, Failure};
use crate::config::LdapSettings;
use crate::source::ldap::hints::search_hint;

/// Reads one entry by its DN; `None` if it does not exist or is not visible.
///
/// # Errors
/// [`Failure`] if the server does not answer, or answers with an error.
pub(in crate::source::ldap) async fn read_entry(
    connection: &mut Connection,
    settings: &LdapSettings,
    name: &str,
    attributes: &[&str],
) -> Result<Option<Entry>, Failure> {
    const NO_SUCH_OBJECT: u32 = 32;
    // The crate's code for an abandoned search.
    const NOT_ENDED: u32 = 88;
    let limit = settings.timeout;
    let step = format!("reading `{name}` at {}", connection.shown());
    connection.begin();
    let ldap = connection.ldap.with_timeout(limit);
    let mut stream = match ldap
        .streaming_search(name, Scope::Base, "(objectClass=*)", attributes)
        .await
    {
        Ok(stream) => stream,
        Err(error) => return Err(connection.cause(error, limit).await.at(&step)),
    };
    let mut found = None;
    for _ in 0..ENTRIES_OF_ONE {
        let next = stream.next().await;
        connection.taken();
        match next {
            Ok(Some(entry)) if entry.is_ref() || entry.is_intermediate() => {}
            Ok(Some(entry)) => found = Entry::parse(entry.0).or(found),
            Ok(None) => break,
            Err(error) => return Err(connection.cause(error, limit).await.at(&step)),
        }
    }
    let result = stream.finish().await;
    match result.rc {
        0 => Ok(found),
        NOT_ENDED => Err(Failure::new("the server sends entries without end for one name").at(&step)),
        NO_SUCH_OBJECT => Ok(None),
        _ => Err(Failure::new(failure::answer(&result))
            .hint(search_hint(&result, &settings.bind_dn))
            .at(&step)),
    }
}

/// A DN belongs to one entry. A server that sends more and more must not keep the run forever.
const ENTRIES_OF_ONE: usize = 1000;
