//! Changes of membership, with every update and service message that follows from them.
//!
//! Must not check rights: whoever calls has.

use crate::sandbox::member::{Member, Status};
use crate::sandbox::message::Sender;
use crate::sandbox::methods::chats::member_update;
use crate::sandbox::post::UPDATE_LIFETIME_MS;
use crate::sandbox::world::{Place, World};

impl World {
    /// Makes `user` something else in a group; `by` is who did it.
    pub fn set_status(
        &mut self,
        (place, user): (Place, i64),
        status: Status,
        by: i64,
        now_ms: i64,
    ) {
        let Some(chat) = self.chat_mut(place) else {
            return;
        };
        let old = chat
            .members
            .get(&user)
            .cloned()
            .unwrap_or_else(|| Member::new(Status::Left));
        if old.status == status && chat.members.contains_key(&user) {
            return;
        }
        let mut new = old.clone();
        new.status = status;
        if !status.is_admin() {
            new.anonymous = false;
            new.custom_title = None;
        }
        chat.members.insert(user, new.clone());
        self.announce_member((place, user), (&old, &new), by, now_ms);
        self.announce_move((place, user), (old.status, status), by, now_ms);
    }

    /// `my_chat_member` to the bot itself, `chat_member` to bots that are administrators.
    fn announce_member(
        &mut self,
        (place, user): (Place, i64),
        (old, new): (&Member, &Member),
        by: i64,
        now_ms: i64,
    ) {
        let Some(body) = member_update(self, (place, user), (old, new), by, now_ms) else {
            return;
        };
        let Some(chat) = self.chat(place) else {
            return;
        };
        let watching: Vec<i64> = self
            .bots
            .keys()
            .copied()
            .filter(|bot| *bot != user && chat.status(*bot).is_admin())
            .collect();
        let expires_ms = now_ms + UPDATE_LIFETIME_MS;
        if self.is_bot(user) {
            self.push_update(user, "my_chat_member", &body, expires_ms);
        }
        for bot in watching {
            self.push_update(bot, "chat_member", &body, expires_ms);
        }
    }

    /// The service message about somebody who came or went.
    fn announce_move(
        &mut self,
        (place, user): (Place, i64),
        (old, new): (Status, Status),
        by: i64,
        now_ms: i64,
    ) {
        let sender = if self.is_bot(by) {
            Sender::Bot(by)
        } else {
            Sender::Person(by)
        };
        let shown = self.render_user(user);
        if !old.is_inside() && new.is_inside() {
            let joined = format!("[{shown}]");
            self.service(place, sender, None, ("new_chat_members", &joined), now_ms);
        } else if old.is_inside() && !new.is_inside() {
            self.service(place, sender, None, ("left_chat_member", &shown), now_ms);
        }
    }

    /// `my_chat_member` of a private chat: the person stopped or restarted the bot.
    pub fn announce_block(&mut self, place: Place, blocked: bool, now_ms: i64) {
        let place = self.place(place);
        let (old, new) = if blocked {
            (Status::Member, Status::Kicked)
        } else {
            (Status::Kicked, Status::Member)
        };
        let statuses = (&Member::new(old), &Member::new(new));
        let subject = (place, place.bot);
        if let Some(body) = member_update(self, subject, statuses, place.chat, now_ms) {
            let expires_ms = now_ms + UPDATE_LIFETIME_MS;
            self.push_update(place.bot, "my_chat_member", &body, expires_ms);
        }
    }
}
