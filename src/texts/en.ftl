# Words for clients. They know "Live Support" and their ticket's code, and nothing of the desk.

client-start =
    Hello! Write your question here and our Live Support will answer in this chat.
    Your name, number and profile are not shown to the people who answer.
client-help =
    Just write: your first message opens a ticket, and an agent of Live Support answers here.

    /status – how your ticket stands
    /close – end the conversation
    /delete – as a reply to a message of yours: take it back
    /help – this text
ticket-created = Support ticket #{ $code } created. An agent will assist you shortly.
ticket-queued =
    { $minutes ->
        [one] Support ticket #{ $code } created. Many people are writing at the moment, so it is in the queue: an agent will see it in about { $minutes } minute.
       *[other] Support ticket #{ $code } created. Many people are writing at the moment, so it is in the queue: an agent will see it in about { $minutes } minutes.
    }
queued =
    { $minutes ->
        [one] Many people are writing at the moment. Your message is in the queue, and an agent will see it in about { $minutes } minute. There is no need to send it again.
       *[other] Many people are writing at the moment. Your messages are in the queue, and an agent will see them in about { $minutes } minutes. There is no need to send them again.
    }
delayed = Your message has been received. Because of a technical problem Live Support will see it later than usual. There is no need to send it again.
status-open =
    { $state ->
        [answered] Your ticket #{ $code } is open: Live Support has answered and waits for you.
        [assigned] Your ticket #{ $code } is open: an agent is working on it.
        [escalated] Your ticket #{ $code } is open: it was passed on to a specialist.
       *[open] Your ticket #{ $code } is open and waits for an agent.
    } Write here to add to it, or /close to end it.
status-closed = Your last ticket #{ $code } is closed.
status-none = You have no ticket. Write your question here to open one.
closed-by-agent = Your ticket #{ $code } has been closed by Live Support.
closed-by-client = You have closed your ticket #{ $code }.
closed-by-timer = Your ticket #{ $code } has been closed, because we have not heard from you.
after-close =
    { $hours ->
        [0] If you need anything else, just write here: that opens a new ticket.
        [one] If you need anything else, just write here: within { $hours } hour that opens the same ticket again.
       *[other] If you need anything else, just write here: within { $hours } hours that opens the same ticket again.
    }
reopened-by-client = Your ticket #{ $code } is open again. An agent will assist you shortly.
reopened-by-agent = Live Support has opened your ticket #{ $code } again.
choose-category = What is it about?
category-chosen = { $title }: please write your question here.
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
        [live_location] This location was not passed on, because it says where you are. If you want us to know the place, please describe it in words.
        [venue] This place was not passed on, because it can say where you are. If you want us to know it, please describe it in words.
        [story] This story was not passed on, because it says whose it is. Please describe in words what it shows.
        [voice] This voice message was not passed on. Please write instead.
        [video_note] This video message was not passed on. Please write instead.
       *[other] This message was not passed on, because messages of this kind can say who you are. Please describe it in words.
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
        [close] End the conversation
       *[delete] Take back a message of yours
    }

# Words for agents and admins.

menu-agent =
    { $command ->
        [note] Keep a text inside the group. Example: /note called them back
        [close] Close this ticket: with a reason, silently, later, or with what came of it. Examples: /close refunded, /close silent spam, /close in 2h, /close cancel, /close duplicate SUPP-261120-7F3K2Q
        [reopen] Open a closed ticket again. Example: /reopen SUPP-261120-7F3K2Q
        [snooze] Put this ticket aside until a time; without one until the client writes. Example: /snooze 3h
        [remind] Be reminded in this topic. Example: /remind 2h call the bank
        [priority] How urgent this ticket is: low, medium, high or critical. Example: /priority high
        [category] What this ticket is about. Example: /category billing
        [bulk] For admins: close many tickets, or make them more or less urgent; asks before. Examples: /bulk close older 7d, /bulk close tag spam, /bulk priority high category billing
        [tag] Put words on this ticket, or take them off. Examples: /tag add refund vip, /tag remove vip
        [close] Close this ticket. Example: /close refunded
        [claim] Take this ticket. Example: /claim
        [unclaim] Give this ticket back. Example: /unclaim
        [why] Who has a ticket, and why. Example: /why SUPP-261120-7F3K2Q
        [assign] Give this ticket to somebody. Example: /assign @sam
        [transfer] Pass this ticket on. Example: /transfer @sam, /transfer billing or /transfer level 2
        [escalate] Raise this ticket to senior agents. Example: /escalate wants a refund
        [next] Take the ticket that comes first. Example: /next
        [queue] What waits, the most urgent first. Example: /queue
        [mine] Your own tickets. Example: /mine
        [available] You take new tickets. Example: /available
        [busy] You keep your tickets and take no new ones. Example: /busy
        [away] You are away for a while. Example: /away
        [offline] You are off work. Example: /offline
        [shift] Your working hours. Example: /shift mon-fri 09:00-17:00 Europe/Berlin, or /shift off
        [agents] For admins: who works here, and how much they have. Example: /agents
        [agent] For admins: how somebody works. Example: /agent @sam level 2 capacity 8 categories billing languages ru,en
        [stats] For admins: how the desk has done, in 7 days where you name none. Examples: /stats today, /stats 30d
        [delete] As a reply to a message of yours: delete it on the client's side
        [force] For admins, as a reply to a message that was held back: send it
        [reveal] For admins: show what was masked. Example: /reveal SUPP-261120-7F3K2Q callback
        [failed] For admins: what could not be delivered. Example: /failed retry all
        [ban] For admins: pass nothing more of this client on. Example: /ban 7d insults
        [unban] For admins: end a ban or a mute. Example: /unban SUPP-261120-7F3K2Q
        [mute] For admins: pass nothing of this client on for a while. Example: /mute 1h
        [limits] For admins: what a client has used up. Example: /limits SUPP-261120-7F3K2Q reset
        [audit] For admins: who did what. Example: /audit SUPP-261120-7F3K2Q
       *[help] What you can do here. Example: /help
    }
