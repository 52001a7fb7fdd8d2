//! A real `OpenLDAP` server in a temporary folder, gone when it is dropped.
//!
//! ```no_run
//! use testkit::people::people;
//! use testkit::slapd::Slapd;
//!
//! let slapd = Slapd::with_people(&people(1, 10));
//! println!("{} {} {}", slapd.url(), Slapd::BIND_DN, Slapd::BIND_PASSWORD);
//! slapd.change("dn: uid=u1x000000,ou=people,dc=example,dc=com\nchangetype: delete\n");
//! ```

mod options;

use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::people::Person;
use options::write_config;

pub use options::Options;

/// A port can be taken by another process between being found free and being used.
const ATTEMPTS: usize = 5;
const START_LIMIT: Duration = Duration::from_secs(20);
const INSTALL: &str = "this test needs OpenLDAP: apt-get install -y --no-install-recommends slapd ldap-utils";

/// A running server.
#[derive(Debug)]
pub struct Slapd {
    dir: TempDir,
    child: Option<Child>,
    port: u16,
    tls_port: u16,
    /// Where it speaks TLS.
    tls_hosts: Vec<&'static str>,
}

impl Options {
    /// Loads the people and starts the server.
    pub fn start(self) -> Slapd {
        Slapd::start(&self)
    }
}

impl Slapd {
    /// The suffix.
    pub const BASE_DN: &str = options::BASE_DN;
    /// A service account that may read.
    pub const BIND_DN: &str = options::BIND_DN;
    /// Its password.
    pub const BIND_PASSWORD: &str = "syncpw";

    /// A server without TLS that holds these people.
    pub fn with_people(people: &[Person]) -> Self {
        Options::people(people).start()
    }

    fn start(options: &Options) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        fs::create_dir(dir.path().join("db")).expect("a writable folder");
        write_config(dir.path(), options);
        load(dir.path(), &options.ldif);
        let mut slapd = Self {
            dir,
            child: None,
            port: 0,
            tls_port: 0,
            tls_hosts: options.hosts.clone(),
        };
        for _ in 0..ATTEMPTS {
            (slapd.port, slapd.tls_port) = free_ports();
            if slapd.spawn() {
                return slapd;
            }
        }
        panic!("slapd did not start: {}", slapd.log());
    }

    /// `ldap://localhost:PORT`
    pub fn url(&self) -> String {
        format!("ldap://localhost:{}", self.port)
    }

    /// `ldaps://localhost:PORT`
    pub fn ldaps_url(&self) -> String {
        format!("ldaps://localhost:{}", self.tls_port)
    }

    /// The port of [`Slapd::url`].
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port of [`Slapd::ldaps_url`].
    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// `ldapi://` with the encoded path of a socket.
    pub fn ldapi_url(&self) -> String {
        let path = self.dir.path().join("ldapi");
        format!("ldapi://{}", path.display().to_string().replace('/', "%2F"))
    }

    /// Applies LDIF with `changetype` (without one, entries are added) as administrator.
    pub fn change(&self, ldif: &str) {
        let mut child = Command::new("ldapmodify")
            .args([
                "-a",
                "-x",
                "-H",
                &self.url(),
                "-D",
                options::ADMIN_DN,
                "-w",
                options::ADMIN_PASSWORD,
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| missing(&error));
        let mut input = child.stdin.take().expect("piped");
        input.write_all(ldif.as_bytes()).expect("ldapmodify reads");
        drop(input);
        let output = child.wait_with_output().expect("ldapmodify ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Adds a person.
    pub fn add(&self, person: &Person) {
        self.change(&person.ldif());
    }

    /// Replaces the values of an attribute; none removes it.
    pub fn replace(&self, dn: &str, attribute: &str, values: &[&str]) {
        let mut ldif = format!("dn: {dn}\nchangetype: modify\nreplace: {attribute}\n");
        for value in values {
            let _ = writeln!(ldif, "{attribute}: {value}");
        }
        self.change(&ldif);
    }

    /// Removes an entry.
    pub fn delete(&self, dn: &str) {
        self.change(&format!("dn: {dn}\nchangetype: delete\n"));
    }

    /// Ends the server as an administrator would, and waits for its end.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let pid = child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = child.kill();
        }
        let _ = child.wait();
    }

    /// Ends the server without letting it say good-bye, and waits for its end.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again, with the same content and addresses.
    pub fn restart(&mut self) {
        self.kill();
        assert!(self.spawn(), "slapd did not start again: {}", self.log());
    }

    /// Whether the server answers in the end; it may not, when a port was taken meanwhile.
    fn spawn(&mut self) -> bool {
        let mut urls = format!("ldap://127.0.0.1:{} {}", self.port, self.ldapi_url());
        for host in &self.tls_hosts {
            let _ = write!(urls, " ldaps://{host}:{}", self.tls_port);
        }
        let log = fs::File::create(self.dir.path().join("slapd.log")).expect("a writable folder");
        let mut child = Command::new("slapd")
            .arg("-f")
            .arg(self.dir.path().join("slapd.conf"))
            // A debug level keeps it in the foreground, a child of this process.
            .args(["-h", &urls, "-d", "0"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| missing(&error));
        let start = Instant::now();
        while start.elapsed() < START_LIMIT {
            if child.try_wait().expect("a child of ours").is_some() {
                return false;
            }
            if self.is_listening() {
                self.child = Some(child);
                return true;
            }
            sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
        false
    }

    /// On every port: the server opens one after the other.
    fn is_listening(&self) -> bool {
        let mut tls_hosts = self.tls_hosts.iter();
        TcpStream::connect(("127.0.0.1", self.port)).is_ok()
            && tls_hosts
                .all(|host| TcpStream::connect((host.trim_matches(['[', ']']), self.tls_port)).is_ok())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("slapd.log")).unwrap_or_default()
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.kill();
    }
}

fn load(dir: &Path, ldif: &str) {
    let file: PathBuf = dir.join("people.ldif");
    fs::write(&file, ldif).expect("a writable folder");
    let output = Command::new("slapadd")
        .arg("-q")
        .arg("-f")
        .arg(dir.join("slapd.conf"))
        .arg("-l")
        .arg(&file)
        .args(["-o", "value-check=no"])
        .output()
        .unwrap_or_else(|error| missing(&error));
    assert!(
        output.status.success(),
        "slapadd: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn free_ports() -> (u16, u16) {
    let free = || TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = |listener: &TcpListener| listener.local_addr().expect("bound").port();
    let (plain, tls) = (free(), free());
    (port(&plain), port(&tls))
}

fn missing(error: &std::io::Error) -> ! {
    match error.kind() {
        ErrorKind::NotFound => panic!("{INSTALL}"),
        _ => panic!("OpenLDAP cannot be started: {error}"),
    }
}
