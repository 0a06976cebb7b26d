//! Groups, their members and their topics, as people change them.
//!
//! Every change sends what Telegram sends: service messages, `chat_member`, `my_chat_member`.

use crate::sandbox::Sandbox;
use crate::sandbox::member::{Member, Permitted, Right, Rights, Status};
use crate::sandbox::message::Sender;
use crate::sandbox::methods::topics::clean_name;
use crate::sandbox::people::PersonError;
use crate::sandbox::world::{Chat, ChatKind, Place, World};

const DEFAULT_TOPIC_COLOR: i64 = 7_322_096;
/// Ids of supergroups start here; those of basic groups are much shorter.
const SUPERGROUP_BASE: i64 = -1_002_000_000_000;
const GROUP_BASE: i64 = -4_000_000;

impl Sandbox {
    /// A private supergroup, with or without topics. Returns its id.
    pub fn add_supergroup(&self, title: &str, forum: bool, now_ms: i64) -> i64 {
        self.world().add_supergroup(title, forum, now_ms)
    }

    /// A basic group. Returns its id.
    pub fn add_group(&self, title: &str) -> i64 {
        let mut world = self.world();
        world.counters.group += 1;
        let id = GROUP_BASE - world.counters.group;
        let place = Place::from(id);
        let chat = Chat::new(place, ChatKind::Group, title);
        world.chats.insert(place, chat);
        id
    }

    /// Makes a basic group a supergroup; the old id answers with the new one from then on.
    pub fn upgrade_group(&self, chat: i64, now_ms: i64) -> Result<i64, PersonError> {
        let mut world = self.world();
        let old = world
            .chat_mut(Place::from(chat))
            .filter(|chat| chat.kind == ChatKind::Group && chat.migrated_to.is_none())
            .ok_or(PersonError::NoSuchChat)?;
        let (title, members) = (old.title.clone(), old.members.clone());
        let creator = old.creator().unwrap_or_default();
        let new = world.add_supergroup(&title, false, now_ms);
        if let Some(supergroup) = world.chat_mut(Place::from(new)) {
            supergroup.members = members;
        }
        let sender = Sender::Person(creator);
        let (to, from) = (new.to_string(), chat.to_string());
        world.service(
            Place::from(chat),
            sender,
            None,
            ("migrate_to_chat_id", &to),
            now_ms,
        );
        world.service(
            Place::from(new),
            sender,
            None,
            ("migrate_from_chat_id", &from),
            now_ms,
        );
        if let Some(old) = world.chat_mut(Place::from(chat)) {
            old.migrated_to = Some(new);
        }
        Ok(new)
    }

    /// Puts a person or a bot into a group, or makes a member something else.
    pub fn set_member(&self, chat: i64, user: i64, status: Status, now_ms: i64) {
        let mut world = self.world();
        let by = world.actor(chat, user);
        world.set_status((Place::from(chat), user), status, by, now_ms);
    }

    /// A new member, added by the owner.
    pub fn add_member(&self, chat: i64, user: i64, status: Status, now_ms: i64) {
        self.set_member(chat, user, status, now_ms);
    }

    /// Makes a member an administrator with these rights and no others.
    pub fn promote(&self, chat: i64, user: i64, rights: Rights, now_ms: i64) {
        self.set_member(chat, user, Status::Administrator(rights), now_ms);
    }

    /// Makes an administrator an ordinary member.
    pub fn demote(&self, chat: i64, user: i64, now_ms: i64) {
        self.set_member(chat, user, Status::Member, now_ms);
    }

    /// Gives an administrator one right, or takes it.
    pub fn set_right(&self, chat: i64, user: i64, right: Right, granted: bool, now_ms: i64) {
        let status = {
            let world = self.world();
            let chat = world.chat(Place::from(chat));
            chat.map_or(Status::Left, |chat| chat.status(user))
        };
        if let Status::Administrator(rights) = status {
            self.promote(chat, user, rights.with(right, granted), now_ms);
        }
    }

    /// The owner removes somebody for good.
    pub fn kick(&self, chat: i64, user: i64, now_ms: i64) {
        self.set_member(chat, user, Status::Kicked, now_ms);
    }

    /// Somebody leaves by themselves.
    pub fn leave(&self, chat: i64, user: i64, now_ms: i64) {
        let mut world = self.world();
        world.set_status((Place::from(chat), user), Status::Left, user, now_ms);
    }

    /// Hides an administrator behind the group, with an optional title.
    pub fn set_anonymous(&self, chat: i64, user: i64, anonymous: bool, title: Option<&str>) {
        let mut world = self.world();
        let chat = world.chat_mut(Place::from(chat));
        if let Some(member) = chat.and_then(|chat| chat.members.get_mut(&user)) {
            member.anonymous = anonymous;
            member.custom_title = title.map(str::to_owned);
        }
    }

    /// The members that were ever seen, with their status.
    pub fn members(&self, chat: i64) -> Vec<(i64, Member)> {
        let world = self.world();
        let members = world.chat(Place::from(chat)).map(|chat| &chat.members);
        members
            .into_iter()
            .flatten()
            .map(|(id, member)| (*id, member.clone()))
            .collect()
    }

    /// Switches topics on or off.
    pub fn set_forum_mode(&self, chat: i64, forum: bool) {
        self.change_chat(chat, |chat| chat.forum = forum);
    }

    /// Protects the whole group from forwarding.
    pub fn set_protected(&self, chat: i64, protected: bool) {
        self.change_chat(chat, |chat| chat.protected = protected);
    }

