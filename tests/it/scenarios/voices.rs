//! Further bots that post texts of clients: everything about such a post works as about the main bot's,
//! and one that cannot post any more is missed by nobody.

use std::time::Duration;

use hushdesk::sandbox::{
    Fault, FaultRule, MessageView, Place, Right, Rights, Settings, Status, content,
};

use super::carrying::open_ticket;
use crate::harness::{BOT, Reads, Scenario, Setup, VOICES, bot_test_with};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const VOICE: i64 = VOICES[0].1;

pub fn with_voice() -> Setup {
    Setup {
        voices: 1,
        ..Setup::default()
    }
}

/// A text of ann that the voice has posted, with its number in her chat.
pub fn posted_by_voice(t: &mut Scenario, text: &str) -> (MessageView, i64) {
    let sent = t.client("ann").drops(content::text(text), None);
    t.run();
    let post = t.topic("ann").next();
    assert_eq!((post.text(), post.sender), (text, VOICE));
    (post, sent)
}

/// Who made the last call of a method into the group.
fn last_caller(t: &Scenario, method: &str) -> i64 {
    let calls = t.sandbox.calls().into_iter().rev();
    let mut into_group = calls.filter(|call| call.chat == Some(t.group));
    into_group
        .find(|call| call.method == method)
        .map_or(0, |call| call.bot)
}

#[test]
fn texts_are_shared_among_the_bots_and_stay_in_order() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        let texts = ["one", "two", "three", "four", "five"];
        for text in texts {
            t.client("ann").drops(content::text(text), None);
        }
        t.pass(MINUTE);
        let mut senders = Vec::new();
        for text in texts {
            let post = t.topic("ann").next();
            assert_eq!(post.text(), text);
            senders.push(post.sender);
        }
        assert!(
            senders.contains(&BOT) && senders.contains(&VOICE),
            "{senders:?}"
        );
    });
}

#[test]
fn only_texts_go_by_a_voice() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        for number in 0..3 {
            t.client("ann")
                .sends(content::photo(&format!("p{number}"), "look"));
            assert_eq!(t.topic("ann").expect_kind("photo").sender, BOT);
        }
        posted_by_voice(t, "did you see them?");
    });
}

#[test]
fn an_answer_to_a_voices_post_reaches_the_client() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        let (post, _) = posted_by_voice(t, "where is it?");
        let reply = t.agent("sam").replies_in("ann", post.id, "on its way");
        t.client("ann").expect_reply_to("where is it?");
        t.topic("ann").expect_mark(reply, "👌");
    });
}

#[test]
fn the_voice_changes_what_it_has_posted() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        let (_, sent) = posted_by_voice(t, "where is it?");
        t.client("ann")
            .edits(sent, content::text("where are they?"));
        t.topic("ann").expect_edited("where are they?");
        assert_eq!(last_caller(t, "editMessageText"), VOICE);
    });
}

#[test]
fn the_voice_takes_back_what_it_has_posted() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        let (post, sent) = posted_by_voice(t, "my number is wrong");
        t.client("ann").replies(sent, "/delete");
        t.client("ann").expect_part("Deleted");
        t.topic("ann").expect_gone("my number is wrong");
        let gone = t.sandbox.message(t.group, post.id).expect("it was there");
        assert!(gone.deleted);
    });
}

/// Seed 54770: the main bot may only delete what it has posted itself.
#[test]
fn the_voice_takes_away_what_it_posted_while_there_were_no_topics() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        posted_by_voice(t, "first");
        let now = t.now();
        let rights = Rights::all().with(Right::DeleteMessages, false);
        t.sandbox
            .set_member(t.group, BOT, Status::Administrator(rights), now);
        t.run();
        t.general().expect_part("Delete Messages");
        t.sandbox.set_forum_mode(t.group, false);
        for text in ["one", "two", "three"] {
            t.client("ann").drops(content::text(text), None);
        }
        t.pass(MINUTE);
        t.sandbox.set_forum_mode(t.group, true);
        t.pass(5 * MINUTE);
        for text in ["one", "two", "three"] {
            t.topic("ann").expect(text);
        }
        let calls = t.sandbox.calls().into_iter();
        let deleted: Vec<(i64, u16)> = calls
            .filter(|call| call.method == "deleteMessage")
            .map(|call| (call.bot, call.status))
            .collect();
        assert_eq!(deleted, [(VOICE, 200)]);
        super::pacing::reads_everything(t);
    });
}

