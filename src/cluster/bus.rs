//! The connection to NATS. What is sent while it is away is lost: the others read it from the log.

use std::time::{Duration, Instant};

use anyhow::Context;
use async_nats::{Client, ConnectOptions, ServerAddr, Subscriber, connection::State};
use futures_util::{FutureExt, StreamExt};
use percent_encoding::percent_decode_str;
use url::Url;

/// How often the connection is checked: one that is cut counts as away after two checks without an answer.
const PING_EVERY: Duration = Duration::from_secs(1);
/// How long to wait between attempts to connect.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// How long an attempt may take.
const CONNECT: Duration = Duration::from_secs(2);

/// The connection of one server.
pub(super) struct Bus {
    client: Client,
    subject: String,
    packets: Subscriber,
}

/// Sends packets. Cheap to clone.
#[derive(Clone)]
pub(super) struct Sender {
    client: Client,
    subject: String,
}

impl Bus {
    /// Connects to one of these servers, now or, if none answers soon, later. All servers of one database hear each other:
    /// `epoch` names it.
    pub(super) async fn connect(urls: &str, epoch: &str) -> anyhow::Result<Self> {
        let (options, servers) = parse(urls)?;
        let options = options
            .name("hearth")
            .no_echo()
            .retry_on_initial_connect()
            .ping_interval(PING_EVERY)
            .reconnect_delay_callback(|_| RETRY_AFTER)
            .event_callback(|event| async move { tracing::info!(%event, "NATS") });
        let client = options.connect(servers).await.context("cluster.nats")?;
        let subject = format!("hearth.{epoch}");
        let packets = client.subscribe(subject.clone()).await.context("cluster.nats")?;
        let bus = Self { client, subject, packets };
        bus.sender().flush().await;
        if !bus.sender().is_connected() {
            tracing::warn!("NATS does not answer: other servers are heard through the database until it does");
        }
        Ok(bus)
    }

    pub(super) fn sender(&self) -> Sender {
        Sender { client: self.client.clone(), subject: self.subject.clone() }
    }

    /// The next packet of another server.
    pub(super) async fn next(&mut self) -> Vec<u8> {
        match self.packets.next().await {
            Some(message) => message.payload.into(),
            // The subscription ends with the client, which is kept.
            None => std::future::pending().await,
        }
    }
}

/// How long a packet takes to one of these servers and back.
pub async fn round_trip(urls: &str) -> anyhow::Result<Duration> {
    let (options, servers) = parse(urls)?;
    let client = options.name("hearth doctor").connect(servers).await?;
    let inbox = client.new_inbox();
    let mut packets = client.subscribe(inbox.clone()).await?;
    client.flush().await?;
    let sent = Instant::now();
    client.publish(inbox, Vec::new().into()).await?;
    tokio::time::timeout(CONNECT, packets.next()).await.context("a packet did not come back")?;
    Ok(sent.elapsed())
}

/// The servers of these URLs, and how to log in to them: the credentials of the first URL that has some count for all.
fn parse(urls: &str) -> anyhow::Result<(ConnectOptions, Vec<ServerAddr>)> {
    let parsed = urls.split(',').map(|url| Url::parse(url.trim())).collect::<Result<Vec<_>, _>>();
    let urls = parsed.context("cluster.nats")?;
    let named = urls.iter().find(|url| !url.username().is_empty());
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let options = ConnectOptions::new().connection_timeout(CONNECT);
    let options = match named.map(|url| (decoded(url.username()), url.password().map(decoded))) {
        Some((user, Some(password))) => options.user_and_password(user, password),
        Some((token, None)) => options.token(token),
        None => options,
    };
    let servers = urls.into_iter().map(ServerAddr::from_url).collect::<Result<_, _>>();
    Ok((options, servers.context("cluster.nats")?))
}

impl Sender {
    /// Sends a packet, if that is possible now.
    pub(super) fn send(&self, packet: Vec<u8>) {
        if !self.is_connected() || packet.len() > self.client.max_payload() {
            return;
        }
        // It only enters a queue. If that is full, the packet is lost, as on a line that is cut.
        drop(self.client.publish(self.subject.clone(), packet.into()).now_or_never());
    }

    /// Whether packets arrive, as far as is known.
    pub(super) fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Waits until everything was sent.
    pub(super) async fn flush(&self) {
        // Fails if the connection is away.
        drop(tokio::time::timeout(CONNECT, self.client.flush()).await);
    }
}
