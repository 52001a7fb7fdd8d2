//! How a server is set up.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::certs::{Certificates, Pair};
use crate::people::{Person, to_ldif};

pub(super) const BASE_DN: &str = "dc=example,dc=com";
pub(super) const BIND_DN: &str = "cn=sync,ou=service,dc=example,dc=com";
pub(super) const ADMIN_DN: &str = "cn=admin,dc=example,dc=com";
pub(super) const ADMIN_PASSWORD: &str = "adminpw";

/// What the server is to be like.
#[derive(Debug, Default)]
pub struct Options {
    pub(super) ldif: String,
    pub(super) server: Vec<String>,
    pub(super) database: Vec<String>,
    pub(super) hosts: Vec<&'static str>,
}

impl Options {
    /// A directory with these people; see [`to_ldif`].
    pub fn people(people: &[Person]) -> Self {
        Self::ldif(to_ldif(people))
    }

    /// A directory with this content, suffix `dc=example,dc=com` included.
    pub fn ldif(ldif: String) -> Self {
        Self {
            ldif,
            ..Self::default()
        }
    }

    /// TLS with the usual server certificate; clients may show a certificate.
    #[must_use]
    pub fn tls(self, certificates: &Certificates) -> Self {
        let server = certificates.server.clone();
        self.tls_as(certificates, &server)
    }

    /// TLS with this server certificate.
    #[must_use]
    pub fn tls_as(mut self, certificates: &Certificates, server: &Pair) -> Self {
        self.hosts.push("127.0.0.1");
        self.server.extend([
            format!("TLSCACertificateFile {}", certificates.ca.display()),
            format!("TLSCertificateFile {}", server.certificate.display()),
            format!("TLSCertificateKeyFile {}", server.key.display()),
            "TLSVerifyClient try".to_owned(),
        ]);
        self
    }

    /// Clients must show a certificate.
    #[must_use]
    pub fn demand_client_certificate(mut self) -> Self {
        self.server.retain(|line| !line.starts_with("TLSVerifyClient"));
        self.server.push("TLSVerifyClient demand".to_owned());
        self
    }

    /// The maximum number of entries for all clients (`sizelimit`).
    #[must_use]
    pub fn size_limit(mut self, entries: usize) -> Self {
        self.server.push(format!("sizelimit {entries}"));
        self
    }

    /// Limits of the service account, such as `size.hard=500 size.prtotal=unlimited`.
    #[must_use]
    pub fn limits(mut self, limits: &str) -> Self {
        self.database
            .push(format!("limits dn.exact=\"{BIND_DN}\" {limits}"));
        self
    }

    /// Another line of the server's part of `slapd.conf`, such as `security simple_bind=128`.
    #[must_use]
    pub fn server_line(mut self, line: &str) -> Self {
        self.server.push(line.to_owned());
        self
    }

    /// Another line of the database's part of `slapd.conf`, before its rules of access, such as another one of these.
    #[must_use]
    pub fn database_line(mut self, line: &str) -> Self {
        self.database.push(line.to_owned());
        self
    }

    /// TLS on the loopback address of IPv6 as well.
    #[must_use]
    pub fn ipv6(mut self) -> Self {
        self.hosts.push("[::1]");
        self
    }
}

pub(super) fn write_config(dir: &Path, options: &Options) {
    let mut config = String::new();
    for schema in ["core", "cosine", "nis", "inetorgperson"] {
        let _ = writeln!(config, "include /etc/ldap/schema/{schema}.schema");
    }
    let folder = dir.display();
    let _ = write!(
        config,
        "modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {folder}/slapd.pid\nargsfile \
         {folder}/slapd.args\nthreads 4\n{}\ndatabase mdb\nsuffix \"{}\"\nrootdn \"{}\"\nrootpw {}\ndirectory \
         {folder}/db\nmaxsize 8589934592\ndbnosync\nindex objectClass,entryUUID,uid,entryCSN,mail eq\n{}\naccess \
         to attrs=userPassword by anonymous auth by * none\naccess to * by * read\n",
        options.server.join("\n"),
        BASE_DN,
        ADMIN_DN,
        ADMIN_PASSWORD,
        options.database.join("\n"),
    );
    fs::write(dir.join("slapd.conf"), config).expect("a writable folder");
}
