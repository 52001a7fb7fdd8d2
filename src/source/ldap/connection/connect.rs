//! One connection to one server: how it starts, how it is protected, why it ended.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use tokio::task::JoinHandle;
use tokio::time::{error::Elapsed, timeout};
use url::{Host, Url};

use super::ber::Fault;
use super::dial::{self, NO_START_TLS, NOT_LDAP, Protection};
use super::failure::{self, Failure};
use super::pump::{Ended, Pump};
use super::references::References;
use super::tls::Trust;
use crate::config::LdapSettings;

/// One address of a server.
#[derive(Clone, Debug)]
pub(in crate::source::ldap) struct Way {
    pub(in crate::source::ldap) url: Url,
    /// `None` for a Unix socket.
    pub(in crate::source::ldap) address: Option<SocketAddr>,
    /// There are other addresses, so messages have to distinguish them.
    pub(in crate::source::ldap) is_one_of_several: bool,
}

impl Way {
    /// For messages.
    pub(in crate::source::ldap) fn shown(&self) -> String {
        match self.address {
            Some(address) if self.is_one_of_several => format!("{} ({})", shown(&self.url), address.ip()),
            _ => shown(&self.url),
        }
    }
}

#[derive(Debug)]
pub(in crate::source::ldap) struct Connection {
    pub(in crate::source::ldap) ldap: Ldap,
    driver: JoinHandle<Result<(), LdapError>>,
    pump: Pump,
    pub(in crate::source::ldap) url: Url,
    pub(in crate::source::ldap) protection: Protection,
    /// References to other servers that searches have returned.
    pub(in crate::source::ldap) references: References,
}

/// Connects to one server, without a bind.
pub(in crate::source::ldap) async fn connect(
    way: &Way,
    settings: &LdapSettings,
    trust: Option<&Trust>,
    patience: Duration,
) -> Result<Connection, Failure> {
    let step = format!("connecting to {}", way.shown());
    let protection = Protection::of(&way.url, settings);
    let silent = |_: Elapsed| {
        let failure = silence(patience).at(&step);
        match protection {
            Protection::StartTls => failure.hint(NO_START_TLS),
            Protection::Plain | Protection::Ldaps => failure,
        }
    };
    let dialled = dial::dial(&way.url, way.address, protection, trust);
    let server = timeout(patience, dialled).await.map_err(silent)?;
    let server = server.map_err(|failure| failure.at(&step))?;
    let local = |error: io::Error| Failure::new(format!("no local socket can be created: {error}"));
    let (near, far) = pair().map_err(local)?;
    let far = Pump::start(server, far);
    let local = LdapConnSettings::new().set_std_stream(near);
    let (conn, ldap) = LdapConnAsync::from_url_with_settings(local, &crates_own(&way.url)?)
        .await
        .map_err(|error| failure::connection(&error).at(&step))?;
    Ok(Connection {
        ldap,
        driver: tokio::spawn(conn.drive()),
        pump: far,
        url: way.url.clone(),
        protection,
        references: References::new(&settings.expected_references),
    })
}

/// The crate's end, and the pump's.
#[cfg(unix)]
fn pair() -> io::Result<(StdStream, tokio::net::UnixStream)> {
    let (near, far) = std::os::unix::net::UnixStream::pair()?;
    far.set_nonblocking(true)?;
    Ok((StdStream::Unix(near), tokio::net::UnixStream::from_std(far)?))
}

/// The crate's end, and the pump's.
#[cfg(not(unix))]
fn pair() -> io::Result<(StdStream, tokio::net::TcpStream)> {
    use std::net::{TcpListener, TcpStream};
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let near = TcpStream::connect(listener.local_addr()?)?;
    loop {
        let (far, peer) = listener.accept()?;
        // Any program on this machine can connect there.
        if peer == near.local_addr()? {
            far.set_nodelay(true)?;
            far.set_nonblocking(true)?;
            return Ok((StdStream::Tcp(near), tokio::net::TcpStream::from_std(far)?));
        }
    }
}

