//! The sandbox against two independent readings of the Bot API: the published schema as data
//! (`BOT_API_SCHEMA` names the file), and the types of the `frankenstein` crate.

mod types;

use frankenstein::response::{ErrorResponse, MethodResponse};
use frankenstein::stickers::Sticker;
use frankenstein::types::{
    BotCommand, ChatFullInfo, ChatMember, File, ForumTopic, Message, MessageId, Poll, User,
};
use frankenstein::updates::{Update, UpdateContent, WebhookInfo};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use hushdesk::sandbox::marked::{self, KINDS};
use hushdesk::sandbox::{
    Parameter, Person, Right, Rights, Sandbox, Settings, Shape, Status, content, published_methods,
};

const TOKEN: &str = "7:secret";
const BOT: i64 = 7;
const ANN: i64 = 101;
const SAM: i64 = 201;
const NOW: i64 = 1_800_000_000_000;

#[test]
fn the_table_agrees_with_the_published_schema() {
    let Ok(path) = std::env::var("BOT_API_SCHEMA") else {
        eprintln!("skipped: BOT_API_SCHEMA names no file");
        return;
    };
    let text = std::fs::read_to_string(&path).expect("BOT_API_SCHEMA can be read");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let mut problems = Vec::new();
    for (name, parameters) in published_methods() {
        match &schema["methods"][name] {
            Value::Object(method) => compare(name, &parameters, method, &mut problems),
            _ => problems.push(format!("{name} is not published")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Every parameter of the table exists with the same shape and need; no required one is missing.
fn compare(
    name: &str,
    parameters: &[Parameter],
    method: &Map<String, Value>,
    problems: &mut Vec<String>,
) {
    let fields: Vec<Value> = method
        .get("fields")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    for parameter in parameters {
        let Some(field) = fields.iter().find(|field| field["name"] == parameter.name) else {
            problems.push(format!("{name}.{} is not published", parameter.name));
            continue;
        };
        if field["required"] != parameter.required {
            problems.push(format!("{name}.{}: required differs", parameter.name));
        }
        let published = shape(&field["types"]);
        if published != parameter.shape {
            problems.push(format!(
                "{name}.{}: {:?}, published as {published:?}",
                parameter.name, parameter.shape
            ));
        }
    }
    for field in &fields {
        let is_known = parameters
            .iter()
            .any(|parameter| field["name"] == parameter.name);
        if !is_known {
            problems.push(format!("{name}.{} is not in the table", field["name"]));
        }
    }
}

fn shape(types: &Value) -> Shape {
    let names: Vec<&str> = types
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match names.as_slice() {
        ["Integer"] => Shape::Integer,
        ["Float"] => Shape::Float,
        ["Boolean"] => Shape::Boolean,
        ["String"] => Shape::Text,
        ["Integer", "String"] => Shape::ChatId,
        ["InputFile"] | ["InputFile", "String"] => Shape::File,
        [first, ..] if first.starts_with("Array of") => Shape::Array,
        _ => Shape::Object,
    }
}

struct Desk {
    sandbox: Sandbox,
    group: i64,
}

impl Desk {
    fn new() -> Desk {
        let sandbox = Sandbox::new(Settings::without_limits());
        sandbox.register_bot(TOKEN, BOT, "desk_bot");
        sandbox.add_person(Person {
            last_name: Some("Lee".to_owned()),
            username: Some("ann_lee".to_owned()),
            language_code: Some("en".to_owned()),
            ..Person::named(ANN, "Ann")
        });
        sandbox.add_person(Person::named(SAM, "Sam"));
        let group = sandbox.add_supergroup("Desk", true, NOW);
        let desk = Desk { sandbox, group };
        desk.get::<Vec<Update>>(
            "getUpdates",
            json!({"allowed_updates": ["message", "edited_message", "callback_query",
                "my_chat_member", "chat_member", "message_reaction"]}),
        );
        desk.sandbox.add_member(group, SAM, Status::Creator, NOW);
        let rights = Status::Administrator(Rights::all());
        desk.sandbox.add_member(group, BOT, rights, NOW);
        desk.says(content::text("hi"));
        desk
    }

    fn says(&self, content: Value) -> i64 {
        self.sandbox
            .person_sends(ANN, ANN, None, content, None, NOW)
            .expect("a client may write")
    }

    /// A call whose result has to be readable as `T`.
    #[track_caller]
    fn get<T: DeserializeOwned>(&self, method: &str, params: Value) -> T {
        let params = params.as_object().cloned().expect("an object literal");
        let answer = self.sandbox.call(TOKEN, method, &params, NOW);
        let body = answer.body().expect("the call is answered");
        let response: MethodResponse<T> =
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{method}: {error}\n{body}"));
        response.result
    }
}

#[test]
fn answers_are_what_the_methods_promise() {
    let desk = Desk::new();
    let group = desk.group;
    assert_eq!(desk.get::<User>("getMe", json!({})).id, 7);
    desk.get::<WebhookInfo>("getWebhookInfo", json!({}));
    desk.get::<ChatFullInfo>("getChat", json!({"chat_id": group}));
    desk.get::<ChatFullInfo>("getChat", json!({"chat_id": ANN}));
    desk.get::<Vec<Sticker>>("getForumTopicIconStickers", json!({}));
    let commands = json!({"commands": [{"command": "help", "description": "Help"}],
        "scope": {"type": "all_private_chats"}, "language_code": "en"});
    assert!(desk.get::<bool>("setMyCommands", commands.clone()));
    let scope = json!({"scope": commands["scope"], "language_code": "en"});
    assert_eq!(desk.get::<Vec<BotCommand>>("getMyCommands", scope).len(), 1);
    let topic: ForumTopic = desk.get("createForumTopic", json!({"chat_id": group, "name": "T"}));
    let reply = json!({"chat_id": group, "message_thread_id": topic.message_thread_id,
        "text": "<b>card</b>", "parse_mode": "HTML",
        "reply_parameters": {"message_id": topic.message_thread_id},
        "reply_markup": {"inline_keyboard": [[{"text": "Claim", "callback_data": "c"}]]}});
    let sent: Message = desk.get("sendMessage", reply);
    assert_eq!(sent.message_thread_id, Some(topic.message_thread_id));
    let copy = json!({"chat_id": group, "from_chat_id": ANN, "message_id": 1});
    desk.get::<MessageId>("copyMessage", copy);
    let batch = json!({"chat_id": group, "from_chat_id": ANN, "message_ids": [1]});
    assert_eq!(desk.get::<Vec<MessageId>>("copyMessages", batch).len(), 1);
    assert_eq!(desk.sandbox.violations(), [] as [&str; 0]);
}

#[test]
fn every_status_of_a_member_can_be_read() {
    let desk = Desk::new();
    let statuses = [
        Status::Creator,
        Status::Administrator(Rights::of(&[Right::ManageTopics])),
        Status::Member,
        Status::Restricted {
            is_member: true,
            may_send: false,
        },
        Status::Left,
        Status::Kicked,
    ];
    for status in statuses {
        desk.sandbox.set_member(desk.group, ANN, status, NOW);
        let params = json!({"chat_id": desk.group, "user_id": ANN});
        let member: ChatMember = desk.get("getChatMember", params);
        let kind = format!("{member:?}");
        assert!(!kind.is_empty(), "{status:?}");
    }
    let admins: Vec<ChatMember> = desk.get("getChatAdministrators", json!({"chat_id": desk.group}));
    assert_eq!(admins.len(), 2);
}

#[test]
fn every_kind_of_content_can_be_sent_and_read() {
    let desk = Desk::new();
    let contents = [
        content::photo("p", "caption"),
        content::document("d", "a.pdf", "application/pdf", ""),
        content::video("v", ""),
        content::audio("a", "P", "T"),
        content::voice("o"),
        content::video_note("n"),
        content::sticker("s", "Set"),
    ];
    for content in contents {
        let kind = content
            .as_object()
            .and_then(|fields| fields.keys().find(|key| *key != "caption").cloned());
        let kind = kind.expect("content has a key");
        let file_id = match &content[&kind] {
            Value::Array(sizes) => sizes[0]["file_id"].clone(),
            one => one["file_id"].clone(),
        };
        desk.says(content);
        let method = format!("send{}", kind.replace('_', ""));
        desk.get::<Message>(&method, json!({"chat_id": ANN, (kind): file_id}));
        let file: File = desk.get("getFile", json!({"file_id": file_id}));
        assert!(file.file_path.is_some());
    }
    let plain = [
        (
            "sendLocation",
            json!({"latitude": 1.5, "longitude": 2.5, "live_period": 900}),
        ),
        (
            "sendVenue",
            json!({"latitude": 1, "longitude": 2, "title": "T", "address": "A"}),
        ),
        (
            "sendContact",
            json!({"phone_number": "+1", "first_name": "N"}),
        ),
        ("sendDice", json!({"emoji": "🎯"})),
        (
            "sendPoll",
            json!({"question": "Q", "options": [{"text": "a"}, {"text": "b"}]}),
        ),
    ];
    for (method, mut params) in plain {
        params["chat_id"] = ANN.into();
        let sent: Message = desk.get(method, params);
        if method == "sendPoll" {
            let stop = json!({"chat_id": ANN, "message_id": sent.message_id});
            assert!(desk.get::<Poll>("stopPoll", stop).is_closed);
        }
        if method == "sendLocation" {
            let stop = json!({"chat_id": ANN, "message_id": sent.message_id});
            desk.get::<Message>("stopMessageLiveLocation", stop);
        }
    }
    let item = json!({"type": "photo", "media": "photo-p-m"});
    let album = json!({"chat_id": ANN, "media": [item, item]});
    assert_eq!(desk.get::<Vec<Message>>("sendMediaGroup", album).len(), 2);
    assert_eq!(desk.sandbox.violations(), [] as [&str; 0]);
}

#[test]
fn updates_of_every_kind_can_be_read() {
    let desk = Desk::new();
    let (sandbox, group) = (&desk.sandbox, desk.group);
    let topic: ForumTopic = desk.get("createForumTopic", json!({"chat_id": group, "name": "T"}));
    let thread = topic.message_thread_id;
    let in_topic = json!({"chat_id": group, "message_thread_id": thread});
    let mut send = in_topic.clone();
    send["text"] = "x".into();
    send["reply_markup"] = json!({"inline_keyboard": [[{"text": "C", "callback_data": "c"}]]});
    let sent: Message = desk.get("sendMessage", send);
    let id = i64::from(sent.message_id);
    desk.get::<bool>(
        "pinChatMessage",
        json!({"chat_id": group, "message_id": id}),
    );
    desk.get::<bool>("closeForumTopic", in_topic.clone());
    desk.get::<bool>("reopenForumTopic", in_topic);
    play(sandbox, group, i64::from(thread), id);
    let updates: Vec<Update> = desk.get("getUpdates", json!({}));
    let count = |wanted: fn(&UpdateContent) -> bool| {
        updates
            .iter()
            .filter(|update| wanted(&update.content))
            .count()
    };
    assert_eq!(
        count(|content| matches!(content, UpdateContent::EditedMessage(_))),
        1
    );
    assert_eq!(
        count(|content| matches!(content, UpdateContent::CallbackQuery(_))),
        2
    );
    assert_eq!(
        count(|content| matches!(content, UpdateContent::MessageReaction(_))),
        1
    );
    assert_eq!(
        count(|content| matches!(content, UpdateContent::MyChatMember(_))),
        3
    );
    assert_eq!(
        count(|content| matches!(content, UpdateContent::ChatMember(_))),
        1
    );
    let messages = count(|content| matches!(content, UpdateContent::Message(_)));
    assert_eq!(messages + 8, updates.len());
}

/// Everything that people can do to a bot.
fn play(sandbox: &Sandbox, group: i64, thread: i64, id: i64) {
    let reply = content::text("re @ann_lee");
    let at = Some(thread);
    sandbox
        .person_sends(SAM, group, at, reply, Some(id), NOW)
        .expect("an agent may write");
    sandbox
        .person_sends(SAM, group, None, content::text("x"), None, NOW)
        .expect("in General");
    let mine = sandbox
        .person_sends(SAM, group, at, content::text("a"), None, NOW)
        .expect("plain");
    sandbox
        .person_edits(SAM, group, mine, content::text("b"), NOW)
        .expect("his own message");
    sandbox
        .person_reacts(SAM, group, id, &["👍"], NOW)
        .expect("the message is there");
    sandbox
        .person_presses(SAM, group, id, "c", NOW)
        .expect("the button is there");
    sandbox.delete_message(group, id);
    sandbox
        .person_presses_anyway(SAM, group, id, "c", NOW)
        .expect("an old app presses");
    sandbox.person_blocks(ANN, NOW);
    sandbox.person_unblocks(ANN, NOW);
    sandbox.set_anonymous(group, SAM, true, Some("Boss"));
    sandbox
        .person_sends(SAM, group, at, content::text("x"), None, NOW)
        .expect("anonymously");
    sandbox
        .linked_channel_posts(-1_005, group, content::text("news"), NOW)
        .expect("a post");
    sandbox
        .rename_topic(SAM, (group, thread), "New", NOW)
        .expect("the owner may rename");
    let album = vec![content::photo("a", ""), content::photo("b", "")];
    sandbox
        .person_sends_album(ANN, ANN, None, album, None, NOW)
        .expect("an album");
    for content in [
        content::contact("+1", "N", ANN),
        content::dice("🎲", 3),
        content::live_location(1.0, 2.0, 900),
    ] {
        sandbox
            .person_sends(ANN, ANN, None, content, None, NOW)
            .expect("anything can be sent");
    }
    sandbox.add_person(Person::named(301, "Kim"));
    sandbox.add_member(group, 301, Status::Member, NOW);
}

#[test]
fn refusals_can_be_read() {
    let desk = Desk::new();
    let params = json!({"chat_id": 5, "text": "x"});
    let params = params.as_object().expect("an object literal");
    let answer = desk.sandbox.call(TOKEN, "sendMessage", params, NOW);
    let error: ErrorResponse =
        serde_json::from_str(answer.body().expect("an answer")).expect("an error object");
    assert_eq!(error.description, "Bad Request: chat not found");
    desk.sandbox.hold_chat(ANN, 35, NOW);
    let params = json!({"chat_id": ANN, "text": "x"});
    let params = params.as_object().expect("an object literal");
    desk.sandbox
        .change_settings(|settings| settings.penalty_growth = 0);
    let answer = desk.sandbox.call(TOKEN, "sendMessage", params, NOW);
    let error: ErrorResponse =
        serde_json::from_str(answer.body().expect("an answer")).expect("an error object");
    let waits = error
        .parameters
        .and_then(|parameters| parameters.retry_after);
    assert_eq!(waits, Some(35));
}

#[test]
fn whatever_people_send_can_be_read() {
    let desk = Desk::new();
    let kim = marked::person(7_310_002_223, "kim");
    desk.sandbox.add_person(kim.account());
    desk.get::<Vec<Update>>("getUpdates", json!({"offset": -1}));
    for kind in KINDS {
        let piece = kim.piece(kind, "look");
        desk.sandbox.put_files(&piece);
        desk.says(piece.content);
        let updates: Vec<Update> = desk.get("getUpdates", json!({"offset": -1}));
        let [update] = updates.as_slice() else {
            panic!("{kind}: {updates:?}");
        };
        let UpdateContent::Message(message) = &update.content else {
            panic!("{kind}: {update:?}");
        };
        // The library is older than the newest kinds.
        let is_text = message.text.is_some() || message.caption.is_some();
        assert!(is_text || !kind.contains("text"), "{kind}");
    }
}
