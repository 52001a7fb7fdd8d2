//! Sources and targets that cannot be read: exit code 3, and nothing is written.

use testkit::certs::Certificates;
use testkit::people::people;
use testkit::slapd::{Options, Slapd};
use testkit::ukt::UktDouble;
use testkit::zitadel::FaultKind;

use super::mocks::{closed_port, web_server};
use crate::cli::stage::{FAILED, SILENT, START, Stage};

fn ldap_at(url: &str, password: &str) -> String {
    format!(
        "sources:\n  ldap:\n    url: {url}\n    base_dn: {base}\n    bind_dn: {dn}\n    bind_password: {password}\n    \
         user_filter: (objectClass=inetOrgPerson)\n    timeout: 5s\n    attributes: {{first_name: givenName, last_name: \
         sn, email: mail, preferred_username: displayName, phone: telephoneNumber, user_id: uid, status: shadowFlag}}\n",
        base = Slapd::BASE_DN,
        dn = Slapd::BIND_DN,
    )
}

fn ukt_at(token_url: &str, list_url: &str, secret: &str) -> String {
    format!(
        "sources:\n  ukt:\n    endpoint_url: {list_url}\n    oauth2_url: {token_url}\n    client_id: sync\n    \
         client_secret: \"{secret}\"\n    scope: openid read-maillist\n    grant_type: client_credentials\n    timeout: \
         5s\n"
    )
}

/// A sync with these sources.
fn fails(sources: &str, err: &str) {
    let stage = Stage::new();
    stage.configure(&stage.config_with(sources));
    stage.assert_fails(err);
}

#[test]
fn no_csv_file() {
    let stage = Stage::new();
    stage.reconfigure("users.csv", "nobody.csv");
    stage.assert_fails(
        "error: could not read source `csv`: nobody.csv cannot be read: No such file or directory (os error 2)\nhint: \
         check `file_path`; a relative path starts at the working directory\n",
    );
}

#[test]
fn an_empty_csv_file() {
    let stage = Stage::new();
    stage.write("users.csv", "");
    stage.assert_fails(
        "error: could not read source `csv`: users.csv is empty and has no header\nhint: the first line \
         must name the columns `email,first_name,last_name,phone` and may name `localpart`, \
         `preferred_language` and further attributes of the configuration: in lower case, in any order, separated by commas\n",
    );
}

#[test]
fn a_csv_file_with_a_wrong_header() {
    let stage = Stage::new();
    stage.write("users.csv", "Email;first_name\nada@example.org;Ada\n");
    stage.assert_fails(
        "error: could not read source `csv`: wrong header in users.csv: no column `email`, `first_name`, `last_name`, `phone`; found `Email;first_name`\nhint: separate the columns by commas instead of semicolons; the first line must name the columns `email,first_name,last_name,phone` and may name `localpart`, `preferred_language` and further attributes of the configuration: in lower case, in any order, separated by commas\n",
    );
}

/// An empty source does not prove that all people have left.
#[test]
fn a_csv_file_without_people() {
    let stage = Stage::new();
    stage.write("users.csv", "email,first_name,last_name,phone\n");
    stage.run("").assert(
        4,
        &format!("{START}Source csv: 0 read\nPlan: nothing to change; 0 unchanged, 2 skipped (2 accounts, 2 managed).\n  skipped 2: its person is absent, and `policy.absent` is `keep`\n"),
        "refused: source `csv` contains no people at all; if that is right, set `guard.allow_empty: true`\nhint: \
         check the sources, then run again\nRefused: nothing was written. N requests, T s (organization \
         ORGANIZATION at ZITADEL). Exit code 4.\n",
    );
    stage.assert_untouched();
}

#[test]
fn no_ldap_server() {
    let port = closed_port();
    fails(
        &ldap_at(&format!("ldap://127.0.0.1:{port}"), "x"),
        &format!(
            "error: could not read source `ldap`: connecting to ldap://127.0.0.1:{port}: connection refused\nhint: \
             check host and port in `url`, and that the server runs\n"
        ),
    );
}

/// The day whose list is asked for.
fn today() -> String {
    jiff::Timestamp::now().strftime("%Y%m%d").to_string()
}

#[test]
fn no_ukt_server() {
    let url = format!("http://127.0.0.1:{}/token", closed_port());
    fails(
        &ukt_at(&url, &url, "x"),
        &format!(
            "TIME  WARN no usable answer; trying again for some seconds source=ukt url=\"{url}\"\nerror: could not read source `ukt`: no answer from {url}: Connection refused (os error 111) (5 tries); the list of that day was not read ({})\nhint: check `oauth2_url`, the network and the proxy variables; run again on the same day (UTC), since no later run asks for its list\n",
            today()
        ),
    );
}

#[test]
fn a_wrong_ldap_password() {
    let slapd = Slapd::with_people(&people(1, 2));
    let url = slapd.url();
    fails(
        &ldap_at(&url, "wrong"),
        &format!(
            "error: could not read source `ldap`: binding at {url} as `cn=sync,ou=service,dc=example,dc=com`: server answered invalidCredentials (49)\nhint: check `bind_dn` and `bind_password`\n"
        ),
    );
}

