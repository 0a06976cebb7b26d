//! Which event an update is: one tree, read from the top. There is no bot and no client among its
//! dependencies, so nothing in here can send. Decides nothing about tickets, and a tree without a
//! fitting branch ends in "ignored", never in silence.

use std::ops::ControlFlow;
use std::sync::Arc;

use dptree::di::DependencyMap;
use futures_util::FutureExt;

use super::client::MemberStatus;
use super::commands::{self, Spoken};
use super::raw::{
    self, MemberChange, Membership, Message, Reacting, ReactionChange, Sender, Unreadable, Update,
};
use crate::domain::content::Kind;
use crate::domain::event::{
    AgentMessage, ClientCommand, ClientMessage, Event, Ignored, Member, Press, Standing,
};
use crate::domain::ids::{BotId, ChatId, ThreadId, UserId};

/// Who the bot is and where it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The bot.
    pub bot: BotId,
    /// Its @name, without the @.
    pub username: String,
    /// The desk groups, under their present ids and their earlier ones.
    pub desk: Vec<ChatId>,
}

/// From updates to events.
pub struct Router {
    tree: Tree,
    identity: Arc<Identity>,
}

type Tree = dptree::Handler<'static, Event>;

impl Router {
    /// A router for this bot.
    pub fn new(identity: Identity) -> Self {
        Self {
            tree: tree(),
            identity: Arc::new(identity),
        }
    }

    /// Who it reads updates for.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The event that an update is. Fails where the JSON is no update at all.
    pub fn route(&self, raw: &str) -> Result<Event, Unreadable> {
        let update = raw::parse(raw)?;
        let event = self
            .tree
            .dispatch(dependencies(Arc::clone(&self.identity), update))
            .now_or_never()
            .expect("no handler of the tree waits for anything");
        Ok(match event {
            ControlFlow::Break(event) => event,
            ControlFlow::Continue(_) => Event::Ignored(Ignored::UnknownUpdate),
        })
    }
}

fn dependencies(identity: Arc<Identity>, update: Update) -> DependencyMap {
    let mut dependencies = DependencyMap::new();
    dependencies.insert(identity);
    dependencies.insert(Arc::new(update));
    dependencies
}

fn tree() -> Tree {
    dptree::entry()
        .branch(
            dptree::filter_map(message)
                .branch(private_chat())
                .branch(desk_group())
                .chain(ignored(Ignored::OtherChat)),
        )
        .branch(
            dptree::filter_map(edited)
                .branch(edited_in_private())
                .branch(edited_in_desk())
                .chain(ignored(Ignored::OtherChat)),
        )
        .branch(
            dptree::filter_map(reaction)
                .branch(dptree::filter_map(client_reacted).endpoint(as_it_is))
                .branch(dptree::filter_map(agent_reacted).endpoint(as_it_is))
                .chain(ignored(Ignored::OtherChat)),
        )
        .branch(
            dptree::filter_map(press)
                .branch(dptree::filter_map(client_pressed).endpoint(as_it_is))
                .branch(dptree::filter_map(agent_pressed).endpoint(as_it_is))
                .endpoint(stray_press),
        )
        .branch(
            dptree::filter_map(membership)
                .branch(dptree::filter_map(client_left_or_returned).endpoint(as_it_is))
                .branch(dptree::filter_map(desk_standing).endpoint(as_it_is))
                .branch(dptree::filter_map(added_elsewhere).endpoint(as_it_is))
                .chain(ignored(Ignored::NotActedOn)),
        )
        .branch(
            dptree::filter_map(member)
                .branch(dptree::filter(is_member_a_bot).chain(ignored(Ignored::Bot)))
                .branch(dptree::filter_map(member_changed).endpoint(as_it_is))
                .chain(ignored(Ignored::OtherChat)),
        )
        .branch(dptree::filter(is_not_acted_on).chain(ignored(Ignored::NotActedOn)))
        .branch(ignored(Ignored::UnknownUpdate))
}

/// Everybody who writes to the bot in private is a client, members of the desk group too.
fn private_chat() -> Tree {
    dptree::filter(is_private)
        .branch(dptree::filter(is_service).chain(ignored(Ignored::Service)))
        .branch(dptree::filter(is_by_bot).chain(ignored(Ignored::Bot)))
        .branch(
            dptree::filter_map(client_message)
                .branch(dptree::filter_map(client_command).endpoint(client_commanded))
                .endpoint(client_wrote),
        )
}

