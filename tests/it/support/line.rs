//! A line between the server and its database that can be cut.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::Mutex,
    task::JoinSet,
};

/// Connections pass through it while it is whole.
pub struct Line {
    whole: Arc<AtomicBool>,
    connections: Arc<Mutex<JoinSet<()>>>,
}

impl Line {
    /// A line to the server that a URL names, and the URL that leads through it.
    pub async fn to(url: &str) -> (Self, String) {
        let (scheme, rest) = url.split_once("://").expect("a URL has a scheme");
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (credentials, place) = authority.rsplit_once('@').map_or(("", authority), |(c, place)| (c, place));
        let target = if place.contains(':') { place.to_owned() } else { format!("{place}:5432") };

        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let at = if credentials.is_empty() { "" } else { "@" };
        let line = Self { whole: Arc::new(AtomicBool::new(true)), connections: Arc::default() };
        tokio::spawn(serve(listener, target, line.whole.clone(), line.connections.clone()));
        (line, format!("{scheme}://{credentials}{at}{address}{path}"))
    }

    /// Ends every connection, and every new one at once.
    pub async fn cut(&mut self) {
        self.whole.store(false, Ordering::SeqCst);
        self.connections.lock().await.shutdown().await;
    }

    /// New connections pass again.
    pub fn mend(&mut self) {
        self.whole.store(true, Ordering::SeqCst);
    }
}

async fn serve(listener: TcpListener, target: String, whole: Arc<AtomicBool>, connections: Arc<Mutex<JoinSet<()>>>) {
    loop {
        let (mut near, _) = listener.accept().await.expect("connections can be accepted");
        let mut connections = connections.lock().await;
        if !whole.load(Ordering::SeqCst) {
            continue;
        }
        let target = target.clone();
        connections.spawn(async move {
            let mut far = TcpStream::connect(target).await.expect("the database listens");
            let _ = copy_bidirectional(&mut near, &mut far).await;
        });
    }
}
