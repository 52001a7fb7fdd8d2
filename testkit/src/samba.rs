//! A real domain controller (Samba AD DC) in a temporary folder, gone when it is dropped.
//!
//! Its ports cannot be chosen, so each process has an address of its own. Making a domain takes some seconds: one test
//! should ask it everything.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::certs::Certificates;

const START_LIMIT: Duration = Duration::from_secs(60);
const INSTALL: &str = "this test needs Samba: apt-get install -y --no-install-recommends samba samba-ad-provision \
                       samba-dsdb-modules samba-vfs-modules winbind python3-samba python3-ldb ldb-tools";

/// A running domain controller.
#[derive(Debug)]
pub struct Samba {
    dir: TempDir,
    child: Option<Child>,
    address: String,
    /// What issued its certificate.
    pub certificates: Certificates,
}

impl Samba {
    /// The domain.
    pub const BASE_DN: &str = "DC=ad,DC=example,DC=test";
    /// Where people are.
    pub const PEOPLE_DN: &str = "CN=Users,DC=ad,DC=example,DC=test";
    /// An account that may read.
    pub const BIND_DN: &str = "Administrator@ad.example.test";
    /// Its password.
    pub const BIND_PASSWORD: &str = "Passw0rd!23";

    /// Makes a domain with these entries, in LDIF that may change them again (`changetype`).
    pub fn with(ldif: &str) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let address = own_address();
        let certificates = Certificates::generate_for(&[&address]);
        for folder in ["log", "pid"] {
            fs::create_dir(dir.path().join(folder)).expect("a writable folder");
        }
        provision(dir.path(), &address, &certificates);
        load(dir.path(), ldif);
        let mut samba = Self {
            dir,
            child: None,
            address,
            certificates,
        };
        samba.start();
        samba
    }

    /// `ldap://ADDRESS`
    pub fn url(&self) -> String {
        format!("ldap://{}", self.address)
    }

    /// `ldaps://ADDRESS`
    pub fn ldaps_url(&self) -> String {
        format!("ldaps://{}", self.address)
    }

    fn start(&mut self) {
        let log = fs::File::create(self.dir.path().join("samba.log")).expect("a writable folder");
        let child = Command::new("samba")
            .arg("-s")
            .arg(self.dir.path().join("dc/etc/smb.conf"))
            .args(["--foreground", "--no-process-group", "--model=prefork"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect(INSTALL);
        let child = self.child.insert(child);
        let start = Instant::now();
        while TcpStream::connect((self.address.as_str(), 636)).is_err() {
            let ended = child.try_wait().expect("a child of ours").is_some();
            assert!(!ended && start.elapsed() < START_LIMIT, "samba did not start");
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Samba {
    /// The main process ends the others, which it would not if it were killed.
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let pid = child.id().to_string();
            let _ = Command::new("kill").args(["-TERM", &pid]).status();
            let _ = child.wait();
        }
    }
}

/// One loopback address for each process.
fn own_address() -> String {
    let pid = std::process::id();
    format!("127.{}.{}.5", 1 + pid % 250, pid / 250 % 250)
}

fn provision(dir: &Path, address: &str, certificates: &Certificates) {
    let base = dir.join("base.conf");
    fs::write(&base, "[global]\n").expect("a writable folder");
    let server = &certificates.server;
    fs::set_permissions(&server.key, fs::Permissions::from_mode(0o600)).expect("a file of ours");
    let folder = dir.display();
    let options = [
        format!("interfaces={address}/8"),
        "bind interfaces only=yes".to_owned(),
        format!("log file={folder}/log/samba.log"),
        format!("pid directory={folder}/pid"),
        "server services=ldap".to_owned(),
        "ldap server require strong auth=yes".to_owned(),
        format!("tls keyfile={}", server.key.display()),
        format!("tls certfile={}", server.certificate.display()),
        format!("tls cafile={}", certificates.ca.display()),
    ];
    let mut command = Command::new("samba-tool");
    command
        .args(["domain", "provision", "-s"])
        .arg(&base)
        .arg(format!("--targetdir={folder}/dc"))
        .args(["--realm=AD.EXAMPLE.TEST", "--domain=EXAMPLE", "--server-role=dc"])
        .args(["--dns-backend=NONE", "--use-rfc2307", "--host-name=dc1"])
        .arg(format!("--adminpass={}", Samba::BIND_PASSWORD))
        .arg(format!("--host-ip={address}"))
        .args(options.map(|option| format!("--option={option}")));
    finish(command);
}

/// Adds entries, and carries out those with a `changetype`.
fn load(dir: &Path, ldif: &str) {
    let file = dir.join("people.ldif");
    fs::write(&file, ldif).expect("a writable folder");
    let mut command = Command::new("ldbmodify");
    command.arg("-H").arg(dir.join("dc/private/sam.ldb")).arg(file);
    finish(command);
}

fn finish(mut command: Command) {
    let output = command.output().expect(INSTALL);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}
