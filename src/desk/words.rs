//! What the desk says to people, and the calls that serve the bot itself: each is one line for whoever
//! decides, and one row in the outbox.

use super::turn::{Queued, Turn};
use crate::domain::call::{
    Budget, Button, Call, Lane, Mark, Priority, Purpose, ReplyTo, Standing, To, Whose,
};
use crate::domain::content::Text;
use crate::domain::event::AgentMessage;
use crate::domain::ids::{
    BotId, ChatId, ClientId, DeskId, MessageId, MessageRowId, OutboxId, ThreadId, TicketId,
};
use crate::domain::language::Language;
use crate::domain::ticket::{Side, Ticket};
use crate::store::messages::Found;
use crate::store::{Error, Place, desks, messages, outbox, reactions};
use crate::view::buttons;

/// A line in a ticket's topic.
fn in_topic<'a>(ticket: TicketId, call: &'a Call) -> Queued<'a> {
    Queued {
        lane: Lane::Topic(ticket),
        ticket: Some(ticket),
        ..Queued::of(Purpose::Word, Priority::MESSAGE, call)
    }
}

impl Turn<'_> {
    pub(super) fn say(&mut self, queued: Queued<'_>) -> Result<(), Error> {
        self.queue(queued).map(drop)
    }

    /// Tells a client something.
    pub fn tell_client(
        &mut self,
        client: ClientId,
        ticket: Option<TicketId>,
        text: String,
        reply_to: Option<MessageId>,
    ) -> Result<(), Error> {
        let call = Call::words(
            To::Client(client),
            Text::plain(text),
            reply_to.map(ReplyTo::There),
        );
        self.say(Queued {
            lane: Lane::Client(client),
            budget: Budget::Client,
            client: Some(client),
            ticket,
            ..Queued::of(Purpose::Word, Priority::WORD, &call)
        })
    }

    /// Adds a line to a ticket's topic, in order with what else is posted there: as urgent as the
    /// messages that may stand behind it.
    pub fn tell_topic(
        &mut self,
        ticket: TicketId,
        text: String,
        reply_to: Option<ReplyTo>,
    ) -> Result<(), Error> {
        self.tell_topic_text(ticket, Text::plain(text), reply_to)
    }

    /// The same with marks, such as the mention of an agent, who is notified.
    pub fn tell_topic_text(
        &mut self,
        ticket: TicketId,
        text: Text,
        reply_to: Option<ReplyTo>,
    ) -> Result<(), Error> {
        let call = Call::words(To::Topic(ticket), text, reply_to);
        self.say(in_topic(ticket, &call))
    }

    /// The same right behind an unfinished call of the topic's lane.
    pub fn tell_topic_behind(
        &mut self,
        ticket: TicketId,
        text: String,
        earlier: OutboxId,
    ) -> Result<(), Error> {
        let call = Call::words(To::Topic(ticket), Text::plain(text), None);
        self.queue_behind(in_topic(ticket, &call), earlier)
    }

    /// The same before all that waits for the topic.
    pub fn tell_topic_ahead(&mut self, ticket: TicketId, text: String) -> Result<(), Error> {
        let call = Call::words(To::Topic(ticket), Text::plain(text), None);
        self.queue_first(in_topic(ticket, &call))
    }

    /// The same with buttons.
    pub fn tell_topic_with(
        &mut self,
        ticket: TicketId,
        text: String,
        buttons: Vec<Vec<Button>>,
    ) -> Result<(), Error> {
        let call = Call::SendText {
            to: To::Topic(ticket),
            text: Text::plain(text),
            reply_to: None,
            preview: None,
            buttons,
        };
        self.say(in_topic(ticket, &call))
    }

    /// An agent writes to a client whose ticket is closed: nothing is sent, a button opens it again.
    pub fn answer_closed(&mut self, ticket: &Ticket, message: &AgentMessage) -> Result<(), Error> {
        let (texts, language) = (self.texts(), self.language());
        let text = texts.ticket_is_closed(language);
        let again = buttons::reopen(ticket.id, texts, language);
        let here = (message.chat, message.thread);
        self.ask_agent(here, message.message, text, again.concat())
    }

    /// Shows a client a text with buttons.
    pub fn offer_client(
        &mut self,
        client: ClientId,
        text: String,
        buttons: Vec<Vec<Button>>,
    ) -> Result<(), Error> {
        let call = Call::SendText {
            to: To::Client(client),
            text: Text::plain(text),
            reply_to: None,
            preview: None,
            buttons,
        };
        self.say(Queued {
            lane: Lane::Client(client),
            budget: Budget::Client,
            client: Some(client),
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
        let to = match place {
            (chat, Some(thread)) => To::Thread(chat, thread),
            (chat, None) => self.general_of(chat)?,
        };
        let call = Call::words(to, Text::plain(text), Some(ReplyTo::There(message)));
        let lane = self.alone();
        self.say(Queued {
            lane,
            ..Queued::of(Purpose::Word, Priority::WORD, &call)
        })
    }

    /// The chat of somebody as the database names it.
    pub fn place_of(&self, whose: Whose) -> Result<Place, Error> {
        Ok(match whose {
            Whose::Client(client) => Place::Client(client),
            Whose::Desk => Place::Group(self.group()?),
            Whose::Group(chat) => Place::Group(chat),
        })
    }

    /// Where a message stands on one side.
    pub fn place_of_row(&self, whose: Whose, row: MessageRowId) -> Result<Place, Error> {
        Ok(match whose {
            Whose::Desk => desks::place_of_row(self.db, self.desks(), row)?.1,
            Whose::Client(_) | Whose::Group(_) => self.place_of(whose)?,
        })
    }

    /// The group that this is about, for what stands there.
    pub fn whose(&self) -> Result<Whose, Error> {
        Ok(Whose::Group(self.group()?))
    }

    /// General of the group in which somebody wrote.
    pub fn general_of(&self, chat: ChatId) -> Result<To, Error> {
        Ok(match self.desk_at(chat)? {
            None => To::General,
            Some(_) => To::GeneralOf(chat),
        })
    }

    /// Answers an agent's message that is kept, in words.
    pub fn answer_row(&mut self, row: MessageRowId, text: String) -> Result<(), Error> {
        match messages::original_in_group(self.db, row)? {
            Some((chat, thread, message)) => self.answer_agent((chat, thread), message, text),
            None => Ok(()),
        }
    }

    /// An agent's message will not reach the client: a mark, and why in words.
    pub fn refuse_row(&mut self, row: MessageRowId, text: String) -> Result<(), Error> {
        let Some((chat, thread, message)) = messages::original_in_group(self.db, row)? else {
            return Ok(());
        };
        self.mark(chat, message, Mark::Refused)?;
        self.answer_agent((chat, thread), message, text)
    }

    /// Asks a client something with buttons.
    pub fn ask_client(
        &mut self,
        client: ClientId,
        text: String,
        about: MessageId,
        buttons: Vec<Button>,
    ) -> Result<(), Error> {
        let call = with_buttons(To::Client(client), text, about, buttons);
        self.say(Queued {
            lane: Lane::Client(client),
            budget: Budget::Client,
            client: Some(client),
            ..Queued::of(Purpose::Word, Priority::WORD, &call)
        })
    }

    /// Asks an agent something with buttons.
    pub fn ask_agent(
        &mut self,
        (chat, thread): (ChatId, Option<ThreadId>),
        about: MessageId,
        text: String,
        buttons: Vec<Button>,
    ) -> Result<(), Error> {
        let to = match thread {
            Some(thread) => To::Thread(chat, thread),
            None => self.general_of(chat)?,
        };
        let call = with_buttons(to, text, about, buttons);
        let lane = self.alone();
        self.say(Queued {
            lane,
            ..Queued::of(Purpose::Word, Priority::WORD, &call)
        })
    }

    /// Answers a press of a button.
    pub fn answer_button(
        &mut self,
        press: String,
        text: String,
        is_alert: bool,
    ) -> Result<(), Error> {
        self.service(&Call::AnswerButton {
            press,
            text,
            is_alert,
        })
    }

    /// Changes a question of the bot's own into what became of it; its buttons go.
    pub fn edit_word(
        &mut self,
        whose: Whose,
        message: MessageId,
        text: String,
    ) -> Result<(), Error> {
        self.edit_question(whose, message, text, Vec::new())
    }

    /// Changes what a question of the bot's own says, and its buttons.
    pub fn edit_question(
        &mut self,
        whose: Whose,
        message: MessageId,
        text: String,
        buttons: Vec<Button>,
    ) -> Result<(), Error> {
        let call = Call::EditWord {
            whose,
            message,
            text: Text::plain(text),
            buttons,
        };
        let (budget, client) = match whose {
            Whose::Client(client) => (Budget::Client, Some(client)),
            Whose::Desk | Whose::Group(_) => (Budget::Desk, None),
        };
        let lane = self.alone();
        self.say(Queued {
            lane,
            budget,
            client,
            ..Queued::of(Purpose::CardEdit, Priority::STATE, &call)
        })
    }

    /// Shows an agent what became of a reply. Only the newest state is shown, and what the client has
    /// set under the reply wins.
    pub fn mark(&mut self, chat: ChatId, message: MessageId, mark: Mark) -> Result<(), Error> {
        if let Some(found) = messages::at(self.db, Place::Group(chat), message)? {
            messages::set_mark(self.db, found.row, mark)?;
            if reactions::newest(self.db, found.row, Side::Client)?.is_some() {
                return Ok(());
            }
        }
        let call = Call::React {
            chat,
            message,
            mark,
        };
        self.set_reaction((chat, message), &call)
    }

    /// Shows under an agent's message what the client has set there, or the delivery mark.
    pub fn show_reaction(&mut self, found: Found) -> Result<(), Error> {
        let Some((chat, _, message)) = messages::original_in_group(self.db, found.row)? else {
            return Ok(());
        };
        let emoji = reactions::newest(self.db, found.row, Side::Client)?;
        let call = match (emoji, messages::mark(self.db, found.row)?) {
            (None, Some(mark)) => Call::React {
                chat,
                message,
                mark,
            },
            (emoji, _) => Call::Mirror {
                on: Standing {
                    row: found.row,
                    part: 0,
                    whose: Whose::Desk,
                },
                emoji,
            },
        };
        self.set_reaction((chat, message), &call)
    }

    fn set_reaction(
        &mut self,
        (chat, message): (ChatId, MessageId),
        call: &Call,
    ) -> Result<(), Error> {
        let lane = Lane::Mark(self.desk_at(chat)?.unwrap_or(DeskId::MAIN), message);
        if outbox::replace_waiting(self.db, lane, Purpose::Mark, call)? {
            return Ok(());
        }
        self.say(Queued {
            lane,
            ..Queued::of(Purpose::Mark, Priority::MARK, call)
        })
    }

    /// Shows a reaction of one side on the other. Only the newest state is shown.
    pub fn mirror(
        &mut self,
        lane: Lane,
        whose: Whose,
        found: Found,
        call: &Call,
    ) -> Result<(), Error> {
        if outbox::replace_waiting(self.db, lane, Purpose::Reaction, call)? {
            return Ok(());
        }
        let (budget, client) = match whose {
            Whose::Client(client) => (Budget::Client, Some(client)),
            Whose::Desk | Whose::Group(_) => (Budget::Desk, None),
        };
        self.say(Queued {
            lane,
            budget,
            client,
            ticket: Some(found.ticket),
            message: Some((found.row, 0)),
            ..Queued::of(Purpose::Reaction, Priority::MARK, call)
        })
    }

    /// Takes posts of the bot's own away that stand in the wrong place of the group.
    pub fn delete_posts(
        &mut self,
        messages: Vec<MessageId>,
        by: Option<BotId>,
    ) -> Result<(), Error> {
        if messages.is_empty() {
            return Ok(());
        }
        let chat = self.group()?;
        let call = Call::DeletePosts { chat, messages, by };
        let lane = self.alone();
        self.say(Queued {
            lane,
            ..Queued::of(Purpose::TopicState, Priority::STATE, &call)
        })
    }

    /// Removes a topic that no ticket has.
    pub fn delete_orphan(&mut self, chat: ChatId, thread: ThreadId) -> Result<(), Error> {
        let call = Call::DeleteTopic { chat, thread };
        let lane = self.alone();
        self.say(Queued {
            lane,
            ..Queued::of(Purpose::TopicState, Priority::STATE, &call)
        })
    }

    /// Says one sentence and leaves a chat that is not the desk.
    pub fn leave(&mut self, chat: ChatId) -> Result<(), Error> {
        let word = Call::words(
            To::Chat(chat),
            Text::plain(self.texts().not_our_chat(self.language())),
            None,
        );
        let lane = self.alone();
        for call in [&word, &Call::Leave { chat }] {
            self.say(Queued {
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
            is_alert: false,
        };
        self.service(&call)
    }

    /// Queues up a call that stands alone and spends no chat's budget.
    pub fn service(&mut self, call: &Call) -> Result<(), Error> {
        let lane = self.alone();
        self.say(Queued {
            lane,
            budget: Budget::Bot,
            ..Queued::of(Purpose::Service, Priority::STATE, call)
        })
    }
}

fn with_buttons(to: To, text: String, about: MessageId, buttons: Vec<Button>) -> Call {
    Call::SendText {
        to,
        text: Text::plain(text),
        reply_to: Some(ReplyTo::There(about)),
        preview: None,
        buttons: buttons.into_iter().map(|button| vec![button]).collect(),
    }
}