agent-help =
    Write in a ticket's topic and the client reads it as Live Support. Begin with // and it stays here.
card-state =
    { $state ->
        [open] 🟢 open
        [assigned] 🔵 assigned
        [escalated] 🔴 escalated
        [snoozed] 💤 snoozed
       *[closed] ⚪ closed
    }
card-priority =
    { $priority ->
        [low] low priority
        [high] ❗ high priority
        [critical] ‼️ critical
       *[medium] medium priority
    }
card-level = level { $level }
card-assignee = 👤 { $name }
card-unread = ✉️ { $count } unread
card-until = aside until { $date }
card-until-client = aside until the client writes
card-closes = closes { $date }
button-page =
    { $page ->
        [closing] Close
        [escalation] 🔴 Escalate
        [priority] Priority
        [more] More
       *[main] Back
    }
button-close =
    { $resolution ->
        [solved] ✅ Solved
        [no_answer] No answer
        [spam] Spam
        [duplicate] Duplicate
       *[none] Just close
    }
button-reopen = Reopen
button-snooze =
    { $hours ->
       *[other] 💤 { $hours } h
    }
button-snooze-client = 💤 until they write
button-wake = Take up again
resolution =
    { $resolution ->
        [solved] solved
        [no_answer] no answer
        [spam] spam
       *[duplicate] duplicate
    }
line-silent = The client was not told.
no-close-set = No time is set for the close of this ticket.
close-set = This ticket closes on { $date }, unless the client writes. /close cancel ends that.
close-cancelled = This ticket does not close by itself any more.
line-close-cancelled = The client has written, so this ticket does not close at the time that was set.
ticket-is-open = Ticket { $code } is open.
reopened = Ticket { $code } is open again.
not-reopened = Ticket { $code } stays closed: the client has another open one, { $other }.
line-reopened-by-client = The client has written, so ticket { $code } is open again.
agents-only = Only members of this group may do this.
snoozed = Put aside until { $date }, or until the client writes.
snoozed-for-client = Put aside until the client writes.
line-woken = This ticket is not put aside any more.
line-woken-by-client = The client has written, so this ticket is not put aside any more.
remind-set = You will be reminded here on { $date }.
line-reminder = ⏰ Reminder of { $name }: { $text }
close-warning =
    { $hours ->
        [one] We have not heard from you: your ticket #{ $code } will be closed in { $hours } hour. If you still need help, just write here.
       *[other] We have not heard from you: your ticket #{ $code } will be closed in { $hours } hours. If you still need help, just write here.
    }
line-close-warned =
    { $hours ->
        [one] The client was told that this ticket closes in { $hours } hour, because they have not answered.
       *[other] The client was told that this ticket closes in { $hours } hours, because they have not answered.
    }
no-categories = The config has no categories.
categories = There are these categories: { $names }. /category none takes it away.
category-set = Category: { $title }
category-unset = No category.
bulk-none = There is no such open ticket.
ask-bulk =
    { $count ->
        [one] “{ $words }” for { $count } ticket: { $codes }?
       *[other] “{ $words }” for { $count } tickets, the first of them { $codes }?
    }
button-bulk = Do it
button-keep-so = Leave it
bulk-begun = It has begun: { $words }
bulk-kept = Nothing was changed.
bulk-going =
    { $count ->
        [one] { $count } ticket is done, more follow.
       *[other] { $count } tickets are done, more follow.
    }
bulk-done =
    { $count ->
        [one] Done: { $count } ticket.
       *[other] Done: { $count } tickets.
    }
too-many-tags = A ticket has 20 tags at most.
tags-none = No tags.
tags-now = Tags: { $tags }
card-answered =
    { $minutes ->
        [0] first answer within a minute
       *[other] first answer after { $minutes } min
    }
