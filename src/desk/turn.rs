//! One entry into the desk: what it works with, and the ways in which it can queue calls up.

use std::time::Duration;

use super::{Cause, Moment, Settings, Shared};
use crate::domain::call::{Budget, Call, Lane, Mark, Priority, Purpose, ReplyTo, To};
use crate::domain::content::Text;
use crate::domain::ids::{
    ChatId, ClientId, InboxId, MessageId, MessageRowId, OutboxId, ThreadId, TicketId, TimerId,
};
use crate::domain::language::Language;
use crate::domain::ticket::Ticket;
use crate::domain::time::Timestamp;
use crate::store::outbox::{self, NewCall};
use crate::store::{Db, Error, alerts, topics};
use crate::texts::Texts;

/// How long the same kind of trouble is not told again.
const ALERT_QUIET: Duration = Duration::from_secs(60 * 60);

/// Alerts that wait while the group cannot be reached; more would say nothing new.
const ALERTS_WAITING_MAX: usize = 10;

pub(super) struct Turn<'a> {
    pub db: &'a Db,
    pub now: Timestamp,
    pub polling_since: Option<Timestamp>,
    cause: String,
    step: u32,
    shared: &'a Shared,
}

impl<'a> Turn<'a> {
    pub fn new(db: &'a Db, moment: Moment, cause: Cause, shared: &'a Shared) -> Self {
        let cause = match cause {
            Cause::Update(InboxId(id)) => format!("update:{id}"),
            Cause::Timer(TimerId(id)) => format!("timer:{id}:{}", moment.now.millis()),
            Cause::Call(OutboxId(id), attempt) => format!("call:{id}:{attempt}"),
            Cause::Start(time) => format!("start:{}", time.millis()),
            Cause::Notice(time) => format!("notice:{}", time.millis()),
        };
        Self {
            db,
            now: moment.now,
            polling_since: moment.polling_since,
            cause,
            step: 0,
            shared,
        }
    }

