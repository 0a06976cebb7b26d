//! P1 held against everything that anybody could read: what the group saw holds nothing of a
//! client's, what a client saw nothing of anybody else's, and neither does what was sent, stored
//! for the group, or logged.

use std::collections::BTreeSet;

use hushdesk::sandbox::marked::{Finder, Haystack, Marked, Needle};
use hushdesk::sandbox::{CallRecord, Seen};
use serde_json::Value;

use super::checks::rows;
use super::{Scenario, TOKEN};

/// Parameters that say where a call goes or which message it means; nobody is shown them.
const ADDRESSES: [&str; 4] = ["chat_id", "from_chat_id", "user_id", "offset"];

/// What agents are shown out of the database, now or after a move, an edit or a look into the trail.
const READ_BY_AGENTS: [&str; 6] = [
    "SELECT card_lead FROM topics",
    "SELECT subject FROM tickets",
    "SELECT reason || ' ' || before || ' ' || after FROM audit",
    "SELECT content FROM messages WHERE side = 'client'",
    "SELECT answers FROM messages WHERE side = 'client'",
    "SELECT message_versions.content FROM message_versions \
     JOIN messages ON messages.id = message_id WHERE side = 'client'",
];

/// A place where marks must not be.
struct Ground {
    name: String,
    /// Each text alone, to show where a mark was found.
    texts: Vec<String>,
    words: Haystack,
    files: Vec<Haystack>,
}

impl Ground {
    fn new(name: String, texts: Vec<String>) -> Ground {
        Ground {
            name,
            words: Haystack::of_texts(&texts),
            texts,
            files: Vec::new(),
        }
    }

    fn seen(name: String, seen: Vec<Seen>) -> Ground {
        let by_bot = seen.into_iter().filter(|seen| seen.by_bot);
        let (texts, files): (Vec<_>, Vec<_>) = by_bot.map(|seen| (seen.text, seen.files)).unzip();
        let mut ground = Ground::new(name, texts);
        let files = files.iter().flatten();
        ground.files = files.map(|bytes| Haystack::of_bytes(bytes)).collect();
        ground
    }

    fn called(name: String, calls: &[&CallRecord]) -> Ground {
        let texts = calls.iter().map(|call| {
            let mut params = call.params.clone();
            params.retain(|key, _| !ADDRESSES.contains(&key.as_str()));
            let names = call.uploads.iter().map(|upload| upload.file_name.as_str());
            let names: Vec<&str> = names.collect();
            format!("{} {} {names:?}", call.method, Value::Object(params))
        });
        let mut ground = Ground::new(name, texts.collect());
        let uploads = calls.iter().flat_map(|call| &call.uploads);
        ground.files = uploads
            .map(|upload| Haystack::of_bytes(&upload.bytes))
            .collect();
        ground
    }

    /// Every mark that is here, of people to whom `counts` applies.
    fn search(&self, marks: &Marks, counts: impl Fn(&Mark) -> bool, found: &mut Vec<String>) {
        for index in marks.finder.find(&self.words) {
            let mark = &marks.all[index];
            if counts(mark) {
                let texts = self.texts.iter();
                let mut with_it = texts.filter(|text| mark.is_in(&Haystack::of_texts([text])));
                let (text, words) = (with_it.next(), mark.in_words());
                found.push(format!("{words} stands {}: {text:?}", self.name));
            }
        }
        for file in &self.files {
            for index in marks.finder.find(file) {
                let mark = &marks.all[index];
                if counts(mark) {
                    found.push(format!("{} is in a file {}", mark.in_words(), self.name));
                }
            }
        }
    }
}

/// A mark, and whose it is.
struct Mark {
    name: String,
    user: i64,
    needle: Needle,
}

impl Mark {
    fn is_in(&self, haystack: &Haystack) -> bool {
        self.needle.is_in(haystack)
    }

    fn in_words(&self) -> String {
        format!("{}'s {}", self.name, self.needle.what)
    }
}

/// The marks of everybody.
struct Marks {
    all: Vec<Mark>,
    finder: Finder,
}

impl Marks {
    fn of(people: &[Marked], names: &[String]) -> Marks {
        let of_one = |(person, name): (&Marked, &String)| {
            let mark = |needle| Mark {
                name: name.clone(),
                user: person.id(),
                needle,
            };
            person.needles().into_iter().map(mark).collect::<Vec<_>>()
        };
        let all: Vec<Mark> = people.iter().zip(names).flat_map(of_one).collect();
        Marks {
            finder: Finder::new(all.iter().map(|mark| mark.needle.clone())),
            all,
        }
    }
}