card-answer-by = first answer due { $time }
card-opened = opened { $date } UTC
card-client =
    { $earlier ->
        [0] { $language } · first ticket
        [one] { $language } · { $earlier } earlier ticket
       *[other] { $language } · { $earlier } earlier tickets
    }
topic-moved = This ticket comes from { $desk }.
line-moved = This ticket goes on in { $desk }: { $link }
ticket-moved = { $code } has moved to { $desk }: { $link }. What is written here does not reach the client.
ticket-moves = { $code } is moving to { $desk }. What is written here does not reach the client.
main-desk = the main group
history-head = Before it came here:
history-had = Had it: { $names }
history-counts =
    { $client ->
        [one] 1 message
       *[other] { $client } messages
    } of the client, { $agent ->
        [one] 1 answer
       *[other] { $agent } answers
    }{ $notes ->
        [0] {""}
        [one] ; 1 note stays in the earlier topic
       *[other] ; { $notes } notes stay in the earlier topic
    }
alert-desk-gone = ⚠️ The bot cannot write in the group of { $desk } any more: it was removed, or the group is gone. Tickets there wait; all others go on. Add the bot again as an administrator, or take [[desks]] { $desk } out of the config and restart: its tickets then come back here.
topic-recreated = The topic of this ticket was deleted. This one takes its place; earlier messages went with the old one.
line-closed-by-client = The client has closed ticket { $code }.
line-closed-by-timer = Ticket { $code } was closed, because the client has not written any more.
line-closed-by-agent = Ticket { $code } is closed.
line-closed-because = Ticket { $code } is closed: { $reason }
withheld-from-client =
    { $kind ->
        [contact] The client sent a contact card. It was withheld, because it says who they are.
        [location] The client sent a location. It was withheld, because it says where they are.
        [live_location] The client sent a location. It was withheld, because it says where they are.
        [venue] The client sent a place. It was withheld, because it can say where they are.
        [story] The client sent a story. It was withheld, because it says whose it is.
       *[other] The client sent a message of a kind that can say who they are ({ $kind }). It was withheld.
    }
relay-not-copyable = The client sent something that Telegram does not let bots copy ({ $kind }). They were asked to describe it in words.
relay-removed = Telegram accepted a message of the client and removed it again. Please ask them to write it once more.
relay-dead = A message of the client could not be posted here. An admin can see why and try it again with /failed.
dice = { $emoji } rolled: { $value }
relay-maybe-twice = The message above may stand here twice: its posting was cut off, and Telegram does not tell whether it was done.
relay-late = The next message is older than what stands above it: it was written before this ticket came here and had fallen out of its topic there.
reply-maybe-twice = The client may have received it twice: its sending was cut off, and Telegram does not tell whether it was done.
reply-refused =
    { $reason ->
        [blocked] Not delivered: the client has blocked the bot. They can only be reached again after they write.
        [deactivated] Not delivered: the client's account does not exist any more.
        [no_chat] Not delivered: the client has ended the chat with the bot.
        [not_copyable] Not delivered: Telegram does not let bots copy a message of this kind. Please send it in another form.
        [gone] Not delivered: the message was deleted before it could be sent.
       *[other] Not delivered: Telegram refused it. An admin can see why and try it again with /failed.
    }
mark-delivered = Delivered.
mark-waiting = Not delivered yet. It is still under way.
reply-kind-refused =
    { $kind ->
        [contact] Not delivered: a contact card would show the client who somebody is. Write what they need in words, or an admin answers it with /force.
        [story] Not delivered: a story would show the client whose it is.
        [checklist] Not delivered: a checklist shows its author.
        [venue] Not delivered: please send the place as a location or in words.
        [voice] Not delivered: a voice message would let the client hear who somebody is.
        [video_note] Not delivered: a video message would let the client see who somebody is.
       *[other] Not delivered: this kind of message cannot be shown to clients.
    }
reply-poll-refused = Not delivered: what is attached to a poll could show the client who somebody is. Please send a poll of words alone.
ticket-is-closed = This ticket is closed, so nothing was sent to the client. /reopen opens it again.
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

alert-dead-letter = ⚠️ Something failed for good ({ $purpose }): { $reason }. /failed lists what has failed and tries it again.
alert-dead-update = ⚠️ An update from Telegram could not be handled. It is kept, and nothing else waits for it. /failed lists it and tries it again.
alert-second-instance = ⚠️ A second program uses this bot's token. Stop it: as long as both run, messages may reach either of them.
alert-storage = ⚠️ Nothing can be stored at the moment ({ $reason }). Messages wait at Telegram, for 24 hours at most. Please free some space on the machine.
alert-topics-off = ⚠️ This group has no topics any more, so what clients write waits instead of standing here in one heap. Please switch topics on again: group settings → Topics. Nothing is lost, and what you write here meanwhile does not reach clients.
alert-right-missing =
    { $right ->
        [manage_topics] ⚠️ The bot lacks a right in this group: Manage Topics. New tickets get no topic, and what their clients write waits. Please give it this right: group settings → Administrators → the bot.
        [send_media] ⚠️ The bot lacks a right in this group: sending photos, files and the like. What clients send of these waits, and what they write after it. Please make the bot an administrator, or let members send them: group settings → Permissions.
        [delete_messages] ⚠️ The bot lacks a right in this group: Delete Messages. What it has to take away stays until it has it. Please give it this right: group settings → Administrators → the bot.
       *[admin] ⚠️ The bot lacks a right in this group: it is no administrator. New tickets get no topic, and it may not see what you write. Please make it an administrator that may manage topics, delete messages and pin messages.
    }