/// Whoever writes in the desk group is an agent: Telegram let them in.
fn desk_group() -> Tree {
    dptree::filter(is_in_desk)
        .branch(dptree::filter_map(group_upgraded).endpoint(as_it_is))
        .branch(dptree::filter_map(topic_created).endpoint(as_it_is))
        .branch(dptree::filter(is_service).chain(ignored(Ignored::Service)))
        .branch(dptree::filter(is_by_channel).chain(ignored(Ignored::Channel)))
        .branch(dptree::filter(is_by_bot).chain(ignored(Ignored::Bot)))
        .branch(
            dptree::filter_map(agent_message)
                .branch(dptree::filter_map(spoken).endpoint(agent_commanded))
                .endpoint(agent_wrote),
        )
}

/// An edit is never a command, however it begins.
fn edited_in_private() -> Tree {
    dptree::filter(is_private)
        .branch(dptree::filter(is_service).chain(ignored(Ignored::Service)))
        .branch(dptree::filter(is_by_bot).chain(ignored(Ignored::Bot)))
        .branch(dptree::filter_map(client_message).endpoint(client_edited))
}

fn edited_in_desk() -> Tree {
    dptree::filter(is_in_desk)
        .branch(dptree::filter(is_service).chain(ignored(Ignored::Service)))
        .branch(dptree::filter(is_by_channel).chain(ignored(Ignored::Channel)))
        .branch(dptree::filter(is_by_bot).chain(ignored(Ignored::Bot)))
        .branch(dptree::filter_map(agent_message).endpoint(agent_edited))
}

fn ignored(reason: Ignored) -> Tree {
    dptree::endpoint(move || async move { Event::Ignored(reason) })
}

async fn as_it_is(event: Event) -> Event {
    event
}

// Which part of the tree an update belongs to.

fn message(update: Arc<Update>) -> Option<Arc<Message>> {
    match &*update {
        Update::Message(message) => Some(Arc::clone(message)),
        Update::Edited(_)
        | Update::Reaction(_)
        | Update::Press(_)
        | Update::Membership(_)
        | Update::Member(_)
        | Update::NotActedOn
        | Update::Unknown => None,
    }
}

fn edited(update: Arc<Update>) -> Option<Arc<Message>> {
    match &*update {
        Update::Edited(message) => Some(Arc::clone(message)),
        Update::Message(_)
        | Update::Reaction(_)
        | Update::Press(_)
        | Update::Membership(_)
        | Update::Member(_)
        | Update::NotActedOn
        | Update::Unknown => None,
    }
}

fn reaction(update: Arc<Update>) -> Option<ReactionChange> {
    match &*update {
        Update::Reaction(reaction) => Some(reaction.clone()),
        Update::Message(_)
        | Update::Edited(_)
        | Update::Press(_)
        | Update::Membership(_)
        | Update::Member(_)
        | Update::NotActedOn
        | Update::Unknown => None,
    }
}

fn press(update: Arc<Update>) -> Option<raw::Press> {
    match &*update {
        Update::Press(press) => Some(press.clone()),
        Update::Message(_)
        | Update::Edited(_)
        | Update::Reaction(_)
        | Update::Membership(_)
        | Update::Member(_)
        | Update::NotActedOn
        | Update::Unknown => None,
    }
}

fn membership(update: Arc<Update>) -> Option<Membership> {
    match &*update {
        Update::Membership(membership) => Some(*membership),
        Update::Message(_)
        | Update::Edited(_)
        | Update::Reaction(_)
        | Update::Press(_)
        | Update::Member(_)
        | Update::NotActedOn
        | Update::Unknown => None,
    }
}

fn member(update: Arc<Update>) -> Option<MemberChange> {
    match &*update {
        Update::Member(change) => Some(change.clone()),
        Update::Message(_)
        | Update::Edited(_)
        | Update::Reaction(_)
        | Update::Press(_)
        | Update::Membership(_)
        | Update::NotActedOn
        | Update::Unknown => None,
    }
}

