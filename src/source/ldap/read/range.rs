//! Values that a server sends in parts: Active Directory sends 1,500 (since 2008: 5,000 or fewer) and expects
//! requests for `member;range=1500-*` (MS-ADTS 3.1.1.3.1.3.3).

use super::connect::Connection;
use super::entry::{Cut, Entry};
use super::failure::Failure;
use super::one_entry::read_entry;
use crate::config::LdapSettings;

/// No attribute has so many parts, but a server that always sends one more must not keep the run forever.
const PARTS: usize = 10_000;

/// Why an attribute stays incomplete.
#[derive(Debug)]
pub(in crate::source::ldap) enum Stopped {
    /// The server did not answer a request.
    Failed(Failure),
    /// The entry no longer exists, or the answers are inconsistent.
    Odd(&'static str),
}

/// Requests the remaining values of an attribute.
pub(in crate::source::ldap) async fn complete(
    connection: &mut Connection,
    settings: &LdapSettings,
    entry: &mut Entry,
    key: &str,
) -> Result<(), Stopped> {
    let name = entry.dn_text();
    for _ in 0..PARTS {
        let Some(cut) = entry.cut(key) else {
            return Ok(());
        };
        let asked = cut
            .request()
            .ok_or(Stopped::Odd("the server sent a range that makes no sense"))?;
        let answer = read_entry(connection, settings, &name, &[&asked])
            .await
            .map_err(Stopped::Failed)?;
        let answer = answer.ok_or(Stopped::Odd("the entry is gone"))?;
        entry.extend(key, answer).map_err(Stopped::Odd)?;
    }
    Err(Stopped::Odd("the server sends one part after another"))
}

/// Completes all attributes that can be completed. Others stay incomplete, and their records are rejected where it
/// matters.
///
/// # Errors
/// [`Failure`] if the server does not answer, or answers with an error.
pub(in crate::source::ldap) async fn complete_all(
    connection: &mut Connection,
    settings: &LdapSettings,
    entry: &mut Entry,
    keys: &[String],
) -> Result<(), Failure> {
    for key in keys {
        match complete(connection, settings, entry, key).await {
            Ok(()) => {}
            Err(Stopped::Failed(failure)) => return Err(failure),
            Err(Stopped::Odd(why)) => {
                let part = entry.cut(key).and_then(Cut::request).unwrap_or_default();
                tracing::debug!(entry = entry.dn_text(), part, why, "values are missing");
            }
        }
    }
    Ok(())
}