desk-back = ✅ The bot can work in this group again. What waited is being posted now, in order.
outage-over =
    { $minutes ->
        [one] ⏳ For { $minutes } minute nothing arrived here from Telegram: there was no connection, or hushdesk was not running. What clients wrote meanwhile is being posted now, in order. Buttons that were pressed meanwhile have to be pressed again.
       *[other] ⏳ For { $minutes } minutes nothing arrived here from Telegram: there was no connection, or hushdesk was not running. What clients wrote meanwhile is being posted now, in order. Buttons that were pressed meanwhile have to be pressed again.
    }
reply-no-topics = Not delivered: this group has no topics at the moment. Please switch them on again (group settings → Topics) and answer in the client's topic.
alert-voice-out = ⚠️ The additional bot { $name } cannot post here any more; the main bot posts everything. Please add { $name } to the group again, or check its token. It is tried again by itself.
write-to-main = Please write to @{ $name }: messages to me are not read.
alert-paused = { $minutes ->
        [one] ⏳ Telegram had the bot post nothing here for about { $minutes } minute.
       *[other] ⏳ Telegram had the bot post nothing here for about { $minutes } minutes.
    } What clients wrote before follows now, in order; whoever wrote meanwhile was told how long it takes.
alert-desk-paused = ⏳ Telegram has the bot post nothing in the group of { $desk } for { $minutes ->
        [one] about { $minutes } minute
       *[other] about { $minutes } minutes
    }. What clients write there follows then, in order, and they are told how long it takes. Replies to them and all other groups go on.
alert-backlog = ⚠️ Clients write more than Telegram lets the bot post here in time: { $calls ->
        [one] { $calls } post waits
       *[other] { $calls } posts wait
    }, which takes { $minutes ->
        [one] about { $minutes } minute
       *[other] about { $minutes } minutes
    }. Those clients are told. Nothing is lost, and replies to clients go out at once.

# What cannot be shown as it is, and files.

told-whole =
    { $kind ->
        [quiz] 📊 Quiz:{" "}
        [rich] 📄 A formatted page, in words:{" "}
       *[poll] 📊 Poll:{" "}
    }
told-without-more = 📎 What is attached to it is not shown.
told-kind =
    { $kind ->
        [story] 📎 A story, which is not shown because it says whose it is.
        [gift] 🎁 A gift.
        [paid_media] 💰 Paid media, which bots cannot pass on.
        [checklist] ☑️ A checklist, which is not shown because it names its author.
        [giveaway] 🎁 A giveaway.
        [game] 🎮 A game.
        [invoice] 🧾 An invoice.
        [sticker] 📎 A sticker.
       *[other] 📎 A message of a kind that cannot be shown ({ $kind }).
    }
album-left-out = { $count ->
        [one] One message of this album
       *[other] { $count } messages of this album
    } could not be delivered, and Telegram does not say which. Please send what matters once more, one by one.
line-album-left-out = ⚠️ { $count ->
        [one] One more message belongs to this album and
       *[other] { $count } more messages belong to this album and
    } could not be shown: Telegram left them out. The client was asked to send them again.
reply-album-left-out = { $count ->
        [one] One message of this album was
       *[other] { $count } messages of this album were
    } not delivered: Telegram left them out and does not say which. Please send what is missing once more, one by one.
file-unclean = ⚠️ This file's metadata was not removed.
alert-scanner = ⚠️ The virus scanner does not answer. Files wait until it does, and so does what is written behind them.
file-waits =
    { $awaited ->
        [scanner] ⏳ A file waits here until the virus scanner answers.
       *[telegram] ⏳ A file waits here, and so does what is written behind it: Telegram does not hand it out at the moment.
    }
file-withheld-from-desk =
    { $reason ->
        [too_large] This file was not passed on: it is larger than 20 MB. Please send a smaller one.
        [infected] This file was not passed on: a virus was found in it.
        [unscanned] This file was not passed on: it could not be checked for viruses. Please send a smaller one, or send it in another format.
        [unclean] This file was not passed on, because it could say who made it. Please send it in another format, such as PDF or JPEG.
       *[unavailable] This file could not be passed on. Please send it again.
    }
