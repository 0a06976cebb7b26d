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
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::content::{Content, Form, Reaction, Text, Whole};
    use crate::domain::event::{AgentCommand, AgentWord, Names};
    use crate::domain::ids::MessageId;
    use crate::domain::language::Language;
    use crate::domain::ticket::Role;
    use crate::domain::time::Timestamp;

    const DESK: ChatId = ChatId(-1001);
    const OLD_DESK: ChatId = ChatId(-500);

    fn identity() -> Identity {
        Identity {
            bot: BotId(900),
            username: "help_bot".to_owned(),
            desk: vec![DESK, OLD_DESK],
        }
    }

    fn route(update: &Value) -> Event {
        Router::new(identity())
            .route(&update.to_string())
            .expect("the update can be read")
    }

    fn with(mut base: Value, more: Value) -> Value {
        let Value::Object(more) = more else {
            panic!("fields come as an object")
        };
        base["message"]
            .as_object_mut()
            .expect("the update is a message")
            .extend(more);
        base
    }

    /// Ann, a client, in her private chat.
    fn ann(more: Value) -> Value {
        let base = json!({"update_id": 1, "message": {
            "message_id": 7,
            "from": {"id": 77, "is_bot": false, "first_name": "Ann", "language_code": "ru"},
            "chat": {"id": 77, "first_name": "Ann", "type": "private"},
            "date": 1_795_000_000,
        }});
        with(base, more)
    }

    /// Sam, an agent, in topic 5 of the desk.
    fn sam(more: Value) -> Value {
        let base = json!({"update_id": 1, "message": {
            "message_id": 31,
            "from": {"id": 42, "is_bot": false, "first_name": "Sam"},
            "chat": {"id": -1001, "title": "Desk", "type": "supergroup", "is_forum": true},
            "date": 1_795_000_000,
            "message_thread_id": 5,
            "is_topic_message": true,
            "reply_to_message": {
                "message_id": 5,
                "from": {"id": 900, "is_bot": true},
                "forum_topic_created": {"name": "SUPP", "icon_color": 7_322_096},
            },
        }});
        with(base, more)
    }

    fn from_ann(content: Content) -> ClientMessage {
        ClientMessage {
            from: UserId(77),
            language: Some(Language::Russian),
            message: MessageId(7),
            date: Timestamp::from_seconds(1_795_000_000),
            content,
            reply_to: None,
            quote: None,
            album: None,
        }
    }

    fn from_sam(content: Content) -> AgentMessage {
        AgentMessage {
            chat: DESK,
            thread: Some(ThreadId(5)),
            from: Some(UserId(42)),
            names: Names(vec!["Sam".to_owned()]),
            message: MessageId(31),
            date: Timestamp::from_seconds(1_795_000_000),
            content,
            reply_to: None,
            quote: None,
            album: None,
        }
    }

    #[test]
    fn every_handler_gets_what_it_asks_for() {
        let given = dependencies(Arc::new(identity()), Update::Unknown);
        dptree::type_check(tree().sig(), &given, &[]);
    }

    #[test]
    fn clients_write_and_give_commands() {
        assert_eq!(
            route(&ann(json!({"text": "my order is lost"}))),
            Event::ClientWrote(from_ann(Content::text("my order is lost")))
        );
        assert_eq!(
            route(&ann(json!({"text": "/start billing"}))),
            Event::ClientCommanded(
                from_ann(Content::text("/start billing")),
                ClientCommand::Start
            )
        );
        assert_eq!(
            route(&ann(json!({"text": "/refund"}))),
            Event::ClientWrote(from_ann(Content::text("/refund")))
        );
        let photo = Content {
            text: Text::plain("/close"),
            ..Content::of(Kind::Photo)
        };
        assert_eq!(
            route(&ann(json!({"photo": [], "caption": "/close"}))),
            Event::ClientWrote(from_ann(photo))
        );
    }

    #[test]
    fn a_message_of_an_unknown_kind_is_a_message() {
        assert_eq!(
            route(&ann(json!({"hologram": {"blocks": [1]}}))),
            Event::ClientWrote(from_ann(Content::of(Kind::Unknown)))
        );
        let rich = Content {
            whole: Some(Whole {
                form: Form::Rich,
                words: Text::plain("hm"),
                holds_more: false,
                is_changed: false,
            }),
            ..Content::of(Kind::Unknown)
        };
        let blocks = json!([1, {"type": "paragraph", "text": "hm"}]);
        assert_eq!(
            route(&ann(json!({"rich_message": {"blocks": blocks}}))),
            Event::ClientWrote(from_ann(rich))
        );
    }

    #[test]
    fn agents_write_in_topics_and_in_general() {
        assert_eq!(
            route(&sam(json!({"text": "which number?"}))),
            Event::AgentWrote(from_sam(Content::text("which number?")))
        );
        assert_eq!(
            route(&sam(json!({"text": "yes", "is_topic_message": false}))),
            Event::AgentWrote(AgentMessage {
                thread: None,
                ..from_sam(Content::text("yes"))
            })
        );
        assert_eq!(
            route(&sam(
                json!({"text": "yes", "reply_to_message": {"message_id": 30, "text": "so?"}})
            )),
            Event::AgentWrote(AgentMessage {
                reply_to: Some(MessageId(30)),
                ..from_sam(Content::text("yes"))
            })
        );
    }

    #[test]
    fn an_anonymous_admin_is_an_agent_without_a_name() {
        let fields = json!({
            "text": "hello",
            "from": {"id": 1_087_968_824, "is_bot": true, "username": "GroupAnonymousBot"},
            "sender_chat": {"id": -1001, "type": "supergroup"},
        });
        assert_eq!(
            route(&sam(fields)),
            Event::AgentWrote(AgentMessage {
                from: None,
                names: Names(vec!["GroupAnonymousBot".to_owned()]),
                ..from_sam(Content::text("hello"))
            })
        );
    }

    #[test]
    fn what_begins_with_a_slash_in_the_desk_is_a_command() {
        let close = AgentCommand::Given(AgentWord::Close, "solved".to_owned());
        assert_eq!(
            route(&sam(json!({"text": "/close@Help_bot solved"}))),
            Event::AgentCommanded(from_sam(Content::text("/close@Help_bot solved")), close)
        );
        let photo = Content {
            text: Text::plain("//for us"),
            ..Content::of(Kind::Photo)
        };
        assert_eq!(
            route(&sam(json!({"photo": [], "caption": "//for us"}))),
            Event::AgentCommanded(
                from_sam(photo),
                AgentCommand::Given(AgentWord::Note, "for us".to_owned())
            )
        );
        let unknown = AgentCommand::Unknown("cloze".to_owned());
        assert_eq!(
            route(&sam(json!({"text": "/cloze"}))),
            Event::AgentCommanded(from_sam(Content::text("/cloze")), unknown)
        );
        assert_eq!(
            route(&sam(json!({"text": "/close@other_bot"}))),
            Event::Ignored(Ignored::NotActedOn)
        );
    }

    #[test]
    fn topics_are_announced_by_their_maker() {
        let created = |maker: i64| {
            sam(json!({
                "message_id": 5,
                "from": {"id": maker, "is_bot": maker == 900},
                "forum_topic_created": {"name": "🟢 SUPP-261120-7F3K2Q", "icon_color": 1},
            }))
        };
        assert_eq!(
            route(&created(900)),
            Event::TopicCreated {
                chat: DESK,
                thread: ThreadId(5),
                title: "🟢 SUPP-261120-7F3K2Q".to_owned(),
            }
        );
        assert_eq!(route(&created(42)), Event::Ignored(Ignored::Service));
        assert_eq!(
            route(&with(created(900), json!({"chat": {"id": -77}}))),
            Event::Ignored(Ignored::OtherChat)
        );
    }

    #[test]
    fn an_upgraded_group_tells_both_numbers() {
        let upgraded = |chat: i64| {
            json!({"update_id": 1, "message": {
                "message_id": 8,
                "from": {"id": 42, "is_bot": false},
                "chat": {"id": chat, "type": "group"},
                "date": 1,
                "migrate_to_chat_id": -1002,
            }})
        };
        assert_eq!(
            route(&upgraded(-500)),
            Event::GroupUpgraded {
                old: OLD_DESK,
                new: ChatId(-1002),
            }
        );
        assert_eq!(route(&upgraded(-501)), Event::Ignored(Ignored::OtherChat));
    }

    #[test]
    fn what_nobody_wrote_for_the_desk_is_ignored_with_its_reason() {
        let robot = json!({"text": "x", "from": {"id": 901, "is_bot": true}});
        let channel = json!({
            "text": "x",
            "from": {"id": 136_817_688, "is_bot": true},
            "sender_chat": {"id": -1009, "type": "channel"},
        });
        for (update, expected) in [
            (sam(robot.clone()), Ignored::Bot),
            (ann(robot), Ignored::Bot),
            (sam(channel), Ignored::Channel),
            (sam(json!({"forum_topic_closed": {}})), Ignored::Service),
            (
                sam(
                    json!({"pinned_message": {"message_id": 4}, "from": {"id": 900, "is_bot": true}}),
                ),
                Ignored::Service,
            ),
            (ann(json!({"write_access_allowed": {}})), Ignored::Service),
            (
                sam(json!({"text": "/close", "chat": {"id": -77, "type": "group"}})),
                Ignored::OtherChat,
            ),
            (
                json!({"update_id": 1, "chat_join_request": {"chat": {"id": -1001}}}),
                Ignored::NotActedOn,
            ),
            (
                json!({"update_id": 1, "subscription": {"id": 1}}),
                Ignored::UnknownUpdate,
            ),
            (json!({"update_id": 1}), Ignored::UnknownUpdate),
        ] {
            assert_eq!(route(&update), Event::Ignored(expected), "{update}");
        }
    }

    #[test]
    fn the_bots_own_memberships() {
        let became = |chat: i64, member: Value| {
            route(&json!({"update_id": 1, "my_chat_member": {
                "chat": {"id": chat}, "from": {"id": 77}, "date": 1,
                "old_chat_member": {"status": "left"}, "new_chat_member": member,
            }}))
        };
        let status = |status: &str| json!({"user": {"id": 900}, "status": status});
        let nothing = Event::Ignored(Ignored::NotActedOn);
        let elsewhere = Event::AddedElsewhere { chat: ChatId(-77) };
        for (chat, member, expected) in [
            (77, status("kicked"), Event::ClientLeft(UserId(77))),
            (77, status("member"), Event::ClientReturned(UserId(77))),
            (77, status("newer"), nothing.clone()),
            (-77, status("member"), elsewhere.clone()),
            (-77, status("administrator"), elsewhere.clone()),
            (
                -77,
                json!({"status": "restricted", "is_member": true}),
                elsewhere,
            ),
            (
                -77,
                json!({"status": "restricted", "is_member": false}),
                nothing.clone(),
            ),
            (-77, status("left"), nothing.clone()),
            (-77, status("kicked"), nothing.clone()),
            (
                -1001,
                json!({"status": "administrator", "can_manage_topics": true}),
                Event::DeskStanding(
                    DESK,
                    Standing::Admin {
                        manages_topics: true,
                        deletes_messages: false,
                    },
                ),
            ),
            (
                -1001,
                status("member"),
                Event::DeskStanding(DESK, Standing::Member),
            ),
            (
                -1001,
                json!({"status": "restricted", "is_member": true, "can_send_messages": true}),
                Event::DeskStanding(DESK, Standing::Member),
            ),
            (
                -1001,
                json!({"status": "restricted", "is_member": true, "can_send_messages": false}),
                Event::DeskStanding(DESK, Standing::Gone),
            ),
            (
                -1001,
                status("kicked"),
                Event::DeskStanding(DESK, Standing::Gone),
            ),
            (
                -1001,
                status("left"),
                Event::DeskStanding(DESK, Standing::Gone),
            ),
            (-1001, status("newer"), nothing),
        ] {
            assert_eq!(became(chat, member.clone()), expected, "{chat} {member}");
        }
    }

    /// The same message as an edit of it.
    fn edited(mut update: Value) -> Value {
        let fields = update.as_object_mut().expect("it is one");
        let message = fields.remove("message").expect("it is a message");
        fields.insert("edited_message".to_owned(), message);
        update
    }

    #[test]
    fn edits_stay_edits_however_they_begin() {
        for text in [
            "my order was lost",
            "/close",
            "//for us",
            "/close@other_bot",
        ] {
            assert_eq!(
                route(&edited(ann(
                    json!({"text": text, "edit_date": 1_795_000_009})
                ))),
                Event::ClientEdited(from_ann(Content::text(text)))
            );
            assert_eq!(
                route(&edited(sam(json!({"text": text})))),
                Event::AgentEdited(from_sam(Content::text(text)))
            );
        }
        let robot = json!({"text": "x", "from": {"id": 901, "is_bot": true}});
        let channel = json!({"text": "x", "sender_chat": {"id": -1009}});
        for (update, expected) in [
            (ann(robot.clone()), Ignored::Bot),
            (sam(robot), Ignored::Bot),
            (sam(channel), Ignored::Channel),
            (sam(json!({"forum_topic_closed": {}})), Ignored::Service),
            (ann(json!({"pinned_message": {}})), Ignored::Service),
            (
                sam(json!({"text": "x", "chat": {"id": -77}})),
                Ignored::OtherChat,
            ),
        ] {
            assert_eq!(route(&edited(update)), Event::Ignored(expected));
        }
    }

    #[test]
    fn a_quote_and_an_album_come_with_the_message() {
        let fields = json!({
            "photo": [], "media_group_id": "G1",
            "reply_to_message": {"message_id": 30, "text": "so what?"},
            "quote": {"text": "what", "position": 3, "is_manual": true},
        });
        assert_eq!(
            route(&sam(fields.clone())),
            Event::AgentWrote(AgentMessage {
                reply_to: Some(MessageId(30)),
                quote: Some(Text::plain("what")),
                album: Some("G1".to_owned()),
                ..from_sam(Content::of(Kind::Photo))
            })
        );
        assert_eq!(
            route(&ann(fields)),
            Event::ClientWrote(ClientMessage {
                reply_to: Some(MessageId(30)),
                quote: Some(Text::plain("what")),
                album: Some("G1".to_owned()),
                ..from_ann(Content::of(Kind::Photo))
            })
        );
    }

    #[test]
    fn reactions_of_people_are_told_and_others_ignored() {
        let reacted = |chat: i64, who: Value| {
            let mut change = json!({
                "chat": {"id": chat}, "message_id": 7, "date": 1, "old_reaction": [],
                "new_reaction": [
                    {"type": "emoji", "emoji": "👍"},
                    {"type": "custom_emoji", "custom_emoji_id": "5"},
                    {"type": "paid"},
                ],
            });
            let Value::Object(who) = who else {
                panic!("fields come as an object")
            };
            change.as_object_mut().expect("it is one").extend(who);
            route(&json!({"update_id": 1, "message_reaction": change}))
        };
        let reactions = vec![
            Reaction::Emoji("👍".to_owned()),
            Reaction::Other,
            Reaction::Other,
        ];
        assert_eq!(
            reacted(77, json!({"user": {"id": 77, "is_bot": false}})),
            Event::ClientReacted {
                from: UserId(77),
                message: MessageId(7),
                reactions: reactions.clone(),
            }
        );
        for (who, by) in [
            (json!({"user": {"id": 42}}), Some(UserId(42))),
            (json!({"actor_chat": {"id": -1001}}), None),
        ] {
            assert_eq!(
                reacted(-1001, who),
                Event::AgentReacted {
                    chat: DESK,
                    by,
                    message: MessageId(7),
                    reactions: reactions.clone(),
                }
            );
        }
        for (chat, who, expected) in [
            (
                -1001,
                json!({"user": {"id": 9, "is_bot": true}}),
                Ignored::Bot,
            ),
            (-1001, json!({"actor_chat": {"id": -5}}), Ignored::Channel),
            (-1001, json!({}), Ignored::Channel),
            (-77, json!({"user": {"id": 42}}), Ignored::OtherChat),
            (77, json!({"user": {"id": 42}}), Ignored::OtherChat),
            (
                77,
                json!({"user": {"id": 77, "is_bot": true}}),
                Ignored::OtherChat,
            ),
        ] {
            assert_eq!(
                reacted(chat, who.clone()),
                Event::Ignored(expected),
                "{chat} {who}"
            );
        }
    }

    #[test]
    fn presses_count_where_their_person_may_be() {
        let pressed = |more: Value| {
            let mut press = json!({
                "id": "4382", "from": {"id": 77, "is_bot": false, "language_code": "ru"},
                "chat_instance": "1",
            });
            let Value::Object(more) = more else {
                panic!("fields come as an object")
            };
            press.as_object_mut().expect("it is one").extend(more);
            route(&json!({"update_id": 1, "callback_query": press}))
        };
        let press = |chat: ChatId| Press {
            id: "4382".to_owned(),
            by: UserId(77),
            language: Some(Language::Russian),
            chat,
            message: MessageId(9),
            data: "rate:5".to_owned(),
        };
        let at = |chat: i64| json!({"chat": {"id": chat}, "message_id": 9, "date": 0});
        assert_eq!(
            pressed(json!({"message": at(77), "data": "rate:5"})),
            Event::ClientPressed(press(ChatId(77)))
        );
        assert_eq!(
            pressed(json!({"message": at(-1001), "data": "rate:5"})),
            Event::AgentPressed(press(DESK))
        );
        for stray in [
            json!({"message": at(78), "data": "rate:5"}),
            json!({"message": at(-77), "data": "rate:5"}),
            json!({"message": at(77)}),
            json!({"message": at(77), "data": 5}),
            json!({"message": {"date": 0}, "data": "rate:5"}),
            json!({"inline_message_id": "1", "data": "rate:5"}),
            json!({"message": at(77), "game_short_name": "chess"}),
        ] {
            assert_eq!(
                pressed(stray.clone()),
                Event::StrayPress {
                    press: "4382".to_owned(),
                    language: Language::Russian,
                },
                "{stray}"
            );
        }
    }

    #[test]
    fn members_of_the_desk_come_and_go() {
        let became = |chat: i64, member: Value| {
            route(&json!({"update_id": 1, "chat_member": {
                "chat": {"id": chat}, "from": {"id": 1}, "date": 1,
                "old_chat_member": {"status": "left"}, "new_chat_member": member,
            }}))
        };
        let sam = json!({
            "id": 42, "is_bot": false, "first_name": "Sam", "last_name": "Hill", "username": "samh",
        });
        for (more, role) in [
            (json!({"status": "creator"}), Some(Role::Admin)),
            (json!({"status": "administrator"}), Some(Role::Admin)),
            (json!({"status": "member"}), Some(Role::Agent)),
            (
                json!({"status": "restricted", "is_member": true}),
                Some(Role::Agent),
            ),
            (json!({"status": "restricted", "is_member": false}), None),
            (json!({"status": "left"}), None),
            (json!({"status": "kicked"}), None),
            (json!({"status": "newer"}), None),
        ] {
            let mut member = more;
            member["user"] = sam.clone();
            assert_eq!(
                became(-1001, member.clone()),
                Event::MemberChanged(
                    DESK,
                    Member {
                        user: UserId(42),
                        names: Names(vec!["Sam".into(), "Hill".into(), "samh".into()]),
                        role,
                    }
                ),
                "{member}"
            );
            assert_eq!(became(-77, member), Event::Ignored(Ignored::OtherChat));
        }
        let robot = json!({"user": {"id": 9, "is_bot": true}, "status": "administrator"});
        assert_eq!(became(-1001, robot), Event::Ignored(Ignored::Bot));
    }

    #[test]
    fn what_is_no_update_is_unreadable() {
        let router = Router::new(identity());
        for raw in [
            "",
            "hello",
            "[]",
            "{\"message\":{}}",
            "{\"update_id\":1,\"edited_message\":{\"message_id\":1}}",
            "{\"update_id\":1,\"message_reaction\":{\"chat\":{\"id\":-1001}}}",
            "{\"update_id\":1,\"callback_query\":{\"id\":\"1\"}}",
            "{\"update_id\":1,\"chat_member\":{\"chat\":{\"id\":-1001}}}",
        ] {
            assert!(router.route(raw).is_err(), "{raw}");
        }
    }
}