#[test]
fn reactions_meet_on_a_voices_post() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        let (post, sent) = posted_by_voice(t, "where is it?");
        t.client("ann").reacts(sent, "👍");
        let shown = t
            .sandbox
            .message(t.group, post.id)
            .expect("it stands there");
        let by_voice = shown.reactions.iter().find(|(actor, _)| *actor == VOICE);
        assert_eq!(
            by_voice.map(|(_, emoji)| emoji.as_slice()),
            Some(&["👍".to_owned()][..])
        );
        t.agent("sam").in_topic_of("ann").reacts(post.id, "🎉");
        t.client("ann")
            .expect_reaction_on("where is it?", Some("🎉"));
    });
}

#[test]
fn whoever_writes_to_a_voice_is_sent_to_the_main_bot() {
    bot_test_with(with_voice(), |t| {
        let bob = t.person("bob");
        let its_chat = Place {
            bot: VOICE,
            chat: bob,
        };
        for text in ["/start", "hello?"] {
            let now = t.now();
            t.sandbox
                .person_sends(bob, its_chat, None, content::text(text), None, now)
                .expect("bob may write to any bot");
            t.run();
        }
        let told = t.sandbox.chat_messages(its_chat);
        let told: Vec<&str> = told
            .iter()
            .filter(|message| message.from_bot)
            .map(MessageView::text)
            .collect();
        assert_eq!(
            told,
            ["Please write to @hush_desk_bot: messages to me are not read."]
        );
        t.client("bob").says("here I am");
        t.client("bob").expect_part("created");
        t.topic("bob").expect_card("here I am");
    });
}

/// Each bot has a chat of its own with them.
#[test]
fn a_voice_that_has_to_leave_a_client_alone_does_not_keep_the_main_bot_from_them() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        let ann = t.person("ann");
        let its_chat = Place {
            bot: VOICE,
            chat: ann,
        };
        t.sandbox.plan(FaultRule {
            bot: Some(VOICE),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 1_800 })
        });
        let now = t.now();
        t.sandbox
            .person_sends(ann, its_chat, None, content::text("/start"), None, now)
            .expect("ann may write to any bot");
        t.run();
        assert_eq!(t.sandbox.planned_faults(), 0, "{}", t.story());
        let before = t.now();
        t.agent("sam").writes_in("ann", "here we are");
        t.client("ann").expect("Live Support: here we are");
        assert!(t.now() - before < 3_000, "the reply waits for nobody");
        let seconds = Duration::from_secs(2_000);
        t.pass(seconds);
        let told = t.sandbox.chat_messages(its_chat);
        assert_eq!(told.iter().filter(|message| message.from_bot).count(), 1);
    });
}

/// Clients write more than one budget takes; how many calls into the group there were in the tenth minute
/// after that began, and how many floods in all.
fn tenth_minute(together: bool) -> (usize, usize) {
    let mut sandbox = Settings {
        busy_loop_guard: false,
        absorb_ms: 8_000,
        ..Settings::default()
    };
    sandbox.unconfirmed.groups_count_bots_together = together;
    let setup = Setup {
        sandbox,
        limits: super::pacing::unlimited(),
        ..with_voice()
    };
    let mut counted = (0, 0);
    bot_test_with(setup, |t| {
        t.agent("sam");
        let names = ["ann", "bob", "eve", "joe", "kim", "lea"];
        for name in names {
            t.client(name).says("hello");
        }
        let start = t.now();
        for _minute in 0..11 {
            for round in 0..10 {
                for name in names {
                    let text = format!("{} {round}", t.now());
                    t.client(name).drops(content::text(&text), None);
                }
                t.pass(Duration::from_secs(6));
            }
        }
        let calls = t.sandbox.calls();
        let minute = start + 10 * 60_000..start + 11 * 60_000;
        let made = calls.iter().filter(|call| {
            call.chat == Some(t.group) && call.status == 200 && minute.contains(&call.at_ms)
        });
        counted = (
            made.count(),
            calls.iter().filter(|call| call.status == 429).count(),
        );
        t.pass(60 * MINUTE);
        super::pacing::reads_everything(t);
    });
    counted
}