file-withheld-from-client =
    { $reason ->
        [too_large] The client sent a file that was withheld: it is larger than 20 MB and cannot be cleaned. They were asked for a smaller one.
        [infected] The client sent a file that was withheld: a virus was found in it.
        [unscanned] The client sent a file that was withheld: the virus scanner answers, but cannot check it. They were asked for another one.
        [unclean] The client sent a file that was withheld: it could say who made it. They were asked for another format.
       *[unavailable] The client sent a file that could not be fetched. They were asked to send it again.
    }
reply-file-withheld =
    { $reason ->
        [too_large] The file was not delivered: it is larger than 20 MB, so what it says about its author cannot be removed. Please send a smaller one.
        [infected] The file was not delivered: a virus was found in it.
        [unscanned] The file was not delivered: the virus scanner answers, but cannot check it. Please send a smaller one, or send it in another format.
        [unclean] The file was not delivered: what it says about its author cannot be removed. Please send it in another format, such as PDF or JPEG.
       *[unavailable] The file was not delivered: it could not be fetched. Please send it again.
    }
album-maybe-twice = Some of the messages above may stand here twice: Telegram posted a part of an album and failed on the rest, so each was posted again.

# Edits and deletions.

edit-into-note = The client still reads the earlier text: a message that was sent cannot become a note or a command. Answer it with /delete to take it back.
edit-held = The client still reads the earlier text: the new one holds { $what }, which shows who somebody is. Please change it.
edited-anew = ✏️ Edited:
line-taken-back = 🗑 The client has taken their first message back.
deleted-from-desk = Deleted: Live Support does not see it any more.
not-deleted-from-desk =
    { $why ->
        [out_of_reach] This message is out of reach and cannot be deleted. Its stored text has been removed.
        [part_of_post] Telegram does not let this message be changed any more. Its stored text has been removed.
       *[too_old] Telegram does not let bots delete this message any more (after 48 hours). Its stored text has been removed.
    }
not-found-at-desk = This message went over in an album that Telegram copied as a whole, so it cannot be found on the other side. Its stored text has been removed.
delete-what-client = Answer the message that you want to take back with /delete. Only messages of yours that were passed on can be deleted.
deleted-from-client = Deleted on the client's side.
not-deleted-from-client =
    { $why ->
        [out_of_reach] The client cannot be reached: the message still stands there. Its stored text has been removed.
        [part_of_post] Telegram does not let this message be changed any more. The client still sees it; its stored text has been removed.
       *[too_old] Telegram does not let bots delete this message any more (after 48 hours). The client still sees it; its stored text has been removed.
    }
not-found-at-client = This message went over in an album that Telegram copied as a whole, so it cannot be found on the client's side. Its stored text has been removed.
delete-what-agent = Answer a message of yours that was sent to the client with /delete.

# Questions with buttons.

ask-client-share =
    { $kind ->
        [contact] A contact card shows a name and a phone number. Shall it be passed on to Live Support?
        [location] A location shows where you are. Shall it be passed on to Live Support?
        [live_location] A live location shows where you are and where you go. Shall it be passed on to Live Support?
        [venue] This can show where you are. Shall it be passed on to Live Support?
       *[other] This message can show who you are. Shall it be passed on to Live Support?
    }
ask-agent-share =
    { $kind ->
        [voice] The client would hear your voice. Send it?
        [video_note] The client would see and hear you. Send it?
       *[other] This can show the client who you are. Send it?
    }
press-again = ⚠️ There was no connection for a while. If you have already pressed a button, please press it again.
button-share = Share
button-keep = Do not share
shared-with-desk = Passed on to Live Support.
kept-from-desk = Not passed on.
shared-with-client = On its way to the client.
kept-from-client = Not sent.
not-your-button = Only whoever wrote the message may decide this.
admins-only = Only administrators of this group may do this.

# Held back and masked.

reply-held = Not sent: it holds { $what }, which would show the client who somebody is. Edit the message, or an admin answers it with /force.
force-what = Answer a message that was held back with /force.
reveal-how = Give the ticket's code and a reason. Example: /reveal SUPP-261120-7F3K2Q the client asked for a call
ask-reveal = Show what was masked in { $code }? Reason: { $reason }. An administrator who presses is written down.
button-reveal = Show it to me
nothing-to-reveal = Nothing is kept: nothing was replaced in this ticket, or there is no key.

# Dead letters.

failed-none = Nothing has failed: there are no dead letters.
failed-list =
    { $count ->
        [one] { $count } dead letter. /failed retry NUMBER tries one again, /failed drop NUMBER gives it up.
       *[other] { $count } dead letters. /failed retry NUMBER tries one again, /failed drop NUMBER gives it up.
    }
failed-what =
    { $purpose ->
        [topic] making the topic
        [card] posting the first message
        [relay] a client's message
        [reply] a reply to the client
        [edit] an edit
        [delete] a deletion
        [reaction] a reaction
        [word] a line of hushdesk's own
        [update] an update from Telegram
       *[other] a change of the card or the topic
    }