    /// What members may send who are no administrators. Nobody is told of a change.
    pub fn set_permitted(&self, chat: i64, permitted: Permitted) {
        self.change_chat(chat, |chat| chat.permitted = permitted);
    }

    /// Makes a group public, or private again.
    pub fn set_username(&self, chat: i64, username: Option<&str>) {
        self.change_chat(chat, |chat| chat.username = username.map(str::to_owned));
    }

    /// Limits the emoji that may be reactions; `None` allows all.
    pub fn set_allowed_reactions(&self, chat: i64, emoji: Option<&[&str]>) {
        let emoji = emoji.map(|emoji| emoji.iter().map(|one| (*one).to_owned()).collect());
        self.change_chat(chat, |chat| chat.reactions = emoji);
    }

    /// Closes or reopens General.
    pub fn set_general_closed(&self, chat: i64, closed: bool) {
        self.change_chat(chat, |chat| chat.general_closed = closed);
    }

    /// The group is gone for everybody.
    pub fn destroy_chat(&self, chat: i64) {
        self.change_chat(chat, |chat| chat.destroyed = true);
    }

    fn change_chat(&self, chat: i64, change: impl FnOnce(&mut Chat)) {
        if let Some(chat) = self.world().chat_mut(Place::from(chat)) {
            change(chat);
        }
    }

    /// A person opens a topic. Returns its id.
    pub fn create_topic(
        &self,
        user: i64,
        chat: i64,
        name: &str,
        now_ms: i64,
    ) -> Result<i64, PersonError> {
        let mut world = self.world();
        let place = Place::from(chat);
        world.check_topic_right(user, place, None, Right::ManageTopics)?;
        let topic = (clean_name(name), DEFAULT_TOPIC_COLOR);
        let sender = Sender::Person(user);
        Ok(world.open_topic(place, sender, (&topic.0, topic.1, None), now_ms))
    }

    pub fn close_topic(
        &self,
        user: i64,
        chat: i64,
        thread: i64,
        now_ms: i64,
    ) -> Result<(), PersonError> {
        self.toggle(user, (chat, thread), true, now_ms)
    }

    pub fn reopen_topic(
        &self,
        user: i64,
        chat: i64,
        thread: i64,
        now_ms: i64,
    ) -> Result<(), PersonError> {
        self.toggle(user, (chat, thread), false, now_ms)
    }

    fn toggle(
        &self,
        user: i64,
        (chat, thread): (i64, i64),
        closed: bool,
        now_ms: i64,
    ) -> Result<(), PersonError> {
        let mut world = self.world();
        let place = Place::from(chat);
        world.check_topic_right(user, place, Some(thread), Right::ManageTopics)?;
        world.toggle_topic((place, thread), Sender::Person(user), closed, now_ms);
        Ok(())
    }

    pub fn rename_topic(
        &self,
        user: i64,
        (chat, thread): (i64, i64),
        name: &str,
        now_ms: i64,
    ) -> Result<(), PersonError> {
        let mut world = self.world();
        let place = Place::from(chat);
        world.check_topic_right(user, place, Some(thread), Right::ManageTopics)?;
        let name = clean_name(name);
        world.edit_topic(
            (place, thread),
            Sender::Person(user),
            Some(&name),
            None,
            now_ms,
        );
        Ok(())
    }

    /// Deletes a topic with its messages; bots are not told.
    pub fn delete_topic(&self, user: i64, chat: i64, thread: i64) -> Result<(), PersonError> {
        let mut world = self.world();
        let place = Place::from(chat);
        world.check_topic_right(user, place, Some(thread), Right::DeleteMessages)?;
        world.delete_topic_at(place, thread);
        Ok(())
    }

    /// Deletes a message, whoever wrote it; bots are not told.
    pub fn delete_message(&self, chat: impl Into<Place>, message: i64) {
        let mut world = self.world();
        let place = world.place(chat.into());
        world.delete(place, message);
    }
}

impl World {
    fn add_supergroup(&mut self, title: &str, forum: bool, now_ms: i64) -> i64 {
        self.counters.group += 1;
        let id = SUPERGROUP_BASE - self.counters.group;
        let place = Place::from(id);
        let mut chat = Chat::new(place, ChatKind::Supergroup, title);
        chat.forum = forum;
        self.chats.insert(place, chat);
        // Message 1 is the group's own beginning, and the id of General.
        let created = ("supergroup_chat_created", "true");
        self.service(place, Sender::Anonymous(0), None, created, now_ms);
        self.show(place, "title", title);
        id
    }

    /// The owner, where nobody in particular acts; somebody alone acts for themselves.
    fn actor(&self, chat: i64, user: i64) -> i64 {
        self.chat(Place::from(chat))
            .and_then(Chat::creator)
            .unwrap_or(user)
    }

    fn check_topic_right(
        &self,
        user: i64,
        place: Place,
        thread: Option<i64>,
        right: Right,
    ) -> Result<(), PersonError> {
        let chat = self.chat(place).ok_or(PersonError::NoSuchChat)?;
        let topic = match thread {
            Some(id) => Some(chat.topic(id).ok_or(PersonError::NoSuchTopic)?),
            None => None,
        };
        let is_own = topic.is_some_and(|topic| topic.creator == user);
        if is_own || chat.may(user, right) {
            Ok(())
        } else {
            Err(PersonError::MissingRight)
        }
    }
}
