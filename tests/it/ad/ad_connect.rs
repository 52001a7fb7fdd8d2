//! Kopano ad-connect's file against a domain controller, which has `objectGUID` and no `entryUUID`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use directory_sync::config::LdapSettings;
use testkit::samba::Samba;
use testkit::zitadel::{Options, ZitadelDouble};

use crate::program::Installation;
use crate::sources::reader::read_ldap;

const SAMPLE: &str = include_str!("../../corpus/dialects/adc.yaml");

/// The sample of the manual for this domain, and for a target.
fn installed(samba: &Samba, zitadel: &ZitadelDouble) -> Installation {
    let file = SAMPLE
        .replace("ldap://your-ldap-server.local", &samba.ldaps_url())
        .replace("cn=readonly,dc=lg,dc=local", Samba::BIND_DN)
        .replace(
            "bind_password: readonly",
            &format!("bind_password: {}", Samba::BIND_PASSWORD),
        )
        .replace("dc=lg,dc=local", Samba::BASE_DN)
        .replace("dry-run: true", "dry-run: false")
        .replace(
            "filter: (objectClass=inetOrgPerson)",
            "filter: (&(objectClass=user)(mail=*))",
        )
        .replace(
            "(&(objectClass=inetOrgPerson)(mail=%s))",
            "(&(objectClass=user)(sAMAccountName=%s))",
        );
    let tls = format!(
        "    tls: {{server_certificate: {}}}\n",
        samba.certificates.ca.display()
    );
    Installation::new(
        zitadel,
        &file.replace("    scope: sub\n", &format!("    scope: sub\n{tls}")),
    )
}

fn imp(installation: &Installation) -> String {
    let output = installation.command(&["imp"]).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

/// All people get an account, whose id is the GUID as Active Directory writes it; and a password can be tested.
pub(super) async fn everybody_is_imported_by_guid(samba: &Samba, by_guid: &LdapSettings, people: usize) {
    let zitadel = ZitadelDouble::start(Options::default());
    let installation = installed(samba, &zitadel);
    assert!(imp(&installation).contains("Done: 120 created"));
    let ids: BTreeSet<String> = zitadel
        .users()
        .into_iter()
        .map(|user| String::from_utf8(hex::decode(user.nick_name).unwrap()).unwrap())
        .collect();
    let desired = read_ldap(by_guid).await.unwrap();
    // The first three parts of a GUID are stored the other way round.
    let guid = |bytes: &[u8]| uuid::Uuid::from_bytes_le(bytes.try_into().unwrap()).to_string();
    let wanted: BTreeSet<String> = desired
        .objects
        .iter()
        .map(|person| guid(person.id.as_bytes()))
        .collect();
    assert_eq!((ids.len(), &ids), (people, &wanted));
    assert!(imp(&installation).contains("120 unchanged"));

    let mut child = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .args(["auth", "administrator"])
        .env_clear()
        .env("AD_CONNECT_CONFIG", installation.path("config.yaml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let typed = format!("{}\n", Samba::BIND_PASSWORD);
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}
