//! From the configured addresses to one bound connection.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use ldap3::{LdapError, LdapResult};
use secrecy::ExposeSecret;

use super::connect::{Connection, NOT_LDAP, Protection, connect, shown};
use super::failure::{self, Failure};
use super::tls::Trust;
use crate::config::LdapSettings;
use crate::http::Secrets;

/// Connects to and binds at the first server that answers. A server that cannot be reached, loses the connection or
/// is busy passes its turn on; a refused bind is final, the others would refuse it too.
pub(super) async fn open(
    settings: &LdapSettings,
    trust: Option<&Trust>,
    secrets: &Secrets,
) -> Result<Connection, Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    for (position, url) in settings.urls.iter().enumerate() {
        let is_last = position + 1 == settings.urls.len();
        let opened = match connect(url, settings, trust, patience(settings, is_last)).await {
            Ok(connection) => bind(connection, settings).await,
            Err(failure) => Err(Unbound::NextServer(failure)),
        };
        match opened {
            Ok(connection) => return Ok(connection),
            Err(Unbound::Final(failure)) => return Err(failure),
            Err(Unbound::NextServer(failure)) => {
                let failure = failure.without(secrets);
                if settings.urls.len() > 1 {
                    tracing::warn!(server = %shown(url), reason = failure.what, "server passed over");
                }
                failures.push(failure);
            }
        }
    }
    let hint = failures.iter().find_map(|failure| failure.hint.clone());
    let what: Vec<String> = failures.into_iter().map(|failure| failure.what).collect();
    Err(Failure {
        what: what.join("; "),
        hint,
    })
}

/// A server that is not the last one must not use up the time of the others.
const SHORT: Duration = Duration::from_secs(5);

fn patience(settings: &LdapSettings, is_last: bool) -> Duration {
    let default = if is_last {
        settings.timeout
    } else {
        settings.timeout.min(SHORT)
    };
    settings.connect_timeout.unwrap_or(default)
}

enum Unbound {
    NextServer(Failure),
    Final(Failure),
}

async fn bind(mut connection: Connection, settings: &LdapSettings) -> Result<Connection, Unbound> {
    let who = if settings.bind_external {
        "by SASL EXTERNAL".to_owned()
    } else {
        format!("as `{}`", settings.bind_dn)
    };
    let place = format!("binding at {} {who}", shown(&connection.url));
    let password = settings.bind_password.expose_secret();
    if password.is_empty() && !settings.bind_dn.is_empty() && !settings.bind_external {
        let failure = Failure::new("`bind_password` is empty, which some servers take for an anonymous bind");
        return Err(Unbound::Final(
            failure.hint("set it, or leave `bind_dn` empty too").at(&place),
        ));
    }
    match connection.ask_to_bind(settings).await {
        Ok(LdapResult { rc: 0, .. }) => Ok(connection),
        Ok(result) => {
            let failure = Failure::new(failure::answer(&result))
                .hint(failure::bind_hint(&result, settings.bind_external))
                .at(&place);
            Err(match result.rc {
                51 | 52 => Unbound::NextServer(failure),
                _ => Unbound::Final(failure),
            })
        }
        Err(error) => {
            let hint = connection.hint_for_a_lost_bind(settings);
            let failure = connection.cause(error, settings.timeout).await.at(&place);
            Err(Unbound::NextServer(failure.hint_if_none(hint)))
        }
    }
}

impl Connection {
    async fn ask_to_bind(&mut self, settings: &LdapSettings) -> Result<LdapResult, LdapError> {
        let password = settings.bind_password.expose_secret();
        let ldap = self.ldap.with_timeout(settings.timeout);
        let bind = async {
            if settings.bind_external {
                ldap.sasl_external_bind().await
            } else {
                ldap.simple_bind(&settings.bind_dn, password).await
            }
        };
        // The crate panics on an answer that is not well formed.
        AssertUnwindSafe(bind)
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(LdapError::from(std::io::Error::other(NOT_LDAP))))
    }

    /// A server that demands a certificate says so only after the handshake, by hanging up.
    fn hint_for_a_lost_bind(&self, settings: &LdapSettings) -> &'static str {
        match (self.protection, &settings.tls.client_certificate) {
            (Protection::Plain, _) => {
                "a port for LDAPS needs an `ldaps://` address, and some servers demand TLS"
            }
            (_, Some(_)) => "the server may have refused our `tls.client_certificate`",
            (_, None) => failure::CLIENT_CERTIFICATE,
        }
    }
}
