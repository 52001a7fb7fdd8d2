//! A stateful double of the REST API of UDM (Univention Directory Manager), faithful to recordings of a real one (UCS
//! 5.2-2; `tests/recordings/udm-rest`).
//!
//! It is a real HTTP server on 127.0.0.1 in its own thread, with its own runtime: synchronous tests can use it,
//! and so can child processes. All accessors are synchronous and see the current state.
//!
//! A docstring that says "recorded: modify/no-op" names the exchange `no-op` of `modify.json`, where a fact is from.
//!
//! ```
//! use testkit::udm::{GroupSeed, Options, UdmDouble, UserSeed};
//!
//! let udm = UdmDouble::start(Options::default());
//! let people = udm.add_ou("ou=people,dc=univention-organization,dc=intranet");
//! let ada = udm.add_user(UserSeed::new("ada", &people));
//! let team = udm.add_group(GroupSeed { users: vec![ada.clone()], ..GroupSeed::new("team", &people) });
//! // … run the client against `udm.url()` with `udm.username()` and `udm.password()` …
//! assert_eq!(udm.members(&team), vec![ada]);
//! assert_eq!(udm.requests(), 0);
//! ```

mod answer;
mod api;
mod control;
mod directory;
mod errors;
mod faults;
mod gate;
mod inspect;
mod locks;
mod options;
mod schema;
mod seed;
mod server;
mod state;

use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use axum::Router;
use tokio::sync::oneshot;

pub use faults::{Fault, FaultKind, Matches, Moment};
pub use gate::RequestRecord;
pub use inspect::{LockView, ObjectView};
pub use locks::Locked;
pub use options::Options;
pub use schema::Kind;
pub use seed::{GroupSeed, UserSeed};

use server::{Core, serve};
use state::State;

/// A running double; it stops when it is dropped.
pub struct UdmDouble {
    core: Arc<Core>,
    port: u16,
    running: Mutex<Option<Running>>,
}

/// The thread that serves.
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl UdmDouble {
    /// Starts a server with a fresh domain: the containers and groups of a new UCS, the mail domains of the options,
    /// `Administrator` (in Domain Admins) and `plain`, a user without rights.
    pub fn start(options: Options) -> Self {
        let port = options.port;
        let core = Arc::new(Core::new(State::fresh(options)));
        let (running, port) = run(&core, port);
        Self {
            core,
            port,
            running: Mutex::new(Some(running)),
        }
    }

    /// Address without a slash at the end, to which `/users/user/…` is added.
    pub fn url(&self) -> String {
        let state = self.core.state();
        format!("http://127.0.0.1:{}{}/udm", self.port, state.options.path_prefix)
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A user who may do everything.
    pub fn username(&self) -> String {
        "Administrator".to_owned()
    }

    /// The password of that user.
    pub fn password(&self) -> String {
        self.core.state().options.password.clone()
    }

    /// From now on connections are refused, and those that are open break; the state stays.
    pub fn go_down(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            // The thread may have ended by itself.
            let _ = running.stop.send(());
            let _ = running.thread.join();
        }
    }

    /// Serves again, on the same port.
    pub fn come_back(&self) {
        self.go_down();
        let (running, _) = run(&self.core, self.port);
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
    }
}

fn run(core: &Arc<Core>, port: u16) -> (Running, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
    listener.set_nonblocking(true).expect("a non-blocking socket");
    let port = listener.local_addr().expect("a bound socket").port();
    let (stop, stopped) = oneshot::channel();
    let router = Router::new().fallback(serve).with_state(Arc::clone(core));
    let thread = std::thread::spawn(move || crate::http_server::run(router, listener, stopped));
    (Running { stop, thread }, port)
}

impl Drop for UdmDouble {
    fn drop(&mut self) {
        self.go_down();
    }
}
