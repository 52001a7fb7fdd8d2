//! The HTTP servers of the doubles: each in a thread and a runtime of its own, with connections that can be cut.

mod connection;

use axum::Router;
use tokio::sync::oneshot;

pub(crate) use self::connection::{Cut, CuttableListener};

/// Answers on the listener, which does not block, until it is stopped.
pub(crate) fn run(router: Router, listener: std::net::TcpListener, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listening socket");
        let service = router.into_make_service_with_connect_info::<Cut>();
        tokio::select! {
            _ = async { axum::serve(CuttableListener(listener), service).await } => {}
            _ = stopped => {}
        }
    });
    runtime.shutdown_background();
}