failed-reason =
    { $reason ->
        [no_answer] no usable answer after many attempts
        [refused] Telegram refused it
        [refused_so] Telegram refused it: { $words }
        [unreadable] it cannot be read
        [unprepared] it could not be prepared
        [unwritten] its end could not be written down
        [unhandled] what it waited for could not be handled
        [deadly] it ended the program each time it was handled
       *[failed] it could not be handled
    }
failed-how = Write /failed for the list, /failed retry 12 or /failed retry all to try again, /failed drop 12 or /failed drop all to give up.
failed-retried =
    { $count ->
        [0] There is no such dead letter.
        [one] { $count } letter is on its way again.
       *[other] { $count } letters are on their way again.
    }
failed-dropped =
    { $count ->
        [0] There is no such dead letter.
        [one] { $count } letter was given up.
       *[other] { $count } letters were given up.
    }
failed-offer =
    { $count ->
        [one] The trouble is over. { $count } call failed for good meanwhile: /failed shows it, /failed retry all tries again.
       *[other] The trouble is over. { $count } calls failed for good meanwhile: /failed shows them, /failed retry all tries again.
    }
button-retry-all = Try all again
button-drop-all = Give all up

why-chosen =
    { $reason ->
        [only_one] Nobody else could take this ticket.
        [language] This agent speaks the client's language; the others who could take the ticket do not.
        [seniority] The ticket is critical: those of level 2 and above come first.
        [fewest_tickets] Of those who could take the ticket, this agent had the fewest.
        [fastest_answer] Of those with the fewest tickets, this agent answers the fastest.
        [longest_idle] Of those with the fewest tickets who answer equally fast, this agent had waited the longest.
        [order] Several agents were equal in everything; the one who comes first is always the same.
       *[nobody] Nobody could take this ticket: it waits in the queue.
    }
why-over =
    { $reason ->
        [not_available] not available: { $count }
        [out_of_shift] not at work at this hour: { $count }
        [full] no room for another ticket: { $count }
        [other_category] work on other categories: { $count }
        [below_level] level too low: { $count }
        [had_it] had it before: { $count }
        [other_language] do not speak the language: { $count }
        [less_senior] less senior: { $count }
        [more_tickets] have more tickets: { $count }
        [slower] answer more slowly: { $count }
        [less_idle] have waited less long: { $count }
       *[equal] equal: { $count }
    }
why-others = Looked at: { $candidates }. Could not take it: { $over }. Came behind: { $behind }.
why-none = nobody
# Bans and the trail.

client-banned = Your messages are not passed on to Live Support any more.
client-banned-until =
    { $hours ->
        [one] Your messages are not passed on to Live Support at the moment. You can write again in { $hours } hour.
       *[other] Your messages are not passed on to Live Support at the moment. You can write again in { $hours } hours.
    }
banned = Nothing more of { $name } is passed on. Take it back with /unban.
banned-until = Nothing of { $name } is passed on until { $until }. Take it back with /unban.
muted-until = Messages of { $name } are not passed on until { $until }; the ticket stays open. Take it back with /unban.
not-banned = { $name } is neither banned nor muted.
unbanned =
    { $count ->
        [0] { $name } may write again.
        [one] { $name } may write again. { $count } message was not passed on meanwhile.
       *[other] { $name } may write again. { $count } messages were not passed on meanwhile.
    }
limits-used = { $name }: { $messages } of { $messages_of } messages this hour, { $tickets } of { $tickets_of } tickets today (0 = no limit). Start anew with /limits reset.
limits-reset = { $name } starts anew: limits count from zero.
audit-empty = Nothing has been written down here yet.
audit-hand =
    { $hand ->
        [anonymous] an anonymous admin
        [client] the client
        [desk] hushdesk
       *[unknown] somebody who has left
    }
audit-action =
    { $action ->
        [open] opened
        [move] moved
        [claim] claimed
        [unclaim] given back
        [assign] assigned
        [transfer] passed on
        [release] back in the queue
        [escalate] escalated
        [snooze] snoozed
        [wake] woken
        [close] closed
        [reopen] reopened
        [close_at] to be closed
        [close_cancel] not to be closed
        [remind] reminder
        [bulk] to many tickets
        [priority] priority
        [category] category
        [tag] tags
        [ban] banned
        [mute] muted
        [same_open] topics of the same text made
        [same_close] the same text closed
        [unban] ban lifted
        [limits_reset] limits reset
        [force] sent what was held back
        [reveal] looked at what was masked
        [failed_retry] dead letters tried again
        [failed_drop] dead letters given up
        [enrol] became an agent
        [take_away] taken away
        [delete] message taken back
        [join] joined the group
        [leave] left the group
        [role] role
        [sla_warn] warned of a promised time
        [sla_breach] promised time missed
        [sla_remind] reminded of a promised time
        [sla_reassign] taken away after a promised time
        [sla_escalate] raised after a promised time
        [reminded] reminder given
        [close_warned] client warned of the close
        [agent] agent's settings
        [status] status
        [shift] shift
        [admit] admitted
        [refuse] removed from the group
       *[other] { $action }
    }
