//! Certificates for one test, as PEM files in a folder of their own.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use tempfile::TempDir;

/// Bytes of the `ECPrivateKey` at the end of a PKCS#8 key for P-256.
const SEC1_LENGTH: usize = 109;

/// A certificate and its key, both PEM.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The certificate.
    pub certificate: PathBuf,
    /// The key, PKCS#8.
    pub key: PathBuf,
}

/// A server called `localhost` with which something is wrong.
#[derive(Clone, Copy, Debug)]
pub enum Odd {
    /// From 2999 on.
    NotYetValid,
    /// For clients alone.
    ForClients,
    /// A critical extension with the number 1.2.3.4.
    UnknownExtension,
    /// Issued by an authority that may not be there: the one above it allows none below.
    TooLongPath,
    /// Issued by another server.
    IssuedByNoAuthority,
}

/// An authority, what it issued, and what it did not.
#[derive(Debug)]
pub struct Certificates {
    dir: TempDir,
    /// The authority that issued all others unless said otherwise.
    pub ca: PathBuf,
    /// An authority that issued nothing.
    pub other_ca: PathBuf,
    /// Both authorities in one file, the one that counts last.
    pub bundle: PathBuf,
    /// A server called `localhost`, `127.0.0.1` and `::1`.
    pub server: Pair,
    /// A server called `elsewhere.example`.
    pub wrong_name: Pair,
    /// A server called `localhost` that expired long ago.
    pub expired: Pair,
    /// A server called `localhost` and `127.0.0.1` that is its own authority, as `openssl req -x509` makes it.
    pub self_signed: Pair,
    /// A client.
    pub client: Pair,
    issuer: Issuer<'static, KeyPair>,
    /// The client's key in the form of SEC 1 (`BEGIN EC PRIVATE KEY`).
    pub client_key_sec1: PathBuf,
}

impl Certificates {
    /// Makes all of them.
    pub fn generate() -> Self {
        Self::generate_for(&["localhost", "127.0.0.1", "::1"])
    }

    /// Makes all of them, with other names for [`Certificates::server`].
    pub fn generate_for(server_names: &[&str]) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let (ca_pem, issuer) = authority("directory-sync test authority");
        let (other_pem, _) = authority("another authority");
        let write = |name: &str, content: &str| write(dir.path(), name, content);
        let client = issue(dir.path(), "client", &issuer, &client_params());
        let mut expired = server_params(&["localhost"]);
        expired.not_before = rcgen::date_time_ymd(2001, 1, 1);
        expired.not_after = rcgen::date_time_ymd(2002, 1, 1);
        Self {
            ca: write("ca.pem", &ca_pem),
            other_ca: write("other-ca.pem", &other_pem),
            bundle: write("bundle.pem", &format!("{other_pem}{ca_pem}")),
            server: issue(dir.path(), "server", &issuer, &server_params(server_names)),
            wrong_name: issue(
                dir.path(),
                "wrong-name",
                &issuer,
                &server_params(&["elsewhere.example"]),
            ),
            expired: issue(dir.path(), "expired", &issuer, &expired),
            self_signed: self_signed(dir.path()),
            client_key_sec1: write("client-sec1.key", &sec1(&client.key)),
            client,
            issuer,
            dir,
        }
    }

    /// A chain of certificates in which something is wrong, the server's own first, without the authority.
    pub fn odd(&self, odd: Odd) -> Vec<PathBuf> {
        let mut params = server_params(&["localhost"]);
        let mut between = None;
        match odd {
            Odd::NotYetValid => {
                params.not_before = rcgen::date_time_ymd(2999, 1, 1);
                params.not_after = rcgen::date_time_ymd(3000, 1, 1);
            }
            Odd::ForClients => params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            Odd::UnknownExtension => {
                let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
                extension.set_criticality(true);
                params.custom_extensions.push(extension);
            }
            Odd::TooLongPath => between = Some(vec![0, 0]),
            Odd::IssuedByNoAuthority => between = Some(vec![]),
        }
        let Some(levels) = between else {
            return vec![issue(self.dir.path(), "odd", &self.issuer, &params).certificate];
        };
        let mut chain: Vec<Certificate> = Vec::new();
        let mut above: Option<Issuer<'static, KeyPair>> = None;
        let links = if levels.is_empty() {
            vec![IsCa::ExplicitNoCa]
        } else {
            levels
                .iter()
                .map(|level| IsCa::Ca(BasicConstraints::Constrained(*level)))
                .collect()
        };
        for (number, is_ca) in links.into_iter().enumerate() {
            let mut link = CertificateParams::default();
            link.distinguished_name
                .push(DnType::CommonName, format!("link {number}"));
            link.is_ca = is_ca;
            let key = KeyPair::generate().expect("a key");
            let issuer = above.as_ref().unwrap_or(&self.issuer);
            chain.insert(0, link.signed_by(&key, issuer).expect("a certificate"));
            above = Some(Issuer::new(link, key));
        }
        let key = KeyPair::generate().expect("a key");
        let issuer = above.as_ref().unwrap_or(&self.issuer);
        chain.insert(0, params.signed_by(&key, issuer).expect("a certificate"));
        let files = chain.iter().enumerate();
        files
            .map(|(number, one)| self.write(&format!("odd-{number}.pem"), &one.pem()))
            .collect()
    }

    /// Writes another file beside them.
    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        write(self.dir.path(), name, content)
    }
}

fn write(dir: &Path, name: &str, content: &str) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, content).expect("a writable folder");
    path
}

fn authority(name: &str) -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate.pem(), Issuer::new(params, key))
}

fn server_params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).expect("valid names");
    params.distinguished_name.push(DnType::CommonName, "directory");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn client_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "sync");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn issue(dir: &Path, name: &str, issuer: &Issuer<'_, KeyPair>, params: &CertificateParams) -> Pair {
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, issuer).expect("a certificate");
    pair(dir, name, &certificate, &key)
}

fn self_signed(dir: &Path) -> Pair {
    let mut params = server_params(&["localhost", "127.0.0.1"]);
    params.extended_key_usages = Vec::new();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    pair(dir, "self-signed", &certificate, &key)
}

fn pair(dir: &Path, name: &str, certificate: &Certificate, key: &KeyPair) -> Pair {
    Pair {
        certificate: write(dir, &format!("{name}.pem"), &certificate.pem()),
        key: write(dir, &format!("{name}.key"), &key.serialize_pem()),
    }
}

/// The inner key of a PKCS#8 file for P-256.
fn sec1(pkcs8: &Path) -> String {
    let pem = fs::read_to_string(pkcs8).expect("just written");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body).expect("base64");
    let inner = STANDARD.encode(&der[der.len() - SEC1_LENGTH..]);
    format!("-----BEGIN EC PRIVATE KEY-----\n{inner}\n-----END EC PRIVATE KEY-----\n")
}
