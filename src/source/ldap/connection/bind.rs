//! From the configured addresses to one bound connection.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt;
use ldap3::{LdapError, LdapResult};
use secrecy::ExposeSecret;
use url::Url;

use super::connect::{Connection, Way, connect, shown};
use super::dial;
use super::dial::{NOT_LDAP, Protection};
use super::failure::{self, Failure};
use super::tls::Trust;
use crate::config::LdapSettings;
use crate::http::Secrets;
use crate::source::ldap::hints::bind_hint;

/// Connects to and binds at the first available server. If a server is not reachable, loses the connection or is
/// busy, the next one is tried. A refused bind is final, because the others would refuse it too.
pub(in crate::source::ldap) async fn open(
    settings: &LdapSettings,
    trust: Option<&Trust>,
    secrets: &Secrets,
) -> Result<Connection, Failure> {
    let mut tries = Tries {
        settings,
        trust,
        secrets,
        failures: Vec::new(),
        are_several: settings.urls.len() > 1,
    };
    for (position, url) in settings.urls.iter().enumerate() {
        let is_last = position + 1 == settings.urls.len();
        let patience = patience(settings, is_last);
        let start = Instant::now();
        match dial::addresses(url, patience).await {
            Ok(addresses) => {
                let left = patience.saturating_sub(start.elapsed());
                if let Some(connection) = tries.each(url, &addresses, left, is_last).await? {
                    return Ok(connection);
                }
            }
            Err(failure) => {
                tries.pass_over(&shown(url), failure.at(&format!("connecting to {}", shown(url))));
            }
        }
    }
    let hint = tries.failures.iter().find_map(|failure| failure.hint.clone());
    let what: Vec<String> = tries.failures.into_iter().map(|failure| failure.what).collect();
    Err(Failure {
        what: what.join("; "),
        hint,
    })
}

/// A server that is not the last one must leave time for the others.
const SHORT: Duration = Duration::from_secs(5);

/// Minimum time per address, because there may be many of which the first ones are down.
const LEAST: Duration = Duration::from_millis(500);

fn patience(settings: &LdapSettings, is_last: bool) -> Duration {
    let default = if is_last {
        settings.timeout
    } else {
        settings.timeout.min(SHORT)
    };
    settings.connect_timeout.unwrap_or(default)
}

/// The tries so far.
struct Tries<'a> {
    settings: &'a LdapSettings,
    trust: Option<&'a Trust>,
    secrets: &'a Secrets,
    failures: Vec<Failure>,
    /// There is another server to try.
    are_several: bool,
}

impl Tries<'_> {
    /// Tries the addresses of a server one after the other, each for its share of the remaining time.
    async fn each(
        &mut self,
        url: &Url,
        addresses: &[Option<SocketAddr>],
        mut left: Duration,
        is_last_url: bool,
    ) -> Result<Option<Connection>, Failure> {
        self.are_several |= addresses.len() > 1;
        for (position, address) in addresses.iter().enumerate() {
            let waiting = addresses.len() - position;
            let share = left / u32::try_from(waiting).unwrap_or(u32::MAX);
            let way = Way {
                url: url.clone(),
                address: *address,
                is_one_of_several: addresses.len() > 1,
            };
            let start = Instant::now();
            let connected = connect(&way, self.settings, self.trust, share.max(LEAST).min(left)).await;
            left = left.saturating_sub(start.elapsed());
            let is_last = is_last_url && waiting == 1;
            let opened = match connected {
                Ok(connection) => bind(connection, self.settings, is_last).await,
                Err(failure) => Err(Unbound::NextServer(failure)),
            };
            match opened {
                Ok(connection) => return Ok(Some(connection)),
                Err(Unbound::Final(failure)) => return Err(failure),
                Err(Unbound::NextServer(failure)) if left.is_zero() => {
                    self.pass_over(&way.shown(), failure);
                    break;
                }
                Err(Unbound::NextServer(failure)) => self.pass_over(&way.shown(), failure),
            }
        }
        Ok(None)
    }

    fn pass_over(&mut self, server: &str, failure: Failure) {
        let failure = failure.without(self.secrets);
        if self.are_several {
            tracing::warn!(server, reason = failure.what, "server passed over");
        }
        self.failures.push(failure);
    }
}

/// The name that a connection is bound with.
pub(in crate::source::ldap) fn identity(settings: &LdapSettings) -> String {
    if settings.bind_external {
        "by SASL EXTERNAL".to_owned()
    } else if settings.bind_dn.is_empty() {
        "without a name".to_owned()
    } else {
        format!("as `{}`", settings.bind_dn)
    }
}

enum Unbound {
    NextServer(Failure),
    Final(Failure),
}

