//! The configuration as an installation meets it: real files, whole messages.

use std::path::PathBuf;

use directory_sync::config::{
    ConfigErrors, Environment, FlagValue, LdapSettings, LoadRequest, Needs, Settings, SourceKind,
    TargetSettings, ZitadelSettings, load,
};
use tempfile::TempDir;

mod binding;
mod dialects;
mod metadata;
mod places;
mod provider;
mod refusals;
mod sample;
mod sources;
mod typing;
mod udm;

/// The settings of the target.
fn zitadel(settings: &Settings) -> ZitadelSettings {
    match &settings.target {
        Some(TargetSettings::Zitadel(zitadel)) => zitadel.clone(),
        Some(TargetSettings::Udm(_)) | None => panic!("the target is no Zitadel"),
    }
}

/// A folder with a configuration and the files that it names.
struct Lab {
    folder: TempDir,
    variables: Vec<(String, String)>,
    request: LoadRequest,
}

/// A complete configuration with one source of each kind; `DIR` is the lab's folder.
const COMPLETE: &str = "\
log_level: info
feature_flags: [verify_email, sso_login]
zitadel:
  url: https://auth.example.org
  key_file: DIR/service-user.json
  organization_id: 278274756195721220
  project_id: 278274945274880004
  idp_id: 281430143275106308
sources:
  ldap:
    url: ldaps://dc1.example.org
    base_dn: ou=staff,dc=example,dc=org
    bind_dn: cn=reader,dc=example,dc=org
    bind_password: \"hunter2\"
    user_filter: \"(&(objectClass=user)(memberOf=cn=chat,ou=groups,dc=example,dc=org))\"
    timeout: 5
    page_size: 500
    check_for_deleted_entries: true
    use_attribute_filter: true
    attributes:
      first_name: givenName
      last_name: sn
      preferred_username: displayName
      email: mail
      phone: telephoneNumber
      user_id: {name: objectGUID, is_binary: true}
      status: {name: userAccountControl, is_binary: false}
      disable_bitmasks: [0x2, 16]
      last_modified: whenChanged
    tls:
      server_certificate: DIR/ca.crt
      client_key: DIR/client.key
      client_certificate: DIR/client.crt
      danger_disable_tls_verify: false
      danger_use_start_tls: false
  csv:
    file_path: DIR/users.csv
  ukt:
    endpoint_url: https://list.example.org/usersync4chat/maillist
    oauth2_url: https://list.example.org/token
    client_id: sync
    client_secret: \"hunter3\"
    scope: \"openid read-maillist\"
    grant_type: client_credentials
";

/// The shortest configuration, whose one source is a file.
const SHORT: &str = "\
zitadel:
  url: https://auth.example.org
  token: hunter4
  organization_id: 1
  project_id: 2
sources:
  csv:
    file_path: users.csv
";

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

impl Lab {
    fn new(config: &str) -> Self {
        let lab = Self {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
            request: LoadRequest::default(),
        };
        let service_account = serde_json::json!({
            "type": "serviceaccount", "keyId": "1", "key": KEY, "userId": "2",
        });
        lab.write("service-user.json", &service_account.to_string());
        lab.write("ca.crt", CERTIFICATE);
        lab.write("client.crt", CERTIFICATE);
        lab.write("client.key", KEY);
        lab.write("config.yaml", config);
        let config = lab.path("config.yaml");
        lab.config(config)
    }

    /// A configuration with one part replaced, which must be there.
    fn changed(config: &str, part: &str, replacement: &str) -> Self {
        assert!(config.contains(part), "{part}");
        Self::new(&config.replacen(part, replacement, 1))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn dir(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        crate::program::write_private(&self.path(name), text.replace("DIR", self.dir()));
    }

    /// With this `--config`.
    fn config(mut self, path: impl Into<Option<PathBuf>>) -> Self {
        self.request.config = path.into();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        let value = value.replace("DIR", self.dir());
        self.variables.push((name.into(), value));
        self
    }

    fn flag(mut self, flag: &str, key: &str, value: &str) -> Self {
        self.request.flags.push(FlagValue {
            flag: flag.into(),
            key: key.into(),
            value: value.into(),
        });
        self
    }

    fn needs(mut self, needs: Needs) -> Self {
        self.request.needs = needs;
        self
    }

    fn load(&self) -> Result<Settings, ConfigErrors> {
        let environment: Environment = self.variables.iter().map(|(name, value)| (name, value)).collect();
        load(&self.request, &environment)
    }

    /// The one LDAP source.
    #[track_caller]
    fn ldap(&self) -> LdapSettings {
        let kinds = self.settings().sources.into_iter().map(|source| source.kind);
        let mut directories = kinds.filter_map(|kind| match kind {
            SourceKind::Ldap(ldap) => Some(*ldap),
            SourceKind::Csv(_) | SourceKind::Ukt(_) => None,
        });
        directories.next().unwrap()
    }

    #[track_caller]
    fn settings(&self) -> Settings {
        self.load().unwrap_or_else(|errors| panic!("{errors}"))
    }

    /// The whole message, with the folder as `DIR`.
    #[track_caller]
    fn refusal(&self) -> String {
        match self.load() {
            Ok(settings) => panic!("accepted: {settings:#?}"),
            Err(errors) => errors.to_string().replace(self.dir(), "DIR"),
        }
    }
}
