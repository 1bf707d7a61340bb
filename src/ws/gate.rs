//! Applies the rate limits to one socket: each frame is passed on, held back, or rejected.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Bytes;

use super::{
    pace::{Pace, Verdict},
    pipeline::Pipeline,
};
use crate::{
    error::Error,
    protocol::Close,
    service::{App, Caller},
};

/// Seconds' worth of frames that may arrive at once, for a client that catches up after being offline.
const BURST_SECONDS: u32 = 10;

/// A request's text; `None` for a ping or pong, which counts but has no answer.
pub(super) type Message = Option<Bytes>;

/// Connects a socket with its pipeline.
pub(super) struct Gate {
    app: Arc<App>,
    caller: Caller,
    own: Option<DefaultDirectRateLimiter>,
    pace: Pace,
    held: Option<(Message, Instant)>,
}

impl Gate {
    pub(super) fn new(app: Arc<App>, caller: Caller) -> Self {
        let limits = &app.config.limits;
        let per_second = NonZeroU32::new(limits.frames_per_second).filter(|_| limits.enabled);
        let own = per_second.map(|rate| {
            let burst = NonZeroU32::new(rate.get().saturating_mul(BURST_SECONDS)).unwrap_or(rate);
            RateLimiter::direct(Quota::per_second(rate).allow_burst(burst))
        });
        Self { app, caller, own, pace: Pace::default(), held: None }
    }

    /// Whether the socket may be read.
    pub(super) fn is_open(&self) -> bool {
        self.held.is_none()
    }

    /// Waits until the held frame may be tried again; forever if there is none. Keeps the frame if dropped.
    pub(super) async fn opened(&mut self) -> Message {
        let Some((_, until)) = &self.held else { return std::future::pending().await };
        sleep_until(*until).await;
        self.held.take().and_then(|(message, _)| message)
    }

    /// Passes a frame on, holds it, or rejects it. Fails if the socket must be closed; its session is then barred.
    pub(super) fn pass(&mut self, message: Message, pipeline: &mut Pipeline) -> Result<(), Close> {
        match self.pace.judge(self.check(), Instant::now().into_std()) {
            Verdict::Accept => {
                if let Some(text) = &message {
                    pipeline.push(text);
                }
            }
            Verdict::Pause(wait) => self.held = Some((message, Instant::now() + wait)),
            Verdict::Refuse(wait) => {
                if let Some(text) = &message {
                    pipeline.refuse(text, Error::TooMany(wait));
                }
            }
            Verdict::Close => {
                self.app.hub.bar(self.caller.session);
                return Err(Close::Flood);
            }
        }
        Ok(())
    }

    /// Checks the user's rate only for frames that the socket's rate allows.
    fn check(&self) -> Result<(), Duration> {
        let Some(own) = &self.own else { return Ok(()) };
        own.check().map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))?;
        self.app.attempts.frame(self.caller.user)
    }
}
