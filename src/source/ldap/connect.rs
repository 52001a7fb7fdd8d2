//! From the configured addresses to one bound connection.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, StdStream};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{error::Elapsed, timeout};
use url::Url;

use super::failure::{self, Failure};
use super::tls::Trust;
use crate::config::LdapSettings;

/// Stands in for an IPv6 address, which the LDAP crate cannot check a certificate against.
const NAME_OF_AN_ADDRESS: &str = "address.invalid";

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// Not at all, or by the file system.
    Plain,
    /// TLS from the start.
    Ldaps,
    /// TLS after a plain start.
    StartTls,
}

impl Protection {
    /// What an address and the settings ask for.
    pub(super) fn of(url: &Url, settings: &LdapSettings) -> Self {
        match url.scheme() {
            "ldaps" => Self::Ldaps,
            "ldap" if settings.tls.danger_use_start_tls => Self::StartTls,
            _ => Self::Plain,
        }
    }
}

/// A connection to one server.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) ldap: Ldap,
    driver: JoinHandle<Result<(), LdapError>>,
    url: Url,
    protection: Protection,
}

/// Connects to and binds at the first server that answers. A server that cannot be reached, loses the connection or
/// is busy passes its turn on; a refused bind is final, the others would refuse it too.
pub(super) async fn open(settings: &LdapSettings, trust: Option<&Trust>) -> Result<Connection, Failure> {
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

/// One server, not yet bound.
pub(super) async fn connect(
    url: &Url,
    settings: &LdapSettings,
    trust: Option<&Trust>,
    patience: Duration,
) -> Result<Connection, Failure> {
    let place = format!("connecting to {}", shown(url));
    let silent = |_: Elapsed| {
        let failure = silence(patience).at(&place);
        match Protection::of(url, settings) {
            // The crate waits on after a server has hung up on StartTLS.
            Protection::StartTls => failure.hint(NO_START_TLS),
            Protection::Plain | Protection::Ldaps => failure,
        }
    };
    let attempt = handshake(url, settings, trust);
    // The crate panics on an answer to StartTLS that is not well formed.
    let attempt = AssertUnwindSafe(attempt).catch_unwind();
    let opened = timeout(patience, attempt).await.map_err(silent)?;
    let (conn, ldap) = opened
        .unwrap_or_else(|_| Err(Failure::new(NOT_LDAP)))
        .map_err(|failure| with_certificate(failure, trust).at(&place))?;
    Ok(Connection {
        ldap,
        driver: tokio::spawn(conn.drive()),
        url: url.clone(),
        protection: Protection::of(url, settings),
    })
}

/// Adds what the server showed, if that was what was wrong with it.
fn with_certificate(mut failure: Failure, trust: Option<&Trust>) -> Failure {
    if let Some(shown) = trust.and_then(Trust::refused) {
        failure.what = format!("{}; {shown}", failure.what);
    }
    failure
}

const NO_START_TLS: &str = "an LDAPS port needs an `ldaps://` address without `danger_use_start_tls`; otherwise check \
                            `url` and the network (firewall)";
const NOT_LDAP: &str = "the server sent something that is not LDAP";

fn silence(limit: Duration) -> Failure {
    Failure::new(format!("no answer within {limit:?}"))
        .hint("check `url` and the network (firewall); `timeout` is how long the server may stay silent")
}

async fn handshake(
    url: &Url,
    settings: &LdapSettings,
    trust: Option<&Trust>,
) -> Result<(LdapConnAsync, Ldap), Failure> {
    let protection = Protection::of(url, settings);
    let mut connection = LdapConnSettings::new().set_starttls(protection == Protection::StartTls);
    let mut url = url.clone();
    if url.scheme() != "ldapi" {
        let address = ipv6(&url);
        let stream = tcp(&url, address, protection)
            .await
            .map_err(|error| failure::io_error(&error))?;
        connection = connection.set_std_stream(StdStream::Tcp(stream));
        if let (Some(trust), true) = (trust, protection != Protection::Plain) {
            connection = connection.set_config(trust.config(address.map(IpAddr::V6)));
            if address.is_some() {
                url.set_host(Some(NAME_OF_AN_ADDRESS))
                    .map_err(|error| Failure::new(error.to_string()))?;
            }
        }
    }
    LdapConnAsync::from_url_with_settings(connection, &url)
        .await
        .map_err(|error| failure::connection(&error))
}

/// The crate's own socket delays small requests and knows no name for an IPv6 address.
async fn tcp(
    url: &Url,
    address: Option<Ipv6Addr>,
    protection: Protection,
) -> std::io::Result<std::net::TcpStream> {
    let port = url
        .port()
        .unwrap_or(if protection == Protection::Ldaps { 636 } else { 389 });
    let stream = match (address, url.host_str()) {
        (Some(address), _) => TcpStream::connect((address, port)).await?,
        (None, None | Some("")) => TcpStream::connect(("localhost", port)).await?,
        (None, Some(host)) => TcpStream::connect((host, port)).await?,
    };
    stream.set_nodelay(true)?;
    stream.into_std()
}

fn ipv6(url: &Url) -> Option<Ipv6Addr> {
    url.host_str()?.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
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

    /// The address for messages.
    pub(super) fn shown(&self) -> String {
        let protection = match self.protection {
            Protection::Plain => "no encryption",
            Protection::Ldaps => "TLS",
            Protection::StartTls => "StartTLS",
        };
        format!("{}, {protection}", shown(&self.url))
    }

    /// What really ended an operation: the task that drives the connection knows, the operation only that it ended.
    pub(super) async fn cause(&mut self, error: LdapError, limit: Duration) -> Failure {
        match error {
            LdapError::Timeout { .. } => return silence(limit),
            LdapError::Io { .. } => return failure::connection(&error),
            LdapError::FilterParsing => {
                return Failure::new("this is no LDAP filter").hint("correct `user_filter`");
            }
            _ => {}
        }
        match timeout(Duration::from_secs(1), &mut self.driver).await {
            Ok(Ok(Ok(()))) => Failure::new("the server closed the connection"),
            Ok(Ok(Err(error))) => lost(&error),
            Ok(Err(_)) => Failure::new(NOT_LDAP),
            Err(_) => Failure::new(error.to_string()),
        }
    }

    /// Says good-bye, so that the server does not log a lost connection.
    pub(super) async fn close(mut self) {
        let _ = self.ldap.with_timeout(Duration::from_secs(1)).unbind().await;
    }
}

/// What the driver says at the end of a connection.
fn lost(error: &LdapError) -> Failure {
    let failure = failure::connection(error);
    if failure.what.contains("decoding error") {
        return Failure::new(NOT_LDAP);
    }
    let hung_up = match error {
        LdapError::Io { source } => matches!(
            source.kind(),
            ErrorKind::UnexpectedEof
                | ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
        ),
        _ => false,
    };
    // Half a message was there.
    if hung_up || failure.what.contains("bytes remaining on stream") {
        return Failure::new("the server closed the connection");
    }
    Failure {
        what: format!("the connection was lost: {}", failure.what),
        ..failure
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// The address without a password that someone put into it.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Fails for addresses that cannot hold any.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.to_string()
}