fn is_not_acted_on(update: Arc<Update>) -> bool {
    matches!(&*update, Update::NotActedOn)
}

fn is_private(message: Arc<Message>) -> bool {
    message.chat.is_private()
}

fn is_in_desk(identity: Arc<Identity>, message: Arc<Message>) -> bool {
    identity.desk.contains(&message.chat)
}

fn is_service(message: Arc<Message>) -> bool {
    message.content.is_none()
}

fn is_by_bot(message: Arc<Message>) -> bool {
    matches!(message.sender, Sender::Bot(_))
}

fn is_by_channel(message: Arc<Message>) -> bool {
    matches!(message.sender, Sender::Channel)
}

fn is_member_a_bot(change: MemberChange) -> bool {
    change.is_bot
}

// Private chats.

fn client_message(message: Arc<Message>) -> Option<Arc<ClientMessage>> {
    Some(Arc::new(ClientMessage {
        // A private chat has the number of its person.
        from: UserId(message.chat.0),
        language: message.language,
        message: message.id,
        date: message.date,
        content: message.content.clone()?,
        reply_to: message.reply_to,
        quote: message.quote.clone(),
        album: message.album.clone(),
    }))
}

/// A caption is no command here: the medium would be lost with it.
fn client_command(identity: Arc<Identity>, message: Arc<ClientMessage>) -> Option<ClientCommand> {
    let content = &message.content;
    if content.kind != Kind::Text {
        return None;
    }
    commands::client_command(&content.text.text, &identity.username)
}

async fn client_wrote(message: Arc<ClientMessage>) -> Event {
    Event::ClientWrote(Arc::unwrap_or_clone(message))
}

async fn client_commanded(message: Arc<ClientMessage>, command: ClientCommand) -> Event {
    Event::ClientCommanded(Arc::unwrap_or_clone(message), command)
}

async fn client_edited(message: Arc<ClientMessage>) -> Event {
    Event::ClientEdited(Arc::unwrap_or_clone(message))
}

fn client_reacted(change: ReactionChange) -> Option<Event> {
    match change.by {
        Reacting::User(from) if from.private_chat() == change.chat => Some(Event::ClientReacted {
            from,
            message: change.message,
            reactions: change.reactions,
        }),
        Reacting::User(_) | Reacting::AnonymousAdmin | Reacting::Bot | Reacting::Channel => None,
    }
}

fn client_pressed(press: raw::Press) -> Option<Event> {
    let press = usable(press)?;
    (press.chat == press.by.private_chat()).then_some(Event::ClientPressed(press))
}

/// A press that says where the button stands and what it is for.
fn usable(press: raw::Press) -> Option<Press> {
    let (chat, message) = press.at?;
    Some(Press {
        id: press.id,
        by: press.by,
        language: press.language,
        chat,
        message,
        data: press.data?,
    })
}

async fn stray_press(press: raw::Press) -> Event {
    Event::StrayPress {
        press: press.id,
        language: press.language.unwrap_or_default(),
    }
}

/// In a private chat "kicked" means blocked, and "member" that it was unblocked.
fn client_left_or_returned(membership: Membership) -> Option<Event> {
    if !membership.chat.is_private() {
        return None;
    }
    let client = UserId(membership.chat.0);
    match membership.member.status {
        MemberStatus::Kicked => Some(Event::ClientLeft(client)),
        MemberStatus::Member => Some(Event::ClientReturned(client)),
        MemberStatus::Creator
        | MemberStatus::Administrator
        | MemberStatus::Restricted
        | MemberStatus::Left
        | MemberStatus::Unknown => None,
    }
}

// The desk group, and groups that are not.

fn group_upgraded(message: Arc<Message>) -> Option<Event> {
    message.migrate_to.map(|new| Event::GroupUpgraded {
        old: message.chat,
        new,
    })
}

/// Only topics that this bot made: members make topics too.
fn topic_created(identity: Arc<Identity>, message: Arc<Message>) -> Option<Event> {
    if message.sender != Sender::Bot(identity.bot) {
        return None;
    }
    Some(Event::TopicCreated {
        chat: message.chat,
        // A topic has the number of the message that announces it.
        thread: ThreadId(message.id.0),
        title: message.topic_created.clone()?,
    })
}

