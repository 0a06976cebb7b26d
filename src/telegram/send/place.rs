//! Places: shown, moved, stopped.

use teloxide::payloads::StopMessageLiveLocation;

use super::fields::Fields;
use super::{Destination, Request, message_id, plain, recipient};
use crate::domain::call::ReadyReply;
use crate::domain::content::Location;
use crate::domain::ids::{ChatId, MessageId};

/// The shortest and the longest time for which a place that is sent may move, in seconds
/// (Bot API docs, `sendLocation`).
const PERIOD_MIN: u32 = 60;
const PERIOD_MAX: u32 = 86_400;

/// Moves until it is stopped (Bot API docs, `sendLocation`).
const FOR_EVER: u32 = 0x7FFF_FFFF;

pub(super) fn send(to: Destination, place: &Location, reply: Option<&ReadyReply>) -> Request {
    let mut fields = Fields::post(to, reply);
    set_place(&mut fields, place);
    fields.set_some("live_period", place.live_period.map(period));
    fields.request("sendLocation", Vec::new())
}

/// How long it moves was said when it was sent, and stays so.
pub(super) fn moved(chat: ChatId, message: MessageId, place: &Location) -> Request {
    if place.live_period.is_none() {
        let payload = StopMessageLiveLocation::new(recipient(chat), message_id(message));
        return plain("stopMessageLiveLocation", &payload);
    }
    let mut fields = Fields::default();
    fields.set("chat_id", chat.0);
    fields.set("message_id", message_id(message).0);
    set_place(&mut fields, place);
    fields.request("editMessageLiveLocation", Vec::new())
}

fn set_place(fields: &mut Fields, place: &Location) {
    fields.set("latitude", place.latitude);
    fields.set("longitude", place.longitude);
    fields.set_some("horizontal_accuracy", place.horizontal_accuracy);
    fields.set_some("heading", place.heading);
}

/// People can lengthen the time later, beyond what may be said at the beginning.
fn period(seconds: u32) -> u32 {
    if seconds == FOR_EVER {
        seconds
    } else {
        seconds.clamp(PERIOD_MIN, PERIOD_MAX)
    }
}
