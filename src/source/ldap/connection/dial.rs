//! From an address to a stream of LDAP messages: name resolution, sockets, `StartTLS`, TLS.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use ldap3::asn1::{PL, parse_tag};
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::ber;
use super::failure::{self, Failure};
use super::pump::Stream;
use super::tls::Trust;
use crate::config::LdapSettings;

/// The socket addresses of a server, in the order of the system; `None` for a Unix socket.
///
/// # Errors
/// [`Failure`] if the name cannot be resolved in time, or has no address.
pub(in crate::source::ldap) async fn addresses(
    url: &Url,
    patience: Duration,
) -> Result<Vec<Option<SocketAddr>>, Failure> {
    if url.scheme() == "ldapi" {
        return Ok(vec![None]);
    }
    let port = url
        .port()
        .unwrap_or(if url.scheme() == "ldaps" { 636 } else { 389 });
    let host = host(url);
    let found = timeout(patience, lookup_host((host, port))).await.map_err(|_| {
        Failure::new(format!("the name `{host}` was not resolved within {patience:?}"))
            .hint("check the name in `url`, and the name service of this machine (DNS)")
    })?;
    let mut addresses: Vec<Option<SocketAddr>> = Vec::new();
    for address in found.map_err(|error| failure::io_error(&error))? {
        if !addresses.contains(&Some(address)) {
            addresses.push(Some(address));
        }
    }
    if addresses.is_empty() {
        return Err(Failure::new(format!("the name `{host}` has no address")).hint("check the name in `url`"));
    }
    Ok(addresses)
}

/// Without the brackets of an IPv6 address.
fn host(url: &Url) -> &str {
    match url.host_str() {
        None | Some("") => "localhost",
        Some(host) => host.trim_start_matches('[').trim_end_matches(']'),
    }
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source::ldap) enum Protection {
    /// Not encrypted, or a Unix socket.
    Plain,
    /// TLS from the start.
    Ldaps,
    /// TLS after a plain start.
    StartTls,
}

impl Protection {
    /// The protection for an address and the settings.
    pub(in crate::source::ldap) fn of(url: &Url, settings: &LdapSettings) -> Self {
        match url.scheme() {
            "ldaps" => Self::Ldaps,
            "ldap" if settings.tls.danger_use_start_tls => Self::StartTls,
            _ => Self::Plain,
        }
    }
}

/// Connects to one of the addresses, and encrypts as configured.
pub(in crate::source::ldap) async fn dial(
    url: &Url,
    address: Option<SocketAddr>,
    protection: Protection,
    trust: Option<&Trust>,
) -> Result<Box<dyn Stream>, Failure> {
    let Some(address) = address else {
        return socket(url).await.map_err(|error| failure::io_error(&error));
    };
    let mut stream = TcpStream::connect(address)
        .await
        .map_err(|error| failure::io_error(&error))?;
    // Otherwise each small request would wait until the server has acknowledged the one before.
    stream
        .set_nodelay(true)
        .map_err(|error| failure::io_error(&error))?;
    match (protection, trust) {
        (Protection::Plain, _) | (_, None) => return Ok(Box::new(stream)),
        (Protection::Ldaps, _) => {}
        (Protection::StartTls, _) => start_tls(&mut stream).await?,
    }
    let trust = trust.ok_or_else(|| Failure::new("TLS is not set up"))?;
    let name = ServerName::try_from(host(url).to_owned()).map_err(|_| {
        Failure::new(format!("`{}` cannot be in a certificate", host(url))).hint("correct `url`")
    })?;
    let encrypted = TlsConnector::from(trust.config()).connect(name, stream).await;
    Ok(Box::new(
        encrypted.map_err(|error| failure::handshake_error(&error))?,
    ))
}

#[cfg(unix)]
async fn socket(url: &Url) -> io::Result<Box<dyn Stream>> {
    let path = percent_decode_str(url.host_str().unwrap_or_default()).decode_utf8_lossy();
    Ok(Box::new(tokio::net::UnixStream::connect(&*path).await?))
}

