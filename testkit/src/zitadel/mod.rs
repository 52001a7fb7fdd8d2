//! A stateful double of a Zitadel server, faithful to recordings of a real one (v4, commit 15e8907).
//!
//! It is a real HTTP server on 127.0.0.1 in its own thread, with its own runtime: synchronous tests can use it,
//! and so can child processes. All accessors are synchronous and see the current state, whatever the lists show.
//!
//! ```
//! use testkit::zitadel::{Options, UserSeed, ZitadelDouble};
//!
//! let zitadel = ZitadelDouble::start(Options::default());
//! let ada = zitadel.add_user(UserSeed {
//!     email: "ada@example.org".to_owned(),
//!     email_verified: true,
//!     given_name: "Ada".to_owned(),
//!     family_name: "Lovelace".to_owned(),
//!     ..UserSeed::default()
//! });
//! // … run the client against `zitadel.url()` with `zitadel.key_file_json()` …
//! assert_eq!(zitadel.user(&ada).map(|user| user.username), Some("ada@example.org".to_owned()));
//! assert_eq!(zitadel.requests(), 0);
//! ```

mod access;
mod control;
mod grants;
mod metadata;
mod protocol;
mod state;
mod users;
mod values;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use tokio::sync::oneshot;

pub use access::caller::Access;
pub use control::faults::{Fault, FaultKind, Matches, Moment};
pub use control::options::{Options, Unordered, Version};
pub use control::settings::ReadSide;
pub use control::synced::localpart;
pub use control::views::{Channel, Code, GrantView, LinkView, UserSeed, UserView, WriteRecord};
pub use protocol::gate::AtOnce;
pub use state::entities::{FilterAnswers, UserState};
pub use values::phone::normalise as normalise_phone;

use protocol::core::Core;
pub(crate) use protocol::http::{Plus, decode, form};
use protocol::server::serve;
use state::State;

/// A running double; it stops when it is dropped.
pub struct ZitadelDouble {
    core: Arc<Core>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A machine user with what it needs to log in.
#[derive(Debug, Clone)]
pub struct ServiceUser {
    /// The user id.
    pub id: String,
    /// A personal access token.
    pub token: String,
    /// A key file as Zitadel hands it out.
    pub key_file_json: String,
}

impl ZitadelDouble {
    /// Starts a server that has an organization with a project and an identity provider, a service account
    /// `sync` with the role `ORG_USER_MANAGER` there, a second organization, and an instance owner.
    pub fn start(options: Options) -> Self {
        let port = options.port;
        Self::run(State::furnished(options), port)
    }

    /// Starts a server with a state that [`ZitadelDouble::export`] gave, on the port (0 for any).
    ///
    /// # Errors
    /// When the value is no such state.
    pub fn import(saved: serde_json::Value, port: u16) -> Result<Self, serde_json::Error> {
        Ok(Self::run(serde_json::from_value(saved)?, port))
    }

    /// The whole state: everything but counts, faults and frozen lists.
    pub fn export(&self) -> serde_json::Value {
        serde_json::to_value(&*self.core.state()).expect("a state is JSON")
    }

    fn run(state: State, port: u16) -> Self {
        let core = Arc::new(Core::new(state));
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
        listener.set_nonblocking(true).expect("a non-blocking socket");
        let address = listener.local_addr().expect("a bound socket");
        let (stop, stopped) = oneshot::channel();
        let router = Router::new().fallback(serve).with_state(core.clone());
        let thread = std::thread::spawn(move || crate::http_server::run(router, listener, stopped));
        Self {
            core,
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Base URL without a slash at the end, also the audience of assertions.
    pub fn url(&self) -> String {
        let state = self.core.state();
        let host = state.options.domains.first().map_or("127.0.0.1", String::as_str);
        format!("http://{host}:{}", self.address.port())
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for ZitadelDouble {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server thread has been reported already.
            let _ = thread.join();
        }
    }
}
