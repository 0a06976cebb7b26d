//! Everything that people do besides writing plain words: all that can be sent, albums, edits,
//! reactions, buttons, taking back. What is drawn follows from a number, so that a seed plays the same.
//! The ledger is told what has to arrive by itself.

use hushdesk::sandbox::content::{self, Piece};
use hushdesk::sandbox::marked::{ALBUMS, KINDS};
use hushdesk::sandbox::{MessageView, Sandbox};

use super::Scenario;
use super::player::{Ledger, Written};

/// What somebody does.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    /// Sends a message of any kind.
    Sends,
    /// Sends an album.
    SendsAlbum,
    /// Changes an own message.
    Edits,
    /// Sets or removes a reaction on any message.
    Reacts,
    /// Takes an own message back.
    TakesBack,
    /// Presses a button of the bot's.
    Presses,
    /// Moves, or stops sharing where they are.
    Moves,
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A client.
    Client,
    /// Sam, in the topic of that client.
    Agent,
}

/// Kinds whose words do not stand on the other side, or only after a question. Films are withheld:
/// those that people have here hold nothing that plays, and cannot be cleaned.
const UNCOUNTED: [&str; 16] = [
    "video",
    "animation",
    "document_mp4",
    "dice",
    "contact",
    "location",
    "live_location",
    "venue",
    "story",
    "game",
    "invoice",
    "paid_media",
    "gift",
    "checklist",
    "giveaway",
    "giveaway_winners",
];
/// An agent may be asked about these.
const ASKED_OF_AGENTS: [&str; 2] = ["voice", "video_note"];
/// What an edit can change of these is the caption and the file.
const MEDIA: [&str; 8] = [
    "photo",
    "video",
    "animation",
    "audio",
    "document_pdf",
    "document_jpeg",
    "document_docx",
    "voice",
];
const REACTIONS: [&str; 3] = ["👍", "🔥", "👎"];

fn pick<T: Copy>(all: &[T], roll: u64) -> T {
    let index = roll % u64::try_from(all.len()).expect("a short list");
    all[usize::try_from(index).expect("a short list")]
}

/// Somebody in a place, ready to act.
struct Stand {
    /// The client whose conversation it is.
    client: i64,
    user: i64,
    chat: i64,
    thread: Option<i64>,
}

impl Scenario {
    /// Does something with what this number draws.
    pub fn does(&mut self, ledger: &mut Ledger, who: Who, name: &str, deed: Deed, roll: u64) {
        let Some(stand) = self.stand(who, name) else {
            return;
        };
        let marks = match who {
            Who::Client => self.marked(name),
            Who::Agent => self.marked("sam"),
        };
        match deed {
            Deed::Sends => {
                let kind = pick(&KINDS, roll);
                let marker = ledger.marker("k");
                let piece = marks.piece(kind, &marker);
                self.may_show(who, name, kind);
                let Some(message) = self.put(&stand, piece, None) else {
                    return;
                };
                let is_asked = who == Who::Agent && ASKED_OF_AGENTS.contains(&kind);
                if !UNCOUNTED.contains(&kind) && !is_asked {
                    ledger.add(who, stand.client, Written::of(kind, marker, message));
                }
            }
            Deed::SendsAlbum => {
                let (kind, items) = (pick(&ALBUMS, roll), 2 + roll / 8 % 3);
                let items = usize::try_from(items).expect("a small album");
                let marker = ledger.marker("b");
                let pieces = marks.album(kind, &marker, items);
                if let Some(message) = self.put_album(&stand, pieces) {
                    // Live photos are copied together, and their words follow.
                    let posts = items + usize::from(kind == "live");
                    let album = Written::album(marker, message, posts);
                    ledger.add(who, stand.client, album);
                }
            }
            Deed::Edits => self.edit(ledger, who, &stand, name, roll),
            Deed::Reacts => self.react(&stand, roll),
            Deed::TakesBack => self.take_back(ledger, who, &stand, roll),
            Deed::Presses => self.press_any(&stand, name, roll),
            Deed::Moves => self.move_any(&stand, roll),
        }
    }

    fn stand(&mut self, who: Who, name: &str) -> Option<Stand> {
        let client = self.person(name);
        match who {
            Who::Client => Some(Stand {
                client,
                user: client,
                chat: client,
                thread: None,
            }),
            Who::Agent => {
                self.agent("sam");
                Some(Stand {
                    client,
                    user: self.person("sam"),
                    chat: self.group,
                    thread: Some(self.live_thread_of(name)?),
                })
            }
        }
    }

    /// What somebody typed, and the name of a set of stickers, go over.
    fn may_show(&mut self, who: Who, name: &str, kind: &str) {
        let (person, marks): (&str, &[&str]) = match (who, kind) {
            (Who::Client, "typed") => (name, &["first_name", "username", "phone"]),
            (Who::Client, "sticker") => (name, &["sticker_set"]),
            (Who::Agent, "sticker") => ("sam", &["sticker_set"]),
            (Who::Agent, "location" | "live_location") => ("sam", &["place"]),
            _ => return,
        };
        for mark in marks {
            self.allowed.reveals(person, mark);
        }
    }

    /// None where an app would not let them: somebody who has blocked the bot cannot write to it.
    fn put(&self, stand: &Stand, piece: Piece, reply_to: Option<i64>) -> Option<i64> {
        self.sandbox.put_files(&piece);
        let (content, now) = (piece.content, self.now());
        self.sandbox
            .person_sends(stand.user, stand.chat, stand.thread, content, reply_to, now)
            .ok()
    }

