//! The servers of a scenario, and the names by which its files speak of them.

use std::path::Path;

use testkit::certs::Certificates;
use testkit::people::to_ldif;
use testkit::slapd::{Options as Directory, Slapd};
use testkit::udm::UdmDouble;
use testkit::ukt::UktDouble;
use testkit::zitadel::{Options, ZitadelDouble};

use super::folder::{Folder, LdapTls, Step};

/// Everything outside the program.
pub(super) struct World {
    pub(super) zitadel: ZitadelDouble,
    pub(super) slapd: Option<Slapd>,
    pub(super) ukt: Option<UktDouble>,
    /// The target of the configuration, if that is not Zitadel.
    pub(super) udm: Option<UdmDouble>,
    /// Placeholders and their current values.
    names: Vec<(String, String)>,
    _certificates: Option<Certificates>,
}

impl World {
    /// Starts what the folder has files for. `working` is where the program will run.
    pub(super) fn start(folder: &Folder, first: &Step, working: &Path) -> Self {
        let zitadel = ZitadelDouble::start(Options {
            version: first.server.into(),
            ..Options::default()
        });
        let mut names = zitadel_names(&zitadel);
        names.push(("folder".to_owned(), working.display().to_string()));
        let certificates = (first.ldap_tls != LdapTls::Off).then(Certificates::generate);
        let slapd = folder
            .has("people.ldif")
            .then(|| directory(folder, first.ldap_tls, certificates.as_ref()));
        let ukt = folder.has("leavers.json").then(UktDouble::start);
        let udm = speaks_of_udm(folder).then(|| {
            UdmDouble::start(testkit::udm::Options {
                password: "Sekret.4711".to_owned(),
                ..testkit::udm::Options::default()
            })
        });
        names.extend(udm.iter().flat_map(|udm| {
            [("udm", udm.url()), ("udm_password", udm.password())]
                .map(|(name, value)| (name.to_owned(), value))
        }));
        names.extend(slapd.iter().flat_map(|slapd| {
            [("ldap", slapd.url()), ("ldaps", slapd.ldaps_url())]
                .map(|(name, value)| (name.to_owned(), value))
        }));
        names.extend(ukt.iter().flat_map(|ukt| {
            [
                ("ukt_list", ukt.list_url()),
                ("ukt_token", ukt.token_url()),
                ("ukt_host", host(&ukt.list_url())),
            ]
            .map(|(name, value)| (name.to_owned(), value))
        }));
        names.extend(certificates.iter().flat_map(certificate_names));
        // Longer ones first: one value may be the beginning of another.
        names.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        Self {
            zitadel,
            slapd,
            ukt,
            udm,
            names,
            _certificates: certificates,
        }
    }

    /// Forgets what the target was asked so far.
    pub(super) fn reset_counts(&self) {
        self.zitadel.reset_counts();
        self.udm.iter().for_each(UdmDouble::reset_counts);
    }

    /// Requests to the target.
    pub(super) fn requests(&self) -> u64 {
        let to_udm = self.udm.as_ref().map_or(0, UdmDouble::requests);
        self.zitadel.requests() + u64::try_from(to_udm).expect("few")
    }

    /// Those of them that write.
    pub(super) fn writes(&self) -> usize {
        self.zitadel.writes().len() + self.udm.as_ref().map_or(0, |udm| udm.writes().len())
    }

    /// Fills in the placeholders.
    pub(super) fn expand(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.names {
            text = text.replace(&format!("{{{{{name}}}}}"), value);
        }
        assert!(!text.contains("{{"), "a placeholder nobody knows: {text}");
        text
    }

    /// Puts the placeholders in again.
    pub(super) fn collapse(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.names {
            text = text.replace(value, &format!("{{{{{name}}}}}"));
        }
        text
    }

    /// Gives something a name that only came up now; the last one of a name counts.
    pub(super) fn name(&mut self, name: &str, value: String) {
        self.names.retain(|(known, _)| known != name);
        self.names.push((name.to_owned(), value));
    }
}

fn speaks_of_udm(folder: &Folder) -> bool {
    let places = folder.steps().map(|(_, place)| place.join("config.yaml"));
    let mut files = [folder.root.join("config.yaml")].into_iter().chain(places);
    files.any(|file| std::fs::read_to_string(file).is_ok_and(|text| text.contains("{{udm}}")))
}

/// Host and port, as they name a place in a list.
fn host(url: &str) -> String {
    let (_, rest) = url.split_once("://").expect("a scheme");
    rest.split('/').next().unwrap_or_default().to_owned()
}

fn zitadel_names(zitadel: &ZitadelDouble) -> Vec<(String, String)> {
    [
        ("url", zitadel.url()),
        ("organization_id", zitadel.organization_id()),
        ("other_organization_id", zitadel.other_organization_id()),
        ("project_id", zitadel.project_id()),
        ("idp_id", zitadel.idp_id()),
        ("access_token", zitadel.personal_access_token()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn certificate_names(certificates: &Certificates) -> [(String, String); 4] {
    [
        ("ca", &certificates.ca),
        ("other_ca", &certificates.other_ca),
        ("client_certificate", &certificates.client.certificate),
        ("client_key", &certificates.client.key),
    ]
    .map(|(name, path)| (name.to_owned(), path.display().to_string()))
}

fn directory(folder: &Folder, tls: LdapTls, certificates: Option<&Certificates>) -> Slapd {
    let (_, first) = folder.steps().next().expect("a step");
    let file = [first, &folder.root]
        .map(|place| place.join("people.ldif"))
        .into_iter()
        .find(|file| file.exists());
    let people = std::fs::read_to_string(file.expect("people before the first step")).expect("UTF-8");
    let directory = Directory::ldif(to_ldif(&[]) + &people);
    match (tls, certificates) {
        (LdapTls::Optional, Some(certificates)) => directory.tls(certificates),
        (LdapTls::Demanded, Some(certificates)) => directory.tls(certificates).demand_client_certificate(),
        _ => directory,
    }
    .start()
}