fn agent_message(message: Arc<Message>) -> Option<Arc<AgentMessage>> {
    let from = match message.sender {
        Sender::User(user) => Some(user),
        Sender::AnonymousAdmin => None,
        Sender::Bot(_) | Sender::Channel => return None,
    };
    Some(Arc::new(AgentMessage {
        chat: message.chat,
        thread: message.thread,
        from,
        names: message.names.clone(),
        message: message.id,
        date: message.date,
        content: message.content.clone()?,
        reply_to: message.reply_to,
        quote: message.quote.clone(),
        album: message.album.clone(),
    }))
}

/// Captions too: what begins with a slash is never relayed.
fn spoken(identity: Arc<Identity>, message: Arc<AgentMessage>) -> Option<Spoken> {
    commands::agent_command(&message.content.text.text, &identity.username)
}

async fn agent_wrote(message: Arc<AgentMessage>) -> Event {
    Event::AgentWrote(Arc::unwrap_or_clone(message))
}

async fn agent_commanded(message: Arc<AgentMessage>, spoken: Spoken) -> Event {
    match spoken {
        Spoken::Command(command) => Event::AgentCommanded(Arc::unwrap_or_clone(message), command),
        Spoken::ForAnotherBot => Event::Ignored(Ignored::NotActedOn),
    }
}

async fn agent_edited(message: Arc<AgentMessage>) -> Event {
    Event::AgentEdited(Arc::unwrap_or_clone(message))
}

fn agent_reacted(identity: Arc<Identity>, change: ReactionChange) -> Option<Event> {
    if !identity.desk.contains(&change.chat) {
        return None;
    }
    let by = match change.by {
        Reacting::User(user) => Some(user),
        Reacting::AnonymousAdmin => None,
        Reacting::Bot => return Some(Event::Ignored(Ignored::Bot)),
        Reacting::Channel => return Some(Event::Ignored(Ignored::Channel)),
    };
    Some(Event::AgentReacted {
        chat: change.chat,
        by,
        message: change.message,
        reactions: change.reactions,
    })
}

fn agent_pressed(identity: Arc<Identity>, press: raw::Press) -> Option<Event> {
    let press = usable(press)?;
    let in_desk = identity.desk.contains(&press.chat);
    in_desk.then_some(Event::AgentPressed(press))
}

fn member_changed(identity: Arc<Identity>, change: MemberChange) -> Option<Event> {
    let in_desk = identity.desk.contains(&change.chat);
    let member = Member {
        user: change.user,
        names: change.names,
        role: change.role,
    };
    in_desk.then_some(Event::MemberChanged(change.chat, member))
}

/// What the bot can do in its desk has changed.
fn desk_standing(identity: Arc<Identity>, membership: Membership) -> Option<Event> {
    let member = membership.member;
    let standing = match member.status {
        MemberStatus::Administrator => Standing::Admin {
            manages_topics: member.can_manage_topics,
            deletes_messages: member.can_delete_messages,
        },
        MemberStatus::Creator => Standing::Admin {
            manages_topics: true,
            deletes_messages: true,
        },
        MemberStatus::Member => Standing::Member,
        MemberStatus::Restricted if member.is_member && member.can_send_messages != Some(false) => {
            Standing::Member
        }
        MemberStatus::Restricted | MemberStatus::Left | MemberStatus::Kicked => Standing::Gone,
        MemberStatus::Unknown => return None,
    };
    let is_desk = identity.desk.contains(&membership.chat);
    is_desk.then_some(Event::DeskStanding(membership.chat, standing))
}

/// The bot works in its desk and in private chats only.
fn added_elsewhere(identity: Arc<Identity>, membership: Membership) -> Option<Event> {
    let chat = membership.chat;
    let is_there = match membership.member.status {
        MemberStatus::Creator | MemberStatus::Administrator | MemberStatus::Member => true,
        MemberStatus::Restricted => membership.member.is_member,
        MemberStatus::Left | MemberStatus::Kicked | MemberStatus::Unknown => false,
    };
    let elsewhere = !chat.is_private() && !identity.desk.contains(&chat);
    (is_there && elsewhere).then_some(Event::AddedElsewhere { chat })
}

#[cfg(test)]
mod tests;