#[test]
fn the_budget_grows_where_each_bot_is_counted_by_itself() {
    let (calls, floods) = tenth_minute(false);
    assert!(calls >= 38, "{calls} calls");
    assert_eq!(floods, 0);
}

#[test]
fn nothing_floods_where_the_bots_are_counted_together() {
    let (calls, floods) = tenth_minute(true);
    assert!((19..=20).contains(&calls), "{calls} calls");
    assert_eq!(floods, 0);
}

/// Each bot is counted by itself, and there is one voice.
pub fn counting_apart() -> Setup {
    let mut sandbox = Settings {
        busy_loop_guard: false,
        absorb_ms: 8_000,
        ..Settings::default()
    };
    sandbox.unconfirmed.groups_count_bots_together = false;
    Setup {
        sandbox,
        limits: super::pacing::unlimited(),
        ..with_voice()
    }
}

pub fn counts_apart(t: &Scenario) -> bool {
    t.database(|db| db.query_row("SELECT is_apart FROM counting", [], |row| row.get(0)))
        .unwrap_or(false)
}

/// Clients write so much for so long that it shows how Telegram counts.
pub fn learn_it(t: &mut Scenario) {
    open_ticket(t);
    t.client("bob").says("hi");
    for _minute in 0..8 {
        for round in 0..30 {
            let text = format!("{} {round}", t.now());
            let name = if round % 2 == 0 { "ann" } else { "bob" };
            t.client(name).drops(content::text(&text), None);
            t.pass(Duration::from_secs(2));
        }
    }
    assert!(counts_apart(t));
}

#[test]
fn what_was_learnt_survives_a_restart_and_a_flood_takes_it_back() {
    bot_test_with(counting_apart(), |t| {
        learn_it(t);
        t.kill();
        t.start();
        assert!(counts_apart(t), "it is stored");
        t.sandbox.plan(FaultRule::once(
            "sendMessage",
            Fault::RetryAfter { seconds: 5 },
        ));
        t.client("ann").says("once more");
        assert!(!counts_apart(t));
        t.pass(60 * MINUTE);
        super::pacing::reads_everything(t);
    });
}

#[test]
fn while_an_album_waits_for_room_the_voice_goes_on() {
    bot_test_with(counting_apart(), |t| {
        learn_it(t);
        t.pass(10 * MINUTE);
        super::pacing::reads_everything(t);
        // Too few places are left to the main bot.
        for number in 0..12 {
            let sticker = content::sticker(&format!("s{number}"), "set");
            t.client("ann").drops(sticker, None);
        }
        t.run();
        let photos = (0..10)
            .map(|number| content::photo(&format!("p{number}"), "").into())
            .collect();
        t.client("bob").drops_album(photos, None);
        t.pass(Duration::from_secs(5));
        super::pacing::reads_everything(t);
        let before = t.now();
        t.client("ann").says("while it waits");
        let post = t.topic("ann").next();
        assert_eq!((post.text(), post.sender), ("while it waits", VOICE));
        assert!(t.now() - before < 5_000, "{}", t.story());
        assert!(t.topic("bob").try_next().is_none(), "the album waits");
        t.pass(MINUTE);
        t.topic("bob").expect_album(10);
    });
}