button-older = Older

# The dashboard.

dashboard-head = 📊 The desk now
dashboard-quiet = No open tickets.
dashboard-tickets =
    { $state ->
        [open] { $count } waiting for an agent
        [assigned] { $count } in work
        [escalated] { $count } escalated and waiting
       *[snoozed] { $count } snoozed
    }
dashboard-unread = { $count } with messages not answered yet
dashboard-longest = the longest for { $minutes } min
dashboard-agents =
    { $status ->
        [available] { $count } available
        [busy] { $count } busy
        [away] { $count } away
       *[offline] { $count } offline
    }
dashboard-without-topic =
    { $count ->
        [one] 🕳 { $count } ticket has no topic yet: it follows as the group's limit allows
       *[other] 🕳 { $count } tickets have no topic yet: they follow as the group's limit allows
    }
dashboard-behind = ⏳ The group is behind by about { $minutes } min
dashboard-letters =
    { $count ->
        [one] ✉️ { $count } dead letter: /failed
       *[other] ✉️ { $count } dead letters: /failed
    }

# The same words from many.

alert-same-text = 📣 { $count } clients have begun with the same words within ten minutes: “{ $subject }”. Tickets that begin so are kept without a topic for { $minutes } minutes from now on, so that others are not crowded out. What is to become of them?
button-same-open = Make their topics
button-same-close = Close them as spam
same-opened =
    { $count ->
        [0] No ticket waits any more.
        [one] { $count } ticket gets its topic now.
       *[other] { $count } tickets get their topics now, as the group's limit allows.
    }
same-closed =
    { $count ->
        [0] No ticket waits any more.
        [one] { $count } ticket was closed; its client was told.
       *[other] { $count } tickets were closed; their clients were told.
    }

# Agents and the desk.

members-only = Only members of this group may do this.
member-joined = 👋 { $name } has joined this group and can read all tickets. Not one of you? An administrator can remove them.
member-asks = 👋 { $name } is in this group and can read all tickets. Nothing that they write reaches a client until an administrator admits them.
button-admit = Admit
button-refuse = Remove from the group
member-admitted = ✅ { $name } may work now.
member-refused = 🚫 { $name } was removed from this group.
not-admitted = Nothing was sent or done: an administrator has to admit you first.
needs-person = /{ $command } is about whoever gives it, and you write in the name of the group. Tap so that I know who you are.
button-identity = It was me
identity-done = Done: /{ $command }
identity-over = /{ $command } was not carried out: nobody has said who gave it. Please give it again.
status-set =
    { $status ->
        [available] You are available: tickets can be given to you.
        [busy] You are busy: you keep your tickets and are given no new ones.
        [away] You are away: your tickets go to others, and you are given no new ones.
       *[offline] You are offline: your tickets go to others, and you are given no new ones.
    }
agent-status =
    { $status ->
        [available] 🟢 available
        [busy] 🟡 busy
        [away] 🌙 away
       *[offline] ⚪ offline
    }
agent-answers =
    { $minutes ->
        [0] answers within a minute
       *[other] answers in about { $minutes } min
    }
agent-load = { $load } of { $most } tickets
agents-none = Nobody has done anything in this group yet. Members become agents with their first action.
claimed = This ticket is yours.
taken = { $name } has this ticket. /assign or /transfer passes it on.
taken-delivered = { $name } was first and has this ticket now. What you wrote has been delivered all the same.
nobody-has-it = Nobody has this ticket.
assigned-absent = { $name } has this ticket now, but is not at work at the moment.
released = This ticket is back in the queue.
next-is = Yours now: { $line }
nothing-next = Nothing waits that you could take.
queue-head =
    { $count ->
        [0] The queue is empty.
        [one] { $count } ticket waits:
       *[other] { $count } tickets wait:
    }
mine-head =
    { $count ->
        [0] You have no tickets.
        [one] You have { $count } ticket:
       *[other] You have { $count } tickets:
    }
waits =
    { $minutes ->
        [one] waits for { $minutes } minute
       *[other] waits for { $minutes } minutes
    }
ticket-placed = Support ticket #{ $code } created. All agents are busy at the moment; your place in the queue is { $place }.
shift-wrong =
    { $kind ->
        [word] “{ $written }” is neither a day nor a time.
        [no_time] There is no time behind “{ $written }”.
        [no_day] There is no day before “{ $written }”.
        [empty] “{ $written }” ends when it begins; a whole day is 00:00-24:00.
        [near_zone] There is no time zone “{ $written }”. Did you mean { $near }?
       *[zone] There is no time zone “{ $written }”; write a place as in Europe/Berlin, or UTC.
    }
