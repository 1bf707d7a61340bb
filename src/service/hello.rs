//! The first frame for clients of the Hearth protocol.

use super::{App, Caller};
use crate::{
    error::{Refusal, Result},
    model::Timestamp,
    protocol::{
        Content, FirstName, Frame, GroupName, Item, Kind, KnownChats, LastName, MAX_PAGE, Notice, SearchText, UserIds,
        extended::{Hello, HelloBounds, ServerNotice},
        limits::{HEARTBEAT_SECONDS, IN_FLIGHT, MAX_CHANGES, MAX_FRAME, MAX_REACTIONS, RECEIPTS_UP_TO},
    },
};

/// The first frame of a caller's connection.
pub async fn frame(app: &App, caller: Caller) -> Result<Frame> {
    let now = Timestamp::now();
    let greeting = app.store.greeting(caller.user, now).await?.ok_or(Refusal::Unauthorized)?;
    let hello = Hello {
        user_id: caller.user,
        first_name: greeting.person.first_name,
        last_name: greeting.person.last_name,
        email: greeting.email,
        session_id: caller.session,
        server_time: now,
        expires_at: caller.expires_at,
        epoch: app.epoch.clone(),
        heartbeat_seconds: HEARTBEAT_SECONDS,
        unread_total: greeting.unread_total,
        privacy: greeting.privacy.into(),
        server_notice: ServerNotice::about(app.store.room()),
        bounds: bounds(app),
    };
    Ok(Frame::broadcast(Kind::Hello, &Item::Hello(Box::new(hello))))
}

fn bounds(app: &App) -> HelloBounds {
    let limits = &app.config.limits;
    HelloBounds {
        first_name: FirstName::MAX,
        last_name: LastName::MAX,
        group_name: GroupName::MAX,
        content: Content::MAX,
        notice: Notice::MAX,
        search_text: SearchText::MAX,
        password_min: app.bounds.password_min,
        group_members: limits.group_members,
        page: MAX_PAGE,
        known: KnownChats::MAX,
        watched: UserIds::MAX,
        reactions: MAX_REACTIONS,
        changes: MAX_CHANGES,
        receipts_up_to: RECEIPTS_UP_TO,
        frame_bytes: MAX_FRAME,
        in_flight: IN_FLIGHT,
        retention_days: app.config.retention.limit(),
        frames_per_second: limits.enabled.then_some(limits.frames_per_second),
    }
}
