use super::*;

fn message(error: &rustls::Error, peer: Peer) -> String {
    let words = explain(error, peer);
    format!("{} | {}", words.what, words.hint.unwrap_or_default())
}

/// The possible reasons if a server accepts neither a cipher suite nor the certificate.
#[test]
fn a_refused_handshake_names_each_reason() {
    let alert = rustls::Error::AlertReceived(AlertDescription::HandshakeFailure);
    for words in ["cipher suite", "ECDHE", "P-521", "client certificate"] {
        assert!(message(&alert, Peer::Directory).contains(words), "{words}");
        assert!(message(&alert, Peer::Service).contains(words), "{words}");
    }
    assert!(!message(&alert, Peer::Service).contains("`tls."));
    let version = rustls::Error::AlertReceived(AlertDescription::ProtocolVersion);
    assert!(message(&version, Peer::Directory).contains("TLS 1.2"));
    let demanded = rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
    assert!(message(&demanded, Peer::Directory).contains("demands a client certificate"));
}

/// A TLS error is wrapped in socket errors, and these in others.
#[test]
fn an_error_of_tls_is_found_within_others() {
    let inner = io::Error::other(rustls::Error::DecryptError);
    assert!(tls_error(&io::Error::other(inner)).is_some());
    assert!(tls_error(&io::Error::other("x")).is_none());
}