#[cfg(not(unix))]
async fn socket(_: &Url) -> io::Result<Box<dyn Stream>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Starts TLS (RFC 4511, 4.14). Nothing is read beyond the answer, so that unencrypted bytes after it are never
/// treated as the server's.
async fn start_tls(stream: &mut TcpStream) -> Result<(), Failure> {
    const REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
    let lost = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            Failure::new("the server closed the connection when asked for StartTLS").hint(NO_START_TLS)
        }
        _ => failure::io_error(&error),
    };
    stream.write_all(REQUEST).await.map_err(lost)?;
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.map_err(lost)?;
    let [tag, length] = head;
    if matches!(tag, 0x15 | 0x16) {
        return Err(Failure::new("the server speaks TLS from the start").hint(NO_START_TLS));
    }
    let mut long = vec![0; usize::from(length.saturating_sub(0x80))];
    if tag != 0x30 || long.len() > 3 {
        return Err(Failure::new(NOT_LDAP));
    }
    stream.read_exact(&mut long).await.map_err(lost)?;
    let length = match length {
        0..0x80 => usize::from(length),
        _ => long
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte)),
    };
    if length > LONGEST_ANSWER {
        return Err(Failure::new(NOT_LDAP));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.map_err(lost)?;
    match answer(&[&head[..], &long, &body].concat()) {
        None => Err(Failure::new(NOT_LDAP)),
        Some((0, _)) => Ok(()),
        Some((code, text)) => {
            let answer = failure::answer_of(code, &text);
            Err(Failure::new(format!("StartTLS was refused: {answer}"))
                .hint("use an `ldaps://` address, or enable TLS on the server"))
        }
    }
}

pub(in crate::source::ldap) const NOT_LDAP: &str = "the server sent something that is not LDAP";

const LONGEST_ANSWER: usize = 64 * 1024;

pub(in crate::source::ldap) const NO_START_TLS: &str = "an LDAPS port needs an `ldaps://` address without `danger_use_start_tls`; otherwise check \
                                       `url` and the network (firewall)";

/// Code and text of an extended response.
fn answer(message: &[u8]) -> Option<(u32, String)> {
    if !ber::is_harmless(message) {
        return None;
    }
    let (_, message) = parse_tag(message).ok()?;
    let PL::C(parts) = message.payload else {
        return None;
    };
    let response = parts.into_iter().nth(1).filter(|part| part.id == 24)?;
    let PL::C(parts) = response.payload else {
        return None;
    };
    let mut parts = parts.into_iter().map(|part| match part.payload {
        PL::P(bytes) => bytes,
        PL::C(_) => Vec::new(),
    });
    let code = parts.next().filter(|code| code.len() <= 4)?;
    let code = code.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
    let text = parts.nth(1).unwrap_or_default();
    Some((code, String::from_utf8_lossy(&text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_start_tls_is_code_and_text() {
        let good = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
        assert_eq!(answer(good), Some((0, String::new())));
        let refused = b"\x30\x0e\x02\x01\x01\x78\x09\x0a\x01\x35\x04\x00\x04\x02no";
        assert_eq!(answer(refused), Some((53, "no".to_owned())));
        for none in [
            &b""[..],
            b"\x30\x00",
            b"\x30\x05\x02\x01\x01\x61\x00",
            b"\x30\x05\x02\x01\x01\x78\x00",
        ] {
            assert_eq!(answer(none), None, "{none:?}");
        }
    }

    #[tokio::test]
    async fn each_address_of_a_name_stands_once() {
        let patience = Duration::from_secs(20);
        let url = |text: &str| text.parse::<Url>().unwrap();
        let found = addresses(&url("ldap://[::1]:3890"), patience).await.unwrap();
        assert_eq!(found, [Some("[::1]:3890".parse().unwrap())]);
        let found = addresses(&url("ldaps://127.0.0.1"), patience).await.unwrap();
        assert_eq!(found, [Some("127.0.0.1:636".parse().unwrap())]);
        assert_eq!(
            addresses(&url("ldapi://%2Ftmp%2Fx"), patience).await.unwrap(),
            [None]
        );
        assert!(addresses(&url("ldap://nowhere.invalid"), patience).await.is_err());
    }
}
