//! The example of a configuration for Univention.

use super::*;

/// All but the servers, which do not exist.
#[test]
fn the_example_is_a_configuration_without_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    testkit::files::write_private(&folder.path().join("config.yaml"), text("deploy/udm/config.yaml"))
        .unwrap();
    testkit::files::write_private(&folder.path().join("udm-password"), "secret").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .arg("plan")
        .current_dir(&folder)
        .env_clear()
        .env("SSL_CERT_FILE", "/dev/null")
        .env("DIRECTORY_SYNC__SOURCES__LDAP__URL", "ldap://127.0.0.1:1")
        .env("DIRECTORY_SYNC__UDM__URL", "http://127.0.0.1:1/univention/udm/")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}
