//! The end of a course that nobody knows beforehand: all trouble is over, and what the ledger holds has to
//! stand where it belongs, once and in order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hushdesk::domain::ids::ChatId;
use hushdesk::sandbox::{MessageView, Rights, Status};
use hushdesk::store::topics;
use serde_json::Value;

use super::arrivals::{Post, Sightings, posts};
use super::player::{Ledger, Written};
use super::{BOT, Scenario};

impl Scenario {
    /// Ends all trouble that ends at all.
    pub fn ends_trouble(&mut self, ledger: &mut Ledger) {
        self.sandbox.clear_faults();
        self.wire.set_offline(false);
        self.locks_database(false);
        self.fills_disk(false);
        self.heals_groups();
        ledger.without_bot.clear();
        ledger.without_topics.clear();
        let now = self.now();
        for (_, user) in self.cast.people.clone() {
            self.sandbox.person_unblocks(user, now);
        }
    }

    /// Demands that everything has arrived, once all trouble has ended.
    pub fn converge(&mut self, ledger: &Ledger) {
        self.rest();
        self.waits_as_asked();
        let doubts = self.wire.doubts.load(std::sync::atomic::Ordering::Relaxed)
            + usize::try_from(self.crashes).expect("few crashes")
                * hushdesk::delivery::IN_FLIGHT_MAX;
        let mut twice = 0;
        let taken_away = self.taken_away();
        let mut group: Vec<Post> = Vec::new();
        for chat in self.groups() {
            group.extend(posts(chat, &self.sandbox.chat_messages(chat)));
        }
        group.sort_by_key(|post| post.date);
        // What stood in the wrong place has to stand in the right one as well.
        let (taken, group): (Vec<Post>, Vec<Post>) = group
            .into_iter()
            .partition(|post| taken_away.contains(&(post.chat, post.id)));
        for (client, written) in &ledger.by_clients {
            for ticket in self.by_ticket(*client, written) {
                let way = format!("client {client} to the desk");
                twice += self.arrived((&group, &taken), &ticket, &way);
                self.has_newest(&group, &ticket, &way);
            }
        }
        let is_refused = self.not_to_deliver();
        let is_empty = group.is_empty();
        for (client, written) in &ledger.by_agents {
            let chat = posts(*client, &self.sandbox.chat_messages(*client));
            let delivered: Vec<&Written> = written
                .iter()
                .filter(|text| !is_empty && !is_refused(text))
                .collect();
            let way = format!("the desk to client {client}");
            twice += self.arrived((&chat, &[]), &delivered, &way);
            if !ledger.has_blocked {
                self.has_newest(&chat, &delivered, &way);
            }
            for note in &ledger.notes {
                let leaked = chat.iter().any(|post| post.text.contains(note.as_str()));
                assert!(!leaked, "the note {note} reached a client");
            }
        }
        let fallen = self.fallen(ledger);
        assert!(
            fallen <= doubts,
            "{fallen} texts stand in General, but only {doubts} calls were in doubt\n{}",
            self.story()
        );
        assert!(
            twice <= doubts,
            "{twice} messages arrived twice, but only {doubts} calls were in doubt\n{}",
            self.story()
        );
        self.check_tickets();
        self.check_lawful();
    }

    /// All groups of the bot.
    pub(super) fn groups(&self) -> Vec<i64> {
        let others = self.former.iter().chain(&self.further).copied();
        [self.group].into_iter().chain(others).collect()
    }

    /// Groups that are lost for ever are taken out of the config, and the main one is replaced there; one
    /// that waits to be upgraded is.
    fn heals_groups(&mut self) {
        if self.is_main_basic() && !self.deleted.contains(&self.group) {
            self.upgrades_with_the_bot();
        }
        for desk in 0..self.further.len() {
            if self.is_basic(desk) && !self.deleted.contains(&self.further[desk]) {
                let before = std::mem::replace(&mut self.group, self.further[desk]);
                self.upgrades_with_the_bot();
                self.further[desk] = std::mem::replace(&mut self.group, before);
            }
        }
        if !self.deleted.is_empty() {
            self.kill();
            self.forgets_deleted_desks();
            if self.deleted.contains(&self.group) {
                self.takes_another_group();
            }
            self.start();
        }
        let now = self.now();
        for group in self.groups() {
            if self.deleted.contains(&group) {
                continue;
            }
            self.sandbox.set_forum_mode(group, true);
            let admin = Status::Administrator(Rights::all());
            self.sandbox.set_member(group, BOT, admin, now);
        }
    }

