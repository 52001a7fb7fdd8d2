//! One connection to one server: how it begins, how it is protected, why it ended.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{error::Elapsed, timeout};
use url::Url;

use super::failure::{self, Failure};
use super::references::References;
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
    pub(super) url: Url,
    pub(super) protection: Protection,
    /// What searches over it were told to look for elsewhere.
    pub(super) references: References,
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
        references: References::new(&settings.expected_references),
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
pub(super) const NOT_LDAP: &str = "the server sent something that is not LDAP";

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

impl Connection {
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
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Fails for addresses that cannot hold any.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.to_string()
}