ticket-away = Support ticket #{ $code } created. We are closed at the moment and open { $opens }. You will be answered then.
ticket-unmanned = Support ticket #{ $code } created. Nobody is at work at the moment; your place in the queue is { $place }.
queue-moved = Your place in the queue is { $place } now.
assignment-line =
    { $kind ->
        [auto] 👤 { $name }, since { $at } UTC: chosen by hushdesk
        [escalated] 👤 { $name }, since { $at } UTC: raised to them
        [transferred] 👤 { $name }, since { $at } UTC: passed on to them
       *[manual] 👤 { $name }, since { $at } UTC: taken, or given by somebody
    }
line-assigned = 👤 { $name }, this ticket is yours.
line-released = { $name } is not there. This ticket is back in the queue.
line-unanswered = ⏰ { $name } has not answered in time. This ticket is back in the queue.
line-escalated = 🔴 Raised to level { $level }: { $why }
escalation-grounds =
    { $grounds ->
        [expert] somebody more experienced is needed
        [upset] the client is upset
       *[urgent] it cannot wait
    }
escalation-cause =
    { $cause ->
        [keyword] the client asks for it
        [unanswered] the client writes and nobody answers
       *[overdue] the promised time has passed
    }
line-sla =
    { $target ->
        [first_response] { $how ->
            [near] ⏰ The first answer is nearly due.
           *[over] ⏰ The first answer is overdue.
        }
       *[resolution] { $how ->
            [near] ⏰ This ticket should be solved soon.
           *[over] ⏰ This ticket should have been solved by now.
        }
    }
shift-is =
    { $shift ->
        [none] You have no working hours: you are at work whenever you say so.
       *[other] Your working hours: { $shift }
    }
button-claim = 🙋 Take it
dashboard-out-of-reach =
    { $cause ->
        [no_answer] ⛔ Telegram does not answer: everything waits
        [no_answer_here] ⛔ Telegram does not answer where this group is concerned: posts wait
        [token] ⛔ Telegram does not accept the token: everything waits
        [topics_off] ⛔ Topics are off in this group: posts wait
       *[gone] ⛔ The bot may not write in this group: posts wait
    }
dashboard-desk-out-of-reach =
    { $cause ->
        [no_answer] ⛔ Telegram does not answer where the group of { $desk } is concerned: posts wait there
        [topics_off] ⛔ Topics are off in the group of { $desk }: posts wait there
       *[gone] ⛔ The bot may not write in the group of { $desk }: posts wait there
    }
dashboard-breaches = ⏰ Promised times missed in 24 hours: { $count }

# Statistics.

stats-head =
    { $days ->
        [1] 📈 Today, { $day }
       *[other] 📈 { $days } days, from { $day } to today
    }
stats-quiet = Nothing has happened in this time.
stats-failed = The statistics cannot be read at the moment. Please try again later.
stats-tickets = 🎫 Opened: { $opened }, closed: { $closed }
stats-resolution =
    { $resolution ->
        [solved] solved { $count }
        [no_answer] no answer { $count }
        [spam] spam { $count }
        [duplicate] duplicate { $count }
       *[none] unmarked { $count }
    }
stats-now =
    { $waiting ->
        [0] Open now: { $open }
        [one] Open now: { $open }, { $waiting } waits for an answer
       *[other] Open now: { $open }, { $waiting } wait for an answer
    }
stats-answers =
    { $count ->
        [one] 💬 { $count } first answer
       *[other] 💬 { $count } first answers
    }
stats-pace = half in { $median }, 9 of 10 in { $ninetieth }
stats-single = after { $time }
stats-business-hours = (business hours only)
stats-promises = ⏰ Promised times missed
stats-promise =
    { $target ->
        [first_response] First answer: { $missed } of { $of }
       *[resolution] Solution: { $missed } of { $of }
    }
stats-priority =
    { $priority ->
        [low] low { $missed } of { $of }
        [high] high { $missed } of { $of }
        [critical] critical { $missed } of { $of }
       *[medium] medium { $missed } of { $of }
    }
stats-nobodys = { $count } of these while nobody had the ticket
stats-agents = 👤 Agents
stats-agent =
    { $held ->
        [one] { $name }: { $held } ticket, { $closed } closed
       *[other] { $name }: { $held } tickets, { $closed } closed
    }
stats-agent-answers =
    { $count ->
        [one] { $count } first answer in { $median }
       *[other] { $count } first answers, half in { $median }
    }
stats-agent-missed = ⏰ { $count } missed
stats-more = and { $count } more
stats-time =
    { $unit ->
        [s] { $large } s
        [min] { $large } min
        [h] { $small ->
            [0] { $large } h
           *[other] { $large } h { $small } min
        }
       *[d] { $small ->
            [0] { $large } d
           *[other] { $large } d { $small } h
        }
    }