    fn upgrades_with_the_bot(&mut self) {
        let now = self.now();
        let admin = Status::Administrator(Rights::all());
        self.sandbox.set_member(self.group, BOT, admin, now);
        self.upgrade_group();
    }

    /// Posts in groups that the bot itself has deleted, whether it was told so or not.
    fn taken_away(&self) -> BTreeSet<(i64, i64)> {
        let calls = self.sandbox.calls();
        let deletions = calls.iter().filter(|call| {
            call.chat.is_some_and(|chat| chat < 0) && call.method.starts_with("deleteMessage")
        });
        let ids = deletions.flat_map(|call| {
            let one = call.params.get("message_id").cloned();
            let several = call.params.get("message_ids").and_then(Value::as_array);
            let ids = one.into_iter().chain(several.cloned().unwrap_or_default());
            let chat = call.chat.unwrap_or_default();
            ids.filter_map(move |id| Some((chat, id.as_i64()?)))
                .collect::<Vec<_>>()
        });
        let is_gone = |(chat, id): &(i64, i64)| {
            let post = self.sandbox.message(*chat, *id);
            post.is_some_and(|post| post.deleted)
        };
        ids.filter(is_gone).collect()
    }

    /// How many texts of clients stand in General, where nobody knows whose they are.
    fn fallen(&self, ledger: &Ledger) -> usize {
        let groups = self.groups().into_iter();
        let group: Vec<MessageView> = groups
            .filter(|group| !self.deleted.contains(group))
            .flat_map(|group| self.sandbox.chat_messages(group))
            .collect();
        let in_general = group.iter().filter(|message| {
            message.from_bot && !message.service && !message.deleted && message.thread.is_none()
        });
        let texts: Vec<&str> = in_general.map(MessageView::text).collect();
        let written = ledger.by_clients.values().flatten();
        written
            .filter(|one| one.kind == "text")
            .filter(|one| texts.iter().any(|text| text.contains(one.marker.as_str())))
            .count()
    }