async fn bind(
    mut connection: Connection,
    settings: &LdapSettings,
    is_last: bool,
) -> Result<Connection, Unbound> {
    let limit = if is_last {
        settings.timeout
    } else {
        settings.timeout.min(SHORT)
    };
    let step = format!("binding at {} {}", shown(&connection.url), identity(settings));
    let password = settings.bind_password.expose_secret();
    if password.is_empty() && !settings.bind_dn.is_empty() && !settings.bind_external {
        let failure = Failure::new("`bind_password` is empty, which some servers treat as an anonymous bind");
        return Err(Unbound::Final(
            failure.hint("set it, or leave `bind_dn` empty too").at(&step),
        ));
    }
    match connection.ask_to_bind(settings, limit).await {
        Ok(LdapResult { rc: 0, .. }) => Ok(connection),
        Ok(result) => {
            let failure = Failure::new(failure::answer(&result))
                .hint(bind_hint(&result, settings.bind_external))
                .at(&step);
            Err(match result.rc {
                51 | 52 => Unbound::NextServer(failure),
                _ => Unbound::Final(failure),
            })
        }
        Err(error) => {
            let hint = connection.hint_for_a_lost_bind(settings);
            let failure = connection.cause(error, limit).await.at(&step);
            Err(Unbound::NextServer(failure.hint_if_none(hint)))
        }
    }
}

impl Connection {
    async fn ask_to_bind(
        &mut self,
        settings: &LdapSettings,
        limit: Duration,
    ) -> Result<LdapResult, LdapError> {
        self.begin();
        let password = settings.bind_password.expose_secret();
        let ldap = self.ldap.with_timeout(limit);
        let bind = async {
            if settings.bind_external {
                ldap.sasl_external_bind().await
            } else {
                ldap.simple_bind(&settings.bind_dn, password).await
            }
        };
        // The crate panics on a malformed answer.
        AssertUnwindSafe(bind)
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(LdapError::from(std::io::Error::other(NOT_LDAP))))
    }

    /// A server that requires a client certificate only closes the connection after the handshake.
    fn hint_for_a_lost_bind(&self, settings: &LdapSettings) -> &'static str {
        match (self.protection, &settings.tls.client_certificate) {
            (Protection::Plain, _) => {
                "a port for LDAPS needs an `ldaps://` address, and some servers demand TLS"
            }
            (_, Some(_)) => "the server may have refused our `tls.client_certificate`",
            (_, None) => crate::tls::CLIENT_CERTIFICATE,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener};

    use testkit::ldap_double::LdapDouble;

    use super::super::tests::settings;
    use super::*;

    /// An address that never answers: the queue of the listener is full, so the system drops new connections.
    struct Dead {
        address: SocketAddr,
        _queue: Vec<std::net::TcpStream>,
        _listener: socket2::Socket,
    }

    impl Dead {
        fn on(host: &str) -> Self {
            let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
            let wanted: SocketAddr = format!("{host}:0").parse().unwrap();
            listener.bind(&wanted.into()).unwrap();
            listener.listen(0).unwrap();
            let address = listener.local_addr().unwrap().as_socket().unwrap();
            let brief = Duration::from_millis(100);
            let queue = (0..64).map_while(|_| std::net::TcpStream::connect_timeout(&address, brief).ok());
            Self {
                address,
                _queue: queue.collect(),
                _listener: listener,
            }
        }
    }

    async fn opened(addresses: &[SocketAddr], patience: Duration) -> (Option<Connection>, Vec<String>) {
        let settings = settings();
        let secrets = Secrets::default();
        let mut tries = Tries {
            settings: &settings,
            trust: None,
            secrets: &secrets,
            failures: Vec::new(),
            are_several: false,
        };
        let url = "ldap://rr.test".parse().unwrap();
        let addresses: Vec<Option<SocketAddr>> = addresses.iter().copied().map(Some).collect();
        let connection = tries.each(&url, &addresses, patience, true).await.unwrap();
        let failures = tries.failures.into_iter().map(|failure| failure.what);
        (connection, failures.collect())
    }

    /// The name of a domain has one address per controller, and one of them is always down.
    #[tokio::test]
    async fn an_address_that_is_silent_does_not_use_up_the_time_of_the_next() {
        let dead = Dead::on("127.0.0.21");
        let double = LdapDouble::refusing_binds(0, "");
        let alive: SocketAddr = double.url().strip_prefix("ldap://").unwrap().parse().unwrap();
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let patience = Duration::from_secs(2);
        let (connection, failures) = opened(&[dead.address, gone, alive], patience).await;
        assert!(connection.is_some(), "{failures:?}");
        assert_eq!(
            failures,
            [
                "connecting to ldap://rr.test (127.0.0.21): no answer within 666.666666ms",
                "connecting to ldap://rr.test (127.0.0.1): connection refused"
            ]
        );
        let start = Instant::now();
        let (connection, failures) = opened(&[dead.address, dead.address], patience).await;
        assert!(connection.is_none());
        assert_eq!(failures.len(), 2);
        assert!(start.elapsed() < patience * 2, "one limit covers all");
    }
}
