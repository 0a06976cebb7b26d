# Words for clients. They know "Live Support" and their ticket's code, and nothing of the desk.

client-start =
    Hello! Write your question here and our Live Support will answer in this chat.
    Your name, number and profile are not shown to the people who answer.
client-help =
    Just write: your first message opens a ticket, and an agent of Live Support answers here.

    /status – how your ticket stands
    /close – end the conversation
    /help – this text
ticket-created = Support ticket #{ $code } created. An agent will assist you shortly.
status-open = Your ticket #{ $code } is open. Write here to add to it, or /close to end it.
status-closed = Your last ticket #{ $code } is closed. Write here to open a new one.
status-none = You have no ticket. Write your question here to open one.
closed-by-agent = Your ticket #{ $code } has been closed by Live Support. If you need anything else, just write here.
closed-by-client = You have closed your ticket #{ $code }. If you need anything else, just write here.
nothing-to-close = You have no open ticket. Write your question here to open one.
limit-messages =
    { $minutes ->
        [one] This message was not delivered: you have reached the limit of messages for now. Please write again in { $minutes } minute.
       *[other] This message was not delivered: you have reached the limit of messages for now. Please write again in { $minutes } minutes.
    }
limit-tickets =
    { $hours ->
        [one] This message was not delivered: you have opened as many tickets as are possible in a day. Please write again in { $hours } hour.
       *[other] This message was not delivered: you have opened as many tickets as are possible in a day. Please write again in { $hours } hours.
    }
withheld-from-desk =
    { $kind ->
        [contact] This contact card was not passed on, because it says who you are. If you want us to know the number, please type it.
        [location] This location was not passed on, because it says where you are. If you want us to know the place, please describe it in words.
        [venue] This place was not passed on, because it can say where you are. If you want us to know it, please describe it in words.
       *[other] This story was not passed on, because it says whose it is. Please describe in words what it shows.
    }
message-not-copyable = This message could not be delivered: Telegram does not let bots copy { $kind ->
        [sticker] this sticker
        [poll] this poll
        [game] games
        [invoice] invoices
        [paid_media] paid media
        [gift] gifts
        [giveaway] giveaways
        [checklist] checklists
       *[other] messages of this kind
    }. Please describe it in words.
menu-client =
    { $command ->
        [start] How this works
        [help] What you can do here
        [status] How your ticket stands
       *[close] End the conversation
    }

# Words for agents and admins.

menu-agent =
    { $command ->
        [note] Keep a text inside the group. Example: /note called them back
        [close] Close this ticket. Example: /close refunded
       *[help] What you can do here. Example: /help
    }
agent-help =
    Write in a ticket's topic and the client reads it as Live Support. Begin with // and it stays here.
card-state =
    { $state ->
        [open] 🟢 open
       *[closed] ⚪ closed
    }
card-opened = opened { $date } UTC
card-client =
    { $earlier ->
        [0] { $language } · first ticket
        [one] { $language } · { $earlier } earlier ticket
       *[other] { $language } · { $earlier } earlier tickets
    }
topic-recreated = The topic of this ticket was deleted. This one takes its place; earlier messages went with the old one.
line-closed-by-client = The client has closed ticket { $code }.
line-closed-by-agent = Ticket { $code } is closed.
line-closed-because = Ticket { $code } is closed: { $reason }
withheld-from-client =
    { $kind ->
        [contact] The client sent a contact card. It was withheld, because it says who they are.
        [location] The client sent a location. It was withheld, because it says where they are.
        [venue] The client sent a place. It was withheld, because it can say where they are.
       *[other] The client sent a story. It was withheld, because it says whose it is.
    }
relay-not-copyable = The client sent something that Telegram does not let bots copy ({ $kind }). They were asked to describe it in words.
relay-removed = Telegram accepted a message of the client and removed it again. Please ask them to write it once more.
relay-dead = A message of the client could not be posted here. The admins see it among the dead letters.
dice = { $emoji } rolled: { $value }
relay-maybe-twice = The message above may stand here twice: its posting was cut off, and Telegram does not tell whether it was done.
reply-maybe-twice = The client may have received it twice: its sending was cut off, and Telegram does not tell whether it was done.
reply-refused =
    { $reason ->
        [blocked] Not delivered: the client has blocked the bot. They can only be reached again after they write.
        [deactivated] Not delivered: the client's account does not exist any more.
        [no_chat] Not delivered: the client has ended the chat with the bot.
        [not_copyable] Not delivered: Telegram does not let bots copy a message of this kind. Please send it in another form.
        [gone] Not delivered: the message was deleted before it could be sent.
       *[other] Not delivered: Telegram refused it. The admins see it among the dead letters.
    }
mark-delivered = Delivered.
mark-waiting = Not delivered yet. It is still under way.
reply-kind-refused =
    { $kind ->
        [contact] Not delivered: a contact card would show the client who somebody is.
        [story] Not delivered: a story would show the client whose it is.
        [checklist] Not delivered: a checklist shows its author.
        [venue] Not delivered: please send the place as a location or in words.
       *[other] Not delivered: this kind of message cannot be shown to clients.
    }
ticket-is-closed = This ticket is closed, so nothing was sent to the client. Their next message opens a new one.
client-left =
    { $reason ->
        [deactivated] The client's account does not exist any more. Replies cannot be delivered.
       *[other] The client has blocked the bot. Replies cannot be delivered until they return.
    }
client-returned = The client is back: replies are delivered again.
unknown-command = There is no command /{ $word }. Did you mean /{ $nearest }? Nothing was sent to the client.
needs-topic = /{ $command } works inside a ticket's topic.
not-our-chat = This bot works in its own support group only.
button-stale = This button is not in use any more.

# Alerts in General.

alert-dead-letter = ⚠️ A call to Telegram failed for good ({ $purpose }): { $reason }
alert-dead-update = ⚠️ An update from Telegram could not be handled. It is kept in the database for a look, and nothing else waits for it.
alert-second-instance = ⚠️ A second program uses this bot's token. Stop it: as long as both run, messages may reach either of them.
alert-storage = ⚠️ Nothing can be stored at the moment ({ $reason }). Messages wait at Telegram, for 24 hours at most. Please free some space on the machine.
alert-topics-off = ⚠️ This group has no topics any more, so tickets cannot be posted. Please switch topics on again in the group's settings.
alert-desk-unreachable = ⚠️ The bot lacks a right in this group, so messages of clients wait. Please make it an administrator with the rights to manage topics, delete messages and pin messages.