    /// Order is promised per ticket (P4); this is which message went into which.
    fn by_ticket<'w>(&self, user: i64, written: &'w [Written]) -> Vec<Vec<&'w Written>> {
        let mut tickets: BTreeMap<i64, Vec<&Written>> = BTreeMap::new();
        for text in written {
            let ticket: Option<i64> = self.database(|db| {
                db.query_row(
                    "SELECT ticket_id FROM messages JOIN links ON message_id = messages.id \
                     JOIN clients ON clients.id = place \
                     WHERE telegram_user_id = ?1 AND telegram_message_id = ?2",
                    [user, text.message],
                    |row| row.get(0),
                )
                .ok()
            });
            let Some(ticket) = ticket else {
                assert!(text.may_be_stopped, "{} was never stored", text.marker);
                continue;
            };
            tickets.entry(ticket).or_default().push(text);
        }
        tickets.into_values().collect()
    }

    /// What agents wrote and no client has to have: they were told so, or it is not there any more, and an
    /// agent whose topic is gone can no longer be answered in it.
    fn not_to_deliver(&self) -> impl Fn(&Written) -> bool + use<> {
        let says_no = |answer: &MessageView| {
            answer.from_bot
                && (answer.text().starts_with("Not delivered")
                    || answer.text().starts_with("Not sent")
                    || answer.text().starts_with("This ticket is closed")
                    || answer.text().ends_with("does not reach the client."))
        };
        let mut refused: BTreeSet<(i64, i64)> = BTreeSet::new();
        let mut standing: BTreeSet<(i64, i64)> = BTreeSet::new();
        for chat in self.groups() {
            for message in self.sandbox.chat_messages(chat) {
                if let Some(to) = message.reply_to.filter(|_| says_no(&message)) {
                    refused.insert((chat, to));
                }
                if !message.deleted {
                    standing.insert((chat, message.id));
                }
            }
        }
        let deleted = self.deleted.clone();
        move |text| {
            let place = (text.group, text.message);
            // Nobody can be told anything any more in a group that is deleted.
            deleted.contains(&place.0) || refused.contains(&place) || !standing.contains(&place)
        }
    }

    /// A wait of Telegram can be longer than any rest: it grows by calls that come too early, and a program that
    /// was down while its clock was set ahead cannot know that they do.
    fn waits_as_asked(&mut self) {
        let longest = "SELECT max(until) FROM pauses";
        let left = |scenario: &Self| {
            let until: Option<i64> = scenario.database(|db| {
                db.query_row(longest, [], |row| row.get(0))
                    .expect("it reads")
            });
            let shown = scenario.now() + scenario.clock.ahead_ms();
            until.map(|until| until - shown).filter(|left| *left > 0)
        };
        while let Some(left) = left(self) {
            self.pass(Duration::from_millis(left.unsigned_abs()));
            self.rest();
        }
    }

    /// Everything that was written stands there, first sightings in the order of writing. How many
    /// stand there more than once.
    fn arrived(
        &self,
        (posts, taken): (&[Post], &[Post]),
        written: &[&Written],
        way: &str,
    ) -> usize {
        let (mut twice, mut posts_again) = (0, BTreeSet::new());
        let mut last: Option<(Sightings<'_>, &str)> = None;
        for text in written.iter().filter(|text| !text.is_gone) {
            let marker = text.marker.as_str();
            let seen = Sightings::of(marker, posts, taken);
            let story = || self.story();
            assert!(
                seen.arrival().is_some(),
                "{marker} is lost from {way}\n{}",
                story()
            );
            if let Some((before, earlier)) = &last {
                let is_overtaken = before.is_overtaken_by(&seen);
                assert!(
                    !is_overtaken,
                    "{marker} overtook {earlier} from {way}\n{}",
                    story()
                );
            }
            let sightings = seen.standing.clone();
            last = Some((seen, marker));
            // An edit that Telegram does not let us make is a message more.
            if text.edited.is_none() {
                // The card of a topic that its ticket has moved to shows the first words again.
                let others = sightings.iter().skip(1).filter(|post| !post.is_again);
                let others: Vec<(i64, i64)> = others.map(|post| (post.chat, post.id)).collect();
                if text.items == 1 {
                    // One call carries several texts that waited together.
                    posts_again.extend(others);
                } else {
                    // One call sends all of an album.
                    twice += (others.len() + 1)
                        .saturating_sub(text.items)
                        .div_ceil(text.items);
                }
            }
        }
        twice + posts_again.len()
    }

    /// What was edited stands there as it is now.
    fn has_newest(&self, posts: &[Post], written: &[&Written], way: &str) {
        let may_have_to = |text: &&&Written| !text.is_gone && !text.may_be_stopped;
        for text in written.iter().filter(may_have_to) {
            let Some(edit) = &text.edited else {
                continue;
            };
            let stands = posts.iter().any(|post| post.text.contains(edit.as_str()));
            assert!(
                stands,
                "the edit {edit} of {} is lost from {way}\n{}",
                text.marker,
                self.story()
            );
        }
    }

    /// The schema holds P5; here it is held against what Telegram shows.
    fn check_tickets(&self) {
        let live: Vec<(String, i64, String, i64, bool)> = self.database(|db| {
            let mut statement = db
                .prepare(
                    "SELECT code, thread_id, tickets.state, chat_id, left_for IS NOT NULL FROM topics \
                     JOIN tickets ON tickets.id = ticket_id \
                     WHERE topics.state = 'live' OR (left_for IS NOT NULL AND thread_id IS NOT NULL)",
                )
                .expect("the schema has topics");
            let rows = statement
                .query_map([], |row| Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                    )))
                .expect("the query runs");
            let mut live: Vec<_> = rows.collect::<Result<_, _>>().expect("rows read");
            for (.., chat, _) in &mut live {
                // A topic may be written down under an earlier id of its group.
                let now = topics::current_chat(db, ChatId(*chat)).expect("it can be asked");
                *chat = now.0;
            }
            live
        });
        let groups = self.groups().into_iter();
        let topics: Vec<_> = groups
            .filter(|group| !self.deleted.contains(group))
            .flat_map(|group| {
                let topics = self.sandbox.topics(group).into_iter();
                topics.map(move |topic| (group, topic))
            })
            .collect();
        for (group, topic) in topics
            .iter()
            .filter(|(_, topic)| !topic.deleted && topic.name.contains("SUPP-"))
        {
            let known = live
                .iter()
                .find(|(_, thread, _, chat, _)| *thread == topic.id && chat == group);
            let (code, _, state, _, is_left) =
                known.unwrap_or_else(|| panic!("{} is nobody's topic", topic.name));
            assert!(
                topic.name.contains(code.as_str()),
                "{} holds {code}\n{}",
                topic.name,
                self.story()
            );
            assert!(
                (state != "closed" && !is_left) || topic.closed,
                "{code} is closed or gone, its topic is not closed\n{}",
                self.story()
            );
        }
    }
}