/// The address for the crate. It gets an open socket, and must not encrypt.
fn crates_own(url: &Url) -> Result<Url, Failure> {
    let text = if cfg!(unix) {
        "ldapi://local"
    } else {
        "ldap://local"
    };
    Url::parse(text).map_err(|error| Failure::new(error.to_string()).at(&shown(url)))
}

pub(in crate::source::ldap) fn silence(limit: Duration) -> Failure {
    Failure::new(format!("no answer within {limit:?}"))
        .hint("check `url` and the network (firewall); `timeout` is how long the server may stay silent")
}

impl Connection {
    /// The address for messages.
    pub(in crate::source::ldap) fn shown(&self) -> String {
        let protection = match self.protection {
            Protection::Plain => "no encryption",
            Protection::Ldaps => "TLS",
            Protection::StartTls => "StartTLS",
        };
        format!("{}, {protection}", shown(&self.url))
    }

    /// Returns whether others on the network path can read the traffic. There are none within this machine.
    pub(in crate::source::ldap) fn is_open_to_others(&self) -> bool {
        let is_here = match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => true,
        };
        matches!(self.protection, Protection::Plain) && self.url.scheme() == "ldap" && !is_here
    }

    /// Starts another operation.
    pub(in crate::source::ldap) fn begin(&self) {
        self.pump.begin_operation();
    }

    /// One of its messages was read.
    pub(in crate::source::ldap) fn taken(&self) {
        self.pump.taken();
    }

    /// The real cause of a failed operation. The pump or the task that drives the connection knows it; the operation
    /// only knows that it ended.
    pub(in crate::source::ldap) async fn cause(&mut self, error: LdapError, limit: Duration) -> Failure {
        match error {
            LdapError::Timeout { .. } => return self.silent(limit).await,
            LdapError::FilterParsing => {
                return Failure::new("this is not an LDAP filter").hint("correct `user_filter`");
            }
            _ => {}
        }
        match self.pump.ended(SOON).await {
            Some(Ended::Refused(fault)) => return refused(fault),
            Some(Ended::Broken(error)) => return lost(&error),
            Some(Ended::ByServer | Ended::ByUs) | None => {}
        }
        match timeout(SOON, &mut self.driver).await {
            // The end of the stream, possibly within a message.
            Ok(Ok(Ok(()) | Err(LdapError::Io { .. }))) => Failure::new(CLOSED),
            Ok(Ok(Err(_)) | Err(_)) => Failure::new(NOT_LDAP),
            Err(_) => Failure::new(error.to_string()),
        }
    }

    /// Failure for a server that sends half an answer, or none.
    async fn silent(&mut self, limit: Duration) -> Failure {
        match self.pump.ended(Duration::ZERO).await {
            Some(Ended::Refused(fault)) => refused(fault),
            Some(Ended::Broken(error)) => lost(&error),
            _ => silence(limit),
        }
    }

    /// Unbinds, so that the server does not log a lost connection.
    pub(in crate::source::ldap) async fn close(mut self) {
        let answer = self.ldap.with_timeout(SOON).unbind().await;
        if answer.is_ok() {
            let _ = self.pump.ended(SOON).await;
        }
    }
}

const SOON: Duration = Duration::from_secs(1);
const CLOSED: &str = "the server closed the connection";

fn refused(fault: Fault) -> Failure {
    let failure = Failure::new(fault.to_string());
    match fault {
        Fault::TooLong(_) | Fault::TooMany => failure.hint(
            "no entry is so large: check `url`; otherwise ask for fewer attributes (`use_attribute_filter: true`), or let the server \
             send the members of large groups in ranges",
        ),
        Fault::Tls => failure.hint("a port for LDAPS needs an `ldaps://` address"),
        Fault::TooDeep | Fault::NotLdap => failure.hint("check host and port in `url`: another service may listen there"),
    }
}

/// Describes a broken connection.
fn lost(error: &io::Error) -> Failure {
    let hung_up = matches!(
        error.kind(),
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
    );
    if hung_up {
        return Failure::new(CLOSED);
    }
    let failure = failure::io_error(error);
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

/// The address without a password, if it contains one.
pub(in crate::source::ldap) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Fails for addresses that cannot contain one.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.to_string()
}
