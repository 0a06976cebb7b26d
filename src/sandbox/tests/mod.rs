//! Whole-model tests: a bot, a client, an agent, a forum.

mod chats;
mod copies;
mod deletes;
mod downloads;
mod edits;
mod failures;
mod media;
mod messages;
mod replies;
mod topics;
mod touches;
mod visible;

use serde_json::{Value, json};

use crate::sandbox::content::Piece;
use crate::sandbox::{Answer, Person, Right, Rights, Sandbox, Settings, Status, Upload};

pub(crate) const TOKEN: &str = "7:secret";
pub(crate) const BOT: i64 = 7;
pub(crate) const ANN: i64 = 101;
pub(crate) const SAM: i64 = 201;
pub(crate) const NOW: i64 = 1_800_000_000_000;

/// A desk with one client and one agent; times are milliseconds after [`NOW`].
pub(crate) struct Desk {
    pub sandbox: Sandbox,
    pub group: i64,
}

impl Desk {
    pub fn new() -> Desk {
        Desk::with(Settings::without_limits())
    }

    pub fn with(settings: Settings) -> Desk {
        let sandbox = Sandbox::new(settings);
        sandbox.register_bot(TOKEN, BOT, "desk_bot");
        sandbox.add_person(Person {
            last_name: Some("Lee".to_owned()),
            username: Some("ann_lee".to_owned()),
            ..Person::named(ANN, "Ann")
        });
        sandbox.add_person(Person::named(SAM, "Sam"));
        let group = sandbox.add_supergroup("Desk", true, NOW);
        sandbox.add_member(group, SAM, Status::Creator, NOW);
        sandbox.add_member(group, BOT, Status::Administrator(Rights::all()), NOW);
        let desk = Desk { sandbox, group };
        desk.updates();
        desk
    }

    pub fn try_call(&self, method: &str, params: Value, at_ms: i64) -> Answer {
        let params = params.as_object().cloned().expect("an object literal");
        self.sandbox.call(TOKEN, method, &params, NOW + at_ms)
    }

    #[track_caller]
    pub fn call(&self, method: &str, params: Value) -> Value {
        let answer = self.try_call(method, params, 0);
        answer
            .result()
            .unwrap_or_else(|| panic!("{method} was refused: {answer:?}"))
    }

    #[track_caller]
    pub fn refused(&self, method: &str, params: Value) -> String {
        let answer = self.try_call(method, params, 0);
        match answer.refusal() {
            Some((code, text)) => format!("{code} {text}"),
            None => panic!("{method} was not refused: {answer:?}"),
        }
    }

    /// Fetches and confirms everything.
    pub fn updates(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut offset = 0;
        loop {
            let params = json!({"offset": offset, "allowed_updates": [
                "message", "edited_message", "callback_query", "my_chat_member", "chat_member",
                "message_reaction"]});
            let batch = self.call("getUpdates", params);
            let batch = batch.as_array().cloned().expect("a list of updates");
            let Some(last) = batch.last() else {
                return all;
            };
            offset = last["update_id"].as_i64().expect("an id") + 1;
            all.extend(batch);
        }
    }

    #[track_caller]
    pub fn ann_sends(&self, piece: impl Into<Piece>) -> i64 {
        let piece = piece.into();
        self.sandbox.put_files(&piece);
        self.sandbox
            .person_sends(ANN, ANN, None, piece.content, None, NOW)
            .expect("a client may send anything")
    }

    /// A call with one file, put into the field that is named.
    pub fn upload(&self, method: &str, params: Value, field: &str, file: (&str, &str)) -> Answer {
        let upload = Upload {
            field: field.to_owned(),
            file_name: file.0.to_owned(),
            mime_type: file.1.to_owned(),
            bytes: b"bytes".as_slice().into(),
        };
        let params = params.as_object().expect("an object literal");
        let sandbox = &self.sandbox;
        sandbox.call_with_files(TOKEN, method, params, &[upload], NOW)
    }

    #[track_caller]
    pub fn ann_writes(&self, text: &str) -> i64 {
        let content = json!({ "text": text });
        self.sandbox
            .person_sends(ANN, ANN, None, content, None, NOW)
            .expect("a client may write to the bot")
    }

    #[track_caller]
    pub fn sam_writes(&self, thread: Option<i64>, text: &str) -> i64 {
        let content = json!({ "text": text });
        self.sandbox
            .person_sends(SAM, self.group, thread, content, None, NOW)
            .expect("an agent may write to the group")
    }

    #[track_caller]
    pub fn topic(&self, name: &str) -> i64 {
        self.call(
            "createForumTopic",
            json!({"chat_id": self.group, "name": name}),
        )["message_thread_id"]
            .as_i64()
            .expect("a topic has an id")
    }

    pub fn forbid(&self, right: Right) {
        self.sandbox.set_right(self.group, BOT, right, false, NOW);
    }

    #[track_caller]
    pub fn expect_no_violation(&self) {
        assert_eq!(self.sandbox.violations(), [] as [&str; 0]);
    }
}