    fn put_album(&self, stand: &Stand, pieces: Vec<Piece>) -> Option<i64> {
        pieces
            .iter()
            .for_each(|piece| self.sandbox.put_files(piece));
        let contents = pieces.into_iter().map(|piece| piece.content).collect();
        let now = self.now();
        let sent = self.sandbox.person_sends_album(
            stand.user,
            stand.chat,
            stand.thread,
            contents,
            None,
            now,
        );
        sent.ok()?.first().copied()
    }

    fn edit(&mut self, ledger: &mut Ledger, who: Who, stand: &Stand, name: &str, roll: u64) {
        let edit = ledger.marker("e");
        let marks = match who {
            Who::Client => self.marked(name),
            Who::Agent => self.marked("sam"),
        };
        let is_stopped = who == Who::Client && ledger.stopped.contains(&stand.client);
        let Some(written) = ledger.one_of(who, stand.client, roll) else {
            return;
        };
        let words = format!("{} {edit}", written.marker);
        let old = self.sandbox.message(stand.chat, written.message);
        let Some(old) = old.filter(|old| !old.deleted) else {
            return;
        };
        let is_text = old.content["text"].is_string();
        let piece = if is_text {
            Piece::from(content::text(&words))
        } else if MEDIA.contains(&written.kind) && written.kind != "voice" && roll & 1 == 0 {
            marks.piece(written.kind, &words)
        } else if MEDIA.contains(&written.kind) || written.items > 1 {
            let mut content = old.content.clone();
            content["caption"] = words.as_str().into();
            if let Some(fields) = content.as_object_mut() {
                fields.remove("caption_entities");
            }
            Piece::from(content)
        } else {
            return;
        };
        self.sandbox.put_files(&piece);
        let (now, id) = (self.now(), written.message);
        let edited = self
            .sandbox
            .person_edits(stand.user, stand.chat, id, piece.content, now);
        if edited.is_ok() {
            written.edited = Some(edit);
            written.may_be_stopped |= is_stopped;
        }
    }

    fn react(&self, stand: &Stand, roll: u64) {
        let here = standing(&self.sandbox, stand);
        let Some(message) = any(&here, roll) else {
            return;
        };
        let emoji = [pick(&REACTIONS, roll / 3)];
        let set: &[&str] = if roll.is_multiple_of(4) { &[] } else { &emoji };
        let (id, now) = (message.id, self.now());
        // Some messages cannot be reacted to.
        let _set = self
            .sandbox
            .person_reacts(stand.user, stand.chat, id, set, now);
    }

    fn take_back(&mut self, ledger: &mut Ledger, who: Who, stand: &Stand, roll: u64) {
        let Some(written) = ledger.one_of(who, stand.client, roll) else {
            return;
        };
        let command = Piece::from(content::text("/delete"));
        if self.put(stand, command, Some(written.message)).is_some() {
            written.is_gone = true;
        }
    }

    fn press_any(&mut self, stand: &Stand, name: &str, roll: u64) {
        let here = standing(&self.sandbox, stand);
        let with_buttons: Vec<MessageView> = here
            .into_iter()
            .filter(|message| message.from_bot && !message.buttons().is_empty())
            .collect();
        let Some(message) = any(&with_buttons, roll) else {
            return;
        };
        let buttons = message.buttons();
        let (_, data) = &buttons[usize::from(roll / 16 % 2 == 1) % buttons.len()];
        let (id, now) = (message.id, self.now());
        if roll.is_multiple_of(5) {
            // Somebody forges a press of a button that is not theirs.
            let eve = self.person("eve");
            let _press = self.sandbox.person_presses_anyway(eve, eve, id, data, now);
            if eve != stand.user {
                return;
            }
        }
        if data.ends_with(":y") && stand.chat > 0 {
            // What is shared may be seen.
            let shown: &[&str] = if message.text().contains("contact") {
                &["first_name", "last_name", "phone", "id", "mail"]
            } else {
                &["place"]
            };
            for mark in shown {
                self.allowed.reveals(name, mark);
            }
        }
        let _press = self
            .sandbox
            .person_presses(stand.user, stand.chat, id, data, now);
    }

    fn move_any(&self, stand: &Stand, roll: u64) {
        let here = standing(&self.sandbox, stand);
        let moving: Vec<MessageView> = here
            .into_iter()
            .filter(|message| message.sender == stand.user)
            .filter(|message| message.content["location"]["live_period"].is_number())
            .collect();
        let Some(message) = any(&moving, roll) else {
            return;
        };
        let (id, now) = (message.id, self.now());
        let _moved = if roll.is_multiple_of(3) {
            self.sandbox
                .person_stops_moving(stand.user, stand.chat, id, now)
        } else {
            let to = (f64::from(u16::try_from(roll % 90).expect("small")), 4.0);
            self.sandbox
                .person_moves(stand.user, stand.chat, id, to, now)
        };
    }
}

/// What stands where somebody is.
fn standing(sandbox: &Sandbox, stand: &Stand) -> Vec<MessageView> {
    let all = sandbox.chat_messages(stand.chat).into_iter();
    all.filter(|message| !message.deleted && !message.service && message.thread == stand.thread)
        .collect()
}

fn any(messages: &[MessageView], roll: u64) -> Option<&MessageView> {
    let count = u64::try_from(messages.len()).expect("a short chat");
    let index = roll.checked_rem(count)?;
    messages.get(usize::try_from(index).expect("a short chat"))
}
