//! Servers that send more than anybody can take: every read ends, and nothing ends the process.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use testkit::certs::Certificates;
use testkit::ldap_double::{LdapDouble, Reply, last, more, person};
use testkit::zitadel::{Options, ZitadelDouble};

use crate::program::Installation;
use crate::safety::lab::finish;
use crate::sources::reader::{assert_failed, check_ldap, ldap, read_ldap};

/// An announcement of 2 GB.
const LONG: [u8; 6] = [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff];

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84][..], &length, content].concat()
}

fn nested(levels: usize) -> Vec<u8> {
    (0..levels).fold(Vec::new(), |inner, _| element(0x30, &inner))
}

/// The answer to the first search, 50,000 levels deep.
fn deep() -> Vec<u8> {
    element(0x30, &[&[2, 1, 2][..], &element(0x64, &nested(50_000))].concat())
}

fn bad() -> [(Vec<u8>, &'static str); 4] {
    [
        (
            LONG.to_vec(),
            "announced a message of 2147483647 bytes, and 67108864 are the limit",
        ),
        (deep(), "nested more than 32 levels deep"),
        (
            element(0x30, &[4, 0].repeat(2_000_001)),
            "more than 2000000 values",
        ),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            "something that is not LDAP",
        ),
    ]
}

#[tokio::test]
async fn a_message_has_its_bounds() {
    for (bytes, words) in bad() {
        let double = LdapDouble::start(vec![vec![person("a"), Reply::Raw(bytes.clone()), Reply::Silence]]);
        let result = read_ldap(&ldap(&double.url())).await;
        assert_failed(result, &["stopped after 1 entries", words], "`url`");
    }
}

/// The stack of the process was full before.
#[test]
fn a_message_that_is_nested_without_end_ends_the_run_and_not_the_process() {
    let zitadel = ZitadelDouble::start(Options::default());
    for (bytes, words) in bad() {
        let double = LdapDouble::start(vec![vec![Reply::Raw(bytes), Reply::HangUp]]);
        let rest = format!(
            "sources:\n  ldap:\n    url: {}\n    base_dn: dc=x\n    bind_dn: cn=x\n    bind_password: pw\n    user_filter: \
             (uid=*)\n    attributes: {{first_name: givenName, last_name: sn, email: mail, user_id: uid, status: x}}\n",
            double.url()
        );
        let ran = finish(Installation::new(&zitadel, &rest).command(&["sync"]));
        ran.exits(3).says(words);
    }
}

/// One connection that is encrypted, on which the first search gets these bytes.
fn encrypted(certificates: &Certificates, bytes: Vec<u8>) -> (String, std::thread::JoinHandle<()>) {
    let chain = vec![CertificateDer::from_pem_file(&certificates.server.certificate).unwrap()];
    let key = PrivateKeyDer::from_pem_file(&certificates.server.key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldaps://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut tls = rustls::StreamOwned::new(connection, socket);
        let mut request = [0; 4096];
        let _bind = tls.read(&mut request).unwrap();
        tls.write_all(b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0")
            .unwrap();
        let _search = tls.read(&mut request).unwrap();
        // The client may hang up before all of it was sent.
        let _ = tls.write_all(&bytes);
        let _ = tls.read_to_end(&mut Vec::new());
    });
    (url, server)
}

#[tokio::test]
async fn an_encrypted_message_has_the_same_bounds() {
    let certificates = Certificates::generate();
    for (bytes, words) in bad() {
        let (url, server) = encrypted(&certificates, bytes);
        let mut settings = ldap(&url);
        settings.tls.server_certificate = Some(certificates.ca.clone());
        assert_failed(read_ldap(&settings).await, &[words], "`url`");
        server.join().unwrap();
    }
}

/// An entry now and then is no silence, and a page with a cookie is no end.
#[tokio::test]
async fn a_directory_without_end_ends_the_read() {
    let mut number = 0;
    let endless = LdapDouble::serving(move |_| {
        number += 1;
        vec![person(&format!("p{number}")), more()]
    });
    let drip = || LdapDouble::start(vec![vec![Reply::Drip(Duration::from_millis(20))]; 3]);
    for double in [endless, drip()] {
        let mut settings = ldap(&double.url());
        settings.deadline = Some(Duration::from_millis(500));
        assert_failed(
            read_ldap(&settings).await,
            &["took longer than 500ms"],
            "`deadline`",
        );
    }
    let double = drip();
    let mut settings = ldap(&double.url());
    settings.deadline = Some(Duration::from_millis(500));
    let findings = check_ldap(&settings).await;
    let problem = findings.last().unwrap().result.as_ref().unwrap_err();
    assert!(problem.what.contains("took longer than 500ms"), "{problem:?}");
}

/// Otherwise another entry may be missing unnoticed.
#[tokio::test]
async fn an_entry_that_comes_twice_ends_the_read() {
    for pages in [
        vec![vec![person("a"), person("b"), person("a"), last()]],
        vec![vec![person("a"), more()], vec![person("b"), person("a"), last()]],
        vec![vec![person("a"), more()], vec![person("a"), last()]],
    ] {
        let double = LdapDouble::start(pages);
        assert_failed(
            read_ldap(&ldap(&double.url())).await,
            &["sent one entry twice"],
            "try again",
        );
    }
}

/// It was asked for pages and did not say that there are none: what came may be a part.
#[test]
fn a_server_that_passes_over_the_paging_control_removes_no_person() {
    let zitadel = ZitadelDouble::start(Options::default());
    let all = || vec![person("a"), person("b"), person("c"), last()];
    let double = LdapDouble::start(vec![all(), vec![person("a"), Reply::Done(0, "", None)]]);
    let rest = format!(
        "sources:\n  ldap:\n    url: {}\n    base_dn: dc=x\n    bind_dn: cn=x\n    bind_password: pw\n    user_filter: \
         (uid=*)\n    attributes: {{first_name: givenName, last_name: sn, email: mail, user_id: uid, status: shadowFlag, \
         disable_bitmasks: [2]}}\npolicy:\n  absent: delete\nguard:\n  max_removals: 10\n",
        double.url()
    );
    let installation = Installation::new(&zitadel, &rest);
    assert_eq!(installation.run(&["sync"]).exit, 0);
    let ran = installation.run(&["sync"]);
    assert_eq!(ran.exit, 3, "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("did not say whether this was the last page"),
        "{}",
        ran.err
    );
    assert_eq!(zitadel.users().len(), 3);
}