#[test]
fn a_wrong_ukt_secret() {
    let ukt = UktDouble::start();
    let url = ukt.token_url();
    fails(
        &ukt_at(&url, &ukt.list_url(), "wrong"),
        &format!(
            "error: could not read source `ukt`: {url} refused: 401 Unauthorized (invalid_client); the list of that day was not read ({})\nhint: check `client_id`, `client_secret`, `scope` and `grant_type`; run again on the same day (UTC), since no later run asks for its list\n",
            today()
        ),
    );
}

#[test]
fn an_ldap_server_with_an_unknown_certificate() {
    let certificates = Certificates::generate();
    let slapd = Options::people(&people(1, 2)).tls(&certificates).start();
    let url = slapd.ldaps_url();
    fails(
        &ldap_at(&url, Slapd::BIND_PASSWORD),
        &format!(
            "error: could not read source `ldap`: connecting to {url}: TLS: the certificate is issued by no authority that is trusted; the server showed `CN=directory`, issued by `CN=directory-sync test authority`, issued by itself; it covers localhost, 127.0.0.1, ::1; expected: localhost\nhint: name the certificate authority of the server in `tls.server_certificate` (PEM), with the intermediate ones if the server does not send them\n"
        ),
    );
}

#[test]
fn tls_to_a_port_without_it() {
    let slapd = Slapd::with_people(&people(1, 2));
    let url = slapd.url().replace("ldap:", "ldaps:");
    fails(
        &ldap_at(&url, Slapd::BIND_PASSWORD),
        &format!(
            "error: could not read source `ldap`: connecting to {url}: the server ended the TLS handshake\nhint: a plain LDAP port needs an `ldap://` address (with `tls.danger_use_start_tls` for TLS); an old server may not know TLS 1.2, or no cipher suite with ECDHE, or have a key on the curve P-521\n"
        ),
    );
}

#[test]
fn a_zitadel_that_speaks_no_tls() {
    let stage = Stage::new();
    stage.reconfigure("http:", "https:");
    let url = stage.zitadel.url().replace("http:", "https:");
    let failed = FAILED.replace("ZITADEL", &url);
    stage.run("").assert(
        3,
        &START.replace("ZITADEL", &url),
        &format!("error: could not use the target: token: {url}/oauth/v2/token cannot be reached: TLS: the server did not answer in TLS\nhint: the port speaks no TLS: does the address need `http://`, or another port?\n{failed}"),
    );
}

#[test]
fn no_zitadel() {
    let stage = Stage::new();
    let url = format!("http://127.0.0.1:{}", closed_port());
    stage.reconfigure(&stage.zitadel.url(), &url);
    let failed = FAILED.replace("ZITADEL", &url);
    stage.run("").assert(
        3,
        &START.replace("ZITADEL", &url),
        &format!("{}error: could not use the target: token: {url}/oauth/v2/token cannot be reached: Connection refused (os error 111)\nhint: check `zitadel.url`, the network and the proxy variables\n{failed}", SILENT.replace("ZITADEL", &url)),
    );
}

#[test]
fn a_zitadel_that_is_a_web_page() {
    let stage = Stage::new();
    let url = web_server("200 OK", "text/html", "<!DOCTYPE html><title>Welcome</title>");
    stage.reconfigure(&stage.zitadel.url(), &url);
    let failed = FAILED.replace("ZITADEL", &url);
    stage.run("").assert(
        3,
        &START.replace("ZITADEL", &url),
        &format!("error: could not use the target: token: {url} answered 200 with HTML\nhint: check `zitadel.url`: is this a Zitadel, and does a proxy in between let its API through?\n{failed}"),
    );
}

#[test]
fn a_zitadel_with_an_unknown_certificate() {
    let certificates = Certificates::generate();
    // Any TLS server will do, because nothing is sent before the certificate is shown.
    let slapd = Options::people(&people(1, 1)).tls(&certificates).start();
    let stage = Stage::new();
    let url = slapd.ldaps_url().replace("ldaps:", "https:");
    stage.reconfigure(&stage.zitadel.url(), &url);
    let failed = FAILED.replace("ZITADEL", &url);
    stage.run("").assert(
        3,
        &START.replace("ZITADEL", &url),
        &format!("error: could not use the target: token: {url}/oauth/v2/token cannot be reached: TLS: the certificate is issued by no authority that is trusted; the server showed `CN=directory`, issued by `CN=directory-sync test authority`, issued by itself; it covers localhost, 127.0.0.1, ::1; expected: localhost\nhint: add the authority of the certificate to the system's CA certificates (or name them in SSL_CERT_FILE); the server must send its intermediate certificates\n{failed}"),
    );
}

/// All failures are reported, not only the first one.
#[test]
fn source_and_target_fail_together() {
    let stage = Stage::new();
    stage.reconfigure("users.csv", "nobody.csv");
    stage
        .zitadel
        .inject(testkit::zitadel::Fault::always(FaultKind::status(403)));
    stage.assert_fails("error: could not read source `csv`: nobody.csv cannot be read: No such file or directory (os error 2)\nhint: check `file_path`; a relative path starts at the working directory\nerror: could not use the target: token: 403 injected\nhint: check `zitadel.url`: is this a Zitadel, and does a proxy in between let its API through?\n");
}