impl Scenario {
    pub fn check_taint(&self) {
        let leaks = self.leaks();
        assert!(leaks.is_empty(), "{leaks:#?}\n{}", self.story());
        let log = self.log.text();
        let secret = TOKEN.split(':').next_back().expect("a token has two parts");
        assert!(!log.contains(secret), "the token is in the log");
        if !self.allowed.errors_logged {
            let errors: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
            assert!(errors.is_empty(), "errors were logged: {errors:#?}");
        }
    }

    /// Every mark that stands where it must not.
    pub fn leaks(&self) -> Vec<String> {
        let mut found = Vec::new();
        let names = self.everybody();
        let people: Vec<Marked> = names.iter().map(|name| self.marked(name)).collect();
        let marks = Marks::of(&people, &names);
        let ids = people.iter().map(Marked::id);
        let clients: BTreeSet<i64> = ids.filter(|user| self.is_client(*user)).collect();
        let is_hidden = |mark: &Mark| !self.allowed.lets(&mark.name, &mark.needle);
        self.shown_to_nobody().search(&marks, |_| true, &mut found);
        for ground in self.shown_to_group() {
            let counts = |mark: &Mark| clients.contains(&mark.user) && is_hidden(mark);
            ground.search(&marks, counts, &mut found);
        }
        let calls = self.sandbox.calls();
        for person in &people {
            for ground in self.shown_to_client(person.id(), &calls) {
                let counts = |mark: &Mark| mark.user != person.id() && is_hidden(mark);
                ground.search(&marks, counts, &mut found);
            }
        }
        found
    }

    /// Whether somebody ever wrote to the bot. What the bot shows of an agent to other agents is
    /// no leak.
    fn is_client(&self, user: i64) -> bool {
        let chat = self.sandbox.chat_messages(user);
        chat.iter().any(|message| !message.from_bot)
    }

    fn shown_to_group(&self) -> Vec<Ground> {
        let calls = self.sandbox.calls();
        let into_groups: Vec<&CallRecord> = calls
            .iter()
            .filter(|call| call.chat.is_some_and(|chat| chat < 0))
            .collect();
        let stored = self.database(|db| {
            let mut stored = rows(db, "SELECT call FROM outbox WHERE budget <> 'client'");
            for query in READ_BY_AGENTS {
                stored.extend(rows(db, query));
            }
            stored
        });
        let mut grounds = vec![
            Ground::called("in a call into the group".to_owned(), &into_groups),
            Ground::new("in what is stored for the group".to_owned(), stored),
        ];
        let chats = self.sandbox.chats().into_iter();
        for place in chats.filter(|place| place.chat < 0) {
            let seen = self.sandbox.visible_everything(place);
            grounds.push(Ground::seen("in the group".to_owned(), seen));
        }
        grounds
    }

    fn shown_to_client(&self, user: i64, calls: &[CallRecord]) -> Vec<Ground> {
        let into_chat: Vec<&CallRecord> = calls
            .iter()
            .filter(|call| call.chat == Some(user))
            .collect();
        let stored = self.database(|db| {
            let query = format!(
                "SELECT call FROM outbox JOIN clients ON clients.id = client_id \
                 WHERE budget = 'client' AND telegram_user_id = {user}"
            );
            rows(db, &query)
        });
        let seen = self.sandbox.visible_everything(user);
        vec![
            Ground::seen("in somebody else's chat".to_owned(), seen),
            Ground::called("in a call into somebody else's chat".to_owned(), &into_chat),
            Ground::new("in what is stored for somebody else".to_owned(), stored),
        ]
    }

    /// The log, the metrics, and what the database keeps about calls and timers: marks of nobody.
    fn shown_to_nobody(&self) -> Ground {
        let mut texts = self.database(|db| {
            let mut texts = rows(
                db,
                "SELECT lane || ' ' || cause || ' ' || coalesce(reason, '') FROM outbox",
            );
            texts.extend(rows(db, "SELECT timer FROM timers"));
            texts.extend(rows(db, "SELECT reason FROM inbox"));
            texts
        });
        texts.extend(self.log.text().lines().map(str::to_owned));
        texts.extend(self.metrics().lines().map(str::to_owned));
        let place = "in the log, in the metrics, or in how calls are stored";
        Ground::new(place.to_owned(), texts)
    }
}