    pub fn settings(&self) -> &'a Settings {
        &self.shared.settings
    }

    pub fn texts(&self) -> &'a Texts {
        &self.shared.texts
    }

    /// The language of the desk.
    pub fn language(&self) -> Language {
        self.shared.settings.language
    }

    /// The desk group as it is called now.
    pub fn group(&self) -> Result<ChatId, Error> {
        topics::current_chat(self.db, self.shared.settings.group)
    }

    pub fn random(&self) -> u64 {
        self.shared.entropy.next()
    }

    /// Tells a client something.
    pub fn tell_client(
        &mut self,
        client: ClientId,
        ticket: Option<TicketId>,
        text: String,
        reply_to: Option<MessageId>,
    ) -> Result<(), Error> {
        let call = Call::SendText {
            to: To::Client(client),
            text: Text::plain(text),
            reply_to: reply_to.map(ReplyTo::There),
        };
        self.queue(Queued {
            lane: Lane::Client(client),
            budget: Budget::Client,
            client: Some(client),
            ticket,
            ..Queued::of(Purpose::Word, Priority::FIRST, &call)
        })
    }

    /// Adds a line to a ticket's topic, in order with what else is posted there.
    pub fn tell_topic(
        &mut self,
        ticket: TicketId,
        text: String,
        reply_to: Option<ReplyTo>,
    ) -> Result<(), Error> {
        let call = Call::SendText {
            to: To::Topic(ticket),
            text: Text::plain(text),
            reply_to,
        };
        self.queue(Queued {
            lane: Lane::Topic(ticket),
            ticket: Some(ticket),
            ..Queued::of(Purpose::Word, Priority::WORD, &call)
        })
    }

    /// Answers an agent's message in words. Stands in a lane of its own: what became of a message
    /// is told although the topic's lane may be waiting.
    pub fn answer_agent(
        &mut self,
        place: (ChatId, Option<ThreadId>),
        message: MessageId,
        text: String,
    ) -> Result<(), Error> {
        let call = Call::SendText {
            to: match place {
                (chat, Some(thread)) => To::Thread(chat, thread),
                (_, None) => To::General,
            },
            text: Text::plain(text),
            reply_to: Some(ReplyTo::There(message)),
        };
        let lane = self.alone();
        self.queue(Queued {
            lane,
            ..Queued::of(Purpose::Word, Priority::WORD, &call)
        })
    }

    /// Shows an agent what became of a reply. Only the newest state is shown.
    pub fn mark(&mut self, chat: ChatId, message: MessageId, mark: Mark) -> Result<(), Error> {
        let call = Call::React {
            chat,
            message,
            mark,
        };
        let lane = Lane::Mark(message);
        if outbox::replace_waiting(self.db, lane, Purpose::Mark, &call)? {
            return Ok(());
        }
        self.queue(Queued {
            lane,
            ..Queued::of(Purpose::Mark, Priority::MARK, &call)
        })
    }

    /// Tells the admins of a kind of trouble, once an hour at most.
    pub fn alert(&mut self, cause: &str, text: String) -> Result<(), Error> {
        let waiting = outbox::waiting_in(self.db, Lane::General)?.len();
        if waiting >= ALERTS_WAITING_MAX {
            return Ok(());
        }
        if !alerts::raise(self.db, cause, self.now, self.now.minus(ALERT_QUIET))? {
            return Ok(());
        }
        let call = Call::SendText {
            to: To::General,
            text: Text::plain(text),
            reply_to: None,
        };
        self.queue(Queued {
            lane: Lane::General,
            ..Queued::of(Purpose::Word, Priority::WORD, &call)
        })
    }

    /// Brings the card of a ticket up to date; only the newest state is ever sent.
    pub fn edit_card(&mut self, ticket: TicketId, text: Text) -> Result<(), Error> {
        let call = Call::EditCard { ticket, text };
        let lane = Lane::Card(ticket);
        if outbox::replace_waiting(self.db, lane, Purpose::CardEdit, &call)? {
            return Ok(());
        }
        self.queue(Queued {
            lane,
            ticket: Some(ticket),
            ..Queued::of(Purpose::CardEdit, Priority::STATE, &call)
        })
    }

    /// Queues a call up in a ticket's topic lane.
    pub fn post_to_topic(
        &mut self,
        ticket: &Ticket,
        purpose: Purpose,
        priority: Priority,
        message: Option<(MessageRowId, u32)>,
        not_before: Timestamp,
        call: &Call,
    ) -> Result<(), Error> {
        self.queue(Queued {
            lane: Lane::Topic(ticket.id),
            ticket: Some(ticket.id),
            message,
            not_before: Some(not_before),
            ..Queued::of(purpose, priority, call)
        })
    }

    /// Queues an agent's message up for the client.
    pub fn post_to_client(
        &mut self,
        ticket: &Ticket,
        message: (MessageRowId, u32),
        call: &Call,
    ) -> Result<(), Error> {
        self.queue(Queued {
            lane: Lane::Client(ticket.client),
            budget: Budget::Client,
            client: Some(ticket.client),
            ticket: Some(ticket.id),
            message: Some(message),
            ..Queued::of(Purpose::Reply, Priority::FIRST, call)
        })
    }

    /// Puts a call at the front of a ticket's topic lane.
    pub fn ahead_in_topic(
        &mut self,
        ticket: TicketId,
        purpose: Purpose,
        call: &Call,
    ) -> Result<(), Error> {
        let queued = Queued {
            lane: Lane::Topic(ticket),
            ticket: Some(ticket),
            ..Queued::of(purpose, Priority::FIRST, call)
        };
        let step = self.next_step();
        outbox::insert_ahead(
            self.db,
            &queued.as_call(&self.cause, step, self.now),
            self.now,
        )?;
        Ok(())
    }

    /// Removes a topic that no ticket has.
    pub fn delete_orphan(&mut self, chat: ChatId, thread: ThreadId) -> Result<(), Error> {
        let call = Call::DeleteTopic { chat, thread };
        let lane = self.alone();
        self.queue(Queued {
            lane,
            ..Queued::of(Purpose::TopicState, Priority::STATE, &call)
        })
    }

    /// Says one sentence and leaves a chat that is not the desk.
    pub fn leave(&mut self, chat: ChatId) -> Result<(), Error> {
        let word = Call::SendText {
            to: To::Chat(chat),
            text: Text::plain(self.texts().not_our_chat(self.language())),
            reply_to: None,
        };
        let lane = self.alone();
        for call in [&word, &Call::Leave { chat }] {
            self.queue(Queued {
                lane,
                budget: Budget::Bot,
                ..Queued::of(Purpose::Service, Priority::STATE, call)
            })?;
        }
        Ok(())
    }

    /// Ends the spinner of a button that means nothing any more.
    pub fn answer_press(&mut self, press: String, language: Language) -> Result<(), Error> {
        let call = Call::AnswerButton {
            press,
            text: self.texts().button_stale(language),
        };
        self.service(&call)
    }

    /// Queues up a call that stands alone and spends no chat's budget.
    pub fn service(&mut self, call: &Call) -> Result<(), Error> {
        let lane = self.alone();
        self.queue(Queued {
            lane,
            budget: Budget::Bot,
            ..Queued::of(Purpose::Service, Priority::STATE, call)
        })
    }

    fn alone(&self) -> Lane {
        Lane::Alone(self.random())
    }

    fn queue(&mut self, queued: Queued<'_>) -> Result<(), Error> {
        let step = self.next_step();
        outbox::insert(
            self.db,
            &queued.as_call(&self.cause, step, self.now),
            self.now,
        )?;
        Ok(())
    }

    fn next_step(&mut self) -> u32 {
        self.step += 1;
        self.step
    }
}

/// A call on its way into the outbox, with what most calls have in common filled in.
struct Queued<'a> {
    lane: Lane,
    budget: Budget,
    priority: Priority,
    purpose: Purpose,
    client: Option<ClientId>,
    ticket: Option<TicketId>,
    message: Option<(MessageRowId, u32)>,
    not_before: Option<Timestamp>,
    call: &'a Call,
}

impl<'a> Queued<'a> {
    fn of(purpose: Purpose, priority: Priority, call: &'a Call) -> Self {
        Self {
            lane: Lane::General,
            budget: Budget::Desk,
            priority,
            purpose,
            client: None,
            ticket: None,
            message: None,
            not_before: None,
            call,
        }
    }

    fn as_call(&self, cause: &'a str, step: u32, now: Timestamp) -> NewCall<'a> {
        NewCall {
            cause,
            step,
            lane: self.lane,
            budget: self.budget,
            priority: self.priority,
            purpose: self.purpose,
            client: self.client,
            ticket: self.ticket,
            message: self.message.map(|(row, _)| row),
            part: self.message.map_or(0, |(_, part)| part),
            call: self.call,
            not_before: self.not_before.unwrap_or(now).max(now),
        }
    }
}
