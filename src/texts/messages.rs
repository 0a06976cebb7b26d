//! One function per message. What it says stands in the Fluent files; when it is said is nobody's business
//! here.

use fluent_bundle::FluentValue;

use super::Texts;
use crate::domain::language::Language;

messages! {
    /// The greeting. Opens nothing.
    client_start() = "client-start";
    /// What a client can do.
    client_help() = "client-help";
    /// The ticket is open.
    ticket_created(code: &str) = "ticket-created";
    /// The ticket is open, and it takes a while until anybody reads it.
    ticket_queued(code: &str, minutes: u64) = "ticket-queued";
    /// To the client, who wrote more: the same.
    queued(minutes: u64) = "queued";
    /// How the client's ticket stands.
    status_open(code: &str, state: &str) = "status-open";
    /// The same when the last one is closed.
    status_closed(code: &str) = "status-closed";
    /// The same when there never was one.
    status_none() = "status-none";
    /// To the client, when an agent closed the ticket.
    closed_by_agent(code: &str) = "closed-by-agent";
    /// To the client, when they closed it themselves.
    closed_by_client(code: &str) = "closed-by-client";
    /// To the client, when the desk's own clock closed it.
    closed_by_timer(code: &str) = "closed-by-timer";
    /// To the client, behind each of these: what a text of theirs does now. For 0 hours it opens a new one.
    after_close(hours: u64) = "after-close";
    /// To the client, whose text has opened the ticket again.
    reopened_by_client(code: &str) = "reopened-by-client";
    /// To the client, when an agent has opened the ticket again.
    reopened_by_agent(code: &str) = "reopened-by-agent";
    /// Above the buttons with what tickets can be about.
    choose_category() = "choose-category";
    /// To the client, who has chosen.
    category_chosen(title: &str) = "category-chosen";
    /// `/close` without an open ticket.
    nothing_to_close() = "nothing-to-close";
    /// The hour's messages are used up.
    limit_messages(minutes: u64) = "limit-messages";
    /// The day's tickets are used up.
    limit_tickets(hours: u64) = "limit-tickets";
    /// To the client: this kind says who they are and was not passed on.
    withheld_from_desk(kind: &str) = "withheld-from-desk";
    /// To the client: Telegram does not let us copy this.
    message_not_copyable(kind: &str) = "message-not-copyable";
    /// What a client's command does.
    menu_client(command: &str) = "menu-client";
    /// What an agent's command does, with an example.
    menu_agent(command: &str) = "menu-agent";
    /// The help for agents, above the list of commands.
    agent_help() = "agent-help";

    /// Why somebody got a ticket, or nobody did.
    why_chosen(reason: &str) = "why-chosen";
    /// How many others did not get it for one reason.
    why_over(reason: &str, count: u64) = "why-over";
    /// How many there were, with the reasons of those who did not get it.
    why_others(candidates: u64, over: &str, behind: &str) = "why-others";
    /// No reasons: there were no others.
    why_none() = "why-none";

    /// Line of the card: how the ticket stands.
    card_state(state: &str) = "card-state";
    /// Part of the card: how long the client waited for the first answer, in minutes.
    card_answered(minutes: u64) = "card-answered";
    /// Part of the card: until when the first answer is promised.
    card_answer_by(time: &str) = "card-answer-by";
    /// Line of the card: when it was opened.
    card_opened(date: &str) = "card-opened";
    /// Line of the card: the client's language and how many tickets they had before.
    card_client(language: &str, earlier: u64) = "card-client";
    /// Part of the card: how urgent the ticket is.
    card_priority(priority: &str) = "card-priority";
    /// Part of the card: how senior an agent it needs.
    card_level(level: u64) = "card-level";
    /// Part of the card: who has it.
    card_assignee(name: &str) = "card-assignee";
    /// Part of the card: messages that nobody has answered.
    card_unread(count: u64) = "card-unread";
    /// Line of the card: until when it is put aside.
    card_until(date: &str) = "card-until";
    /// The same, until the client writes.
    card_until_client() = "card-until-client";
    /// Line of the card: when it closes.
    card_closes(date: &str) = "card-closes";
    /// Button of the card that shows other buttons.
    button_page(page: &str) = "button-page";
    /// Button of the card that closes the ticket.
    button_close(resolution: &str) = "button-close";
    /// Button that opens a closed ticket again.
    button_reopen() = "button-reopen";
    /// Button of the card that puts the ticket aside.
    button_snooze(hours: u64) = "button-snooze";
    /// The same, until the client writes.
    button_snooze_client() = "button-snooze-client";
    /// Button of the card that takes the ticket up again.
    button_wake() = "button-wake";
    /// What came of a ticket.
    resolution(resolution: &str) = "resolution";
    /// Behind the line that a ticket is closed: the client was not told.
    line_silent() = "line-silent";
    /// `/close cancel` where nothing is to be cancelled.
    no_close_set() = "no-close-set";
    /// The ticket closes at this time.
    close_set(date: &str) = "close-set";
    /// It does not, after all.
    close_cancelled() = "close-cancelled";
    /// In the topic: it does not, because the client has written.
    line_close_cancelled() = "line-close-cancelled";
    /// `/reopen` for a ticket that is not closed.
    ticket_is_open(code: &str) = "ticket-is-open";
    /// The ticket is open again.
    reopened(code: &str) = "reopened";
    /// It cannot be: its client has another open one.
    not_reopened(code: &str, other: &str) = "not-reopened";
    /// In the topic: the client's text has opened it again.
    line_reopened_by_client(code: &str) = "line-reopened-by-client";
    /// Somebody pressed who does not belong to the group.
    agents_only() = "agents-only";
    /// The ticket is put aside until then.
    snoozed(date: &str) = "snoozed";
    /// The same, until the client writes.
    snoozed_for_client() = "snoozed-for-client";
    /// In the topic: the time has come.
    line_woken() = "line-woken";
    /// In the topic: the client has written.
    line_woken_by_client() = "line-woken-by-client";
    /// The reminder is set.
    remind_set(date: &str) = "remind-set";
    /// In the topic: what somebody wanted to be reminded of.
    line_reminder(name: &str, text: &str) = "line-reminder";
    /// To the client: the ticket is about to close.
    close_warning(code: &str, hours: u64) = "close-warning";
    /// In the topic: the client was told so.
    line_close_warned(hours: u64) = "line-close-warned";
    /// The config has no categories.
    no_categories() = "no-categories";
    /// The categories that there are.
    categories(names: &str) = "categories";
    /// What the ticket is about now.
    category_set(title: &str) = "category-set";
    /// It is about nothing in particular now.
    category_unset() = "category-unset";
    /// No ticket is meant.
    bulk_none() = "bulk-none";
    /// Asks an admin whether to do it to so many tickets.
    ask_bulk(words: &str, count: u64, codes: &str) = "ask-bulk";
    /// Yes.
    button_bulk() = "button-bulk";
    /// No.
    button_keep_so() = "button-keep-so";
    /// It has begun.
    bulk_begun(words: &str) = "bulk-begun";
    /// Nothing is done.
    bulk_kept() = "bulk-kept";
    /// So many are done, and there are more.
    bulk_going(count: u64) = "bulk-going";
    /// All are done.
    bulk_done(count: u64) = "bulk-done";
    /// There is no room for more tags.
    too_many_tags() = "too-many-tags";
    /// The ticket has no tags now.
    tags_none() = "tags-none";
    /// The tags that the ticket has now.
    tags_now(tags: &str) = "tags-now";
    /// In the topic: the desk's own clock has closed the ticket.
    line_closed_by_timer(code: &str) = "line-closed-by-timer";
    /// In the topic: the topic had been deleted and this is its successor.
    topic_recreated() = "topic-recreated";
    /// On the card of a new topic: the ticket comes from this desk.
    topic_moved(desk: &str) = "topic-moved";
    /// In the topic that a ticket has left: where it goes on.
    line_moved(desk: &str, link: &str) = "line-moved";
    /// The answer to whoever writes in a topic that a ticket has left.
    ticket_moved(code: &str, desk: &str, link: &str) = "ticket-moved";
    /// The same while the new topic is being made.
    ticket_moves(code: &str, desk: &str) = "ticket-moves";
    /// What the main group is called.
    main_desk() = "main-desk";
    /// Above what happened to a ticket before it came to a group.
    history_head() = "history-head";
    /// Who had it.
    history_had(names: &str) = "history-had";
    /// How much was written; the notes are not shown.
    history_counts(client: u64, agent: u64, notes: u64) = "history-counts";
    /// A further group is out of reach.
    alert_desk_gone(desk: &str) = "alert-desk-gone";
    /// In the topic: the client ended the conversation.
    line_closed_by_client(code: &str) = "line-closed-by-client";
    /// In the topic: an agent closed the ticket.
    line_closed_by_agent(code: &str) = "line-closed-by-agent";
    /// The same with the agent's reason.
    line_closed_because(code: &str, reason: &str) = "line-closed-because";
    /// In the topic: the client sent something that says who they are.
    withheld_from_client(kind: &str) = "withheld-from-client";
    /// In the topic: Telegram does not let us copy the client's message.
    relay_not_copyable(kind: &str) = "relay-not-copyable";
    /// In the topic: Telegram removed the client's message again.
    relay_removed() = "relay-removed";
    /// In the topic: a message of the client failed for good.
    relay_dead() = "relay-dead";
    /// A rolled dice, told in words.
    dice(emoji: &str, value: u64) = "dice";
    /// In the topic: after a lost connection this post may stand twice.
    relay_maybe_twice() = "relay-maybe-twice";
    /// In the topic: the next message was written before what stands above it.
    relay_late() = "relay-late";
    /// To the agent: after a lost connection the client may have received this twice.
    reply_maybe_twice() = "reply-maybe-twice";
    /// To the agent: why a reply did not reach the client.
    reply_refused(reason: &str) = "reply-refused";
    /// To the agent, where the group forbids reactions: delivered.
    mark_delivered() = "mark-delivered";
    /// To the agent, where the group forbids reactions: still under way.
    mark_waiting() = "mark-waiting";
    /// To the agent: this kind is never shown to clients.
    reply_kind_refused(kind: &str) = "reply-kind-refused";
    /// To the agent: a poll with files, places or links does not go to clients.
    reply_poll_refused() = "reply-poll-refused";
    /// To the agent: the ticket of this topic is closed, nothing was sent.
    ticket_is_closed() = "ticket-is-closed";
    /// In the topic: the client cannot be written to any more.
    client_left(reason: &str) = "client-left";
    /// In the topic: the client can be written to again.
    client_returned() = "client-returned";
    /// To the agent: no such command, and the nearest right one.
    unknown_command(word: &str, nearest: &str) = "unknown-command";
    /// To the agent: this command works in a ticket's topic only.
    needs_topic(command: &str) = "needs-topic";
    /// In a chat that is not the desk.
    not_our_chat() = "not-our-chat";
    /// The press of a button that means nothing any more.
    button_stale() = "button-stale";

    /// In General: a call failed for good.
    alert_dead_letter(purpose: &str, reason: &str) = "alert-dead-letter";
    /// In General: an update could not be handled.
    alert_dead_update() = "alert-dead-update";
    /// In General: another program polls with the same token.
    alert_second_instance() = "alert-second-instance";
    /// In General: nothing can be stored.
    alert_storage(reason: &str) = "alert-storage";
    /// In General: a right is missing here.
    alert_right_missing(right: &str) = "alert-right-missing";
    /// What waited for the group goes on.
    desk_back() = "desk-back";
    /// To an agent, who answers a client while there are no topics.
    reply_no_topics() = "reply-no-topics";
    /// In General: updates arrive again.
    outage_over(minutes: u64) = "outage-over";
    /// Below a question with buttons: a press may have been lost.
    press_again() = "press-again";
    /// To a client, who writes while the desk is out of reach.
    delayed() = "delayed";
    /// In General: the group has no topics any more.
    alert_topics_off() = "alert-topics-off";
    /// In General: a further bot cannot post here any more.
    alert_voice_out(name: &str) = "alert-voice-out";
    /// To somebody who writes to a further bot.
    write_to_main(name: &str) = "write-to-main";
    /// To the admins: the group had to be left alone.
    alert_paused(minutes: u64) = "alert-paused";
    /// To the admins of the main group: a further one has to be left alone.
    alert_desk_paused(desk: &str, minutes: u64) = "alert-desk-paused";
    /// To the admins: the group is behind.
    alert_backlog(calls: u64, minutes: u64) = "alert-backlog";
    /// A relayed message cannot become a note or a command.
    edit_into_note() = "edit-into-note";
    /// A change of a reply was held back.
    edit_held(what: &str) = "edit-held";
    /// A message that takes the place of one that cannot be changed begins so.
    edited_anew() = "edited-anew";
    /// Where the client's first words stood.
    line_taken_back() = "line-taken-back";
    /// To the client: the message is gone on the other side.
    deleted_from_desk() = "deleted-from-desk";
    /// To the client: it still stands there, and why.
    not_deleted_from_desk(why: &str) = "not-deleted-from-desk";
    /// To the client: the copy stands in an album, and nobody knows which it is.
    not_found_at_desk() = "not-found-at-desk";
    /// To the client: `/delete` has to answer an own message.
    delete_what_client() = "delete-what-client";
    /// To the agent: the message is gone on the client's side.
    deleted_from_client() = "deleted-from-client";
    /// To the agent: the client still sees it, and why.
    not_deleted_from_client(why: &str) = "not-deleted-from-client";
    /// To the agent: the copy stands in an album, and nobody knows which it is.
    not_found_at_client() = "not-found-at-client";
    /// To the agent: `/delete` has to answer an own message.
    delete_what_agent() = "delete-what-agent";
    /// Asks a client whether something may be passed on.
    ask_client_share(kind: &str) = "ask-client-share";
    /// Asks an agent whether something may be passed on.
    ask_agent_share(kind: &str) = "ask-agent-share";
    /// Yes.
    button_share() = "button-share";
    /// No.
    button_keep() = "button-keep";
    /// To the client: it was passed on.
    shared_with_desk() = "shared-with-desk";
    /// To the client: it was not passed on.
    kept_from_desk() = "kept-from-desk";
    /// To the agent: it was passed on.
    shared_with_client() = "shared-with-client";
    /// To the agent: it was not passed on.
    kept_from_client() = "kept-from-client";
    /// The button is somebody else's.
    not_your_button() = "not-your-button";
    /// Only for administrators of the group.
    admins_only() = "admins-only";
    /// An agent's message is held back.
    reply_held(what: &str) = "reply-held";
    /// How `/force` is used.
    force_what() = "force-what";
    /// How `/reveal` is used.
    reveal_how() = "reveal-how";
    /// Asks the admins whether to show what was masked.
    ask_reveal(code: &str, reason: &str) = "ask-reveal";
    /// Shows it.
    button_reveal() = "button-reveal";
    /// There are no dead letters.
    failed_none() = "failed-none";
    /// The head of the list of dead letters.
    failed_list(count: u64) = "failed-list";
    /// What a dead letter was for.
    failed_what(purpose: &str) = "failed-what";
    /// Why it failed.
    failed_reason(reason: &str, words: &str) = "failed-reason";
    /// How `/failed` is used.
    failed_how() = "failed-how";
    /// Dead letters go on their way again.
    failed_retried(count: u64) = "failed-retried";
    /// Dead letters were given up.
    failed_dropped(count: u64) = "failed-dropped";
    /// The group is back: what failed meanwhile can be tried again.
    failed_offer(count: u64) = "failed-offer";
    /// All dead letters again.
    button_retry_all() = "button-retry-all";
    /// No dead letters any more.
    button_drop_all() = "button-drop-all";
    /// Nothing is kept of what was masked.
    nothing_to_reveal() = "nothing-to-reveal";
    /// To a client whose messages are not passed on any more.
    client_banned() = "client-banned";
    /// To a client whose messages are not passed on for a while.
    client_banned_until(hours: u64) = "client-banned-until";
    /// To the agents: a client is banned for good.
    banned(name: &str) = "banned";
    /// To the agents: a client is banned until a time.
    banned_until(name: &str, until: &str) = "banned-until";
    /// To the agents: a client is muted until a time.
    muted_until(name: &str, until: &str) = "muted-until";
    /// To the agents: there is nothing to lift.
    not_banned(name: &str) = "not-banned";
    /// To the agents: a client may write again, and how much was not passed on meanwhile.
    unbanned(name: &str, count: u64) = "unbanned";
    /// To the agents: what a client has used up of its limits; 0 = no limit.
    limits_used(name: &str, messages: u64, messages_of: u64, tickets: u64, tickets_of: u64) = "limits-used";
    /// To the agents: what a client had used up is forgotten.
    limits_reset(name: &str) = "limits-reset";
    /// To the admins: there is no such entry.
    audit_empty() = "audit-empty";
    /// Whose hand it was, where it was no member's.
    audit_hand(hand: &str) = "audit-hand";
    /// What was done.
    audit_action(action: &str) = "audit-action";
    /// Older entries.
    button_older() = "button-older";
    /// To the admins: many clients begin with the same words.
    alert_same_text(count: u64, subject: &str, minutes: u64) = "alert-same-text";
    /// Their tickets get topics now.
    button_same_open() = "button-same-open";
    /// Their tickets are closed.
    button_same_close() = "button-same-close";
    /// So many tickets get topics now.
    same_opened(count: u64) = "same-opened";
    /// So many tickets were closed.
    same_closed(count: u64) = "same-closed";
    /// The first line of the dashboard.
    dashboard_head() = "dashboard-head";
    /// On the dashboard: there are no open tickets.
    dashboard_quiet() = "dashboard-quiet";
    /// On the dashboard: how many tickets of a state there are.
    dashboard_tickets(state: &str, count: u64) = "dashboard-tickets";
    /// On the dashboard: how many of them have messages that nobody has answered.
    dashboard_unread(count: u64) = "dashboard-unread";
    /// On the dashboard: how long the one waits that waits longest.
    dashboard_longest(minutes: u64) = "dashboard-longest";
    /// On the dashboard: how many agents have a status.
    dashboard_agents(status: &str, count: u64) = "dashboard-agents";
    /// On the dashboard: how many tickets have no topic yet.
    dashboard_without_topic(count: u64) = "dashboard-without-topic";
    /// On the dashboard: how far the group is behind.
    dashboard_behind(minutes: u64) = "dashboard-behind";
    /// On a card: whoever presses takes the ticket.
    button_claim() = "button-claim";
    /// On the dashboard: what is out of reach.
    dashboard_out_of_reach(cause: &str) = "dashboard-out-of-reach";
    /// The same of a further group, on the main one's.
    dashboard_desk_out_of_reach(cause: &str, desk: &str) = "dashboard-desk-out-of-reach";
    /// On the dashboard: how many promised times were missed lately.
    dashboard_breaches(count: u64) = "dashboard-breaches";
    /// On the dashboard: how many dead letters there are.
    dashboard_letters(count: u64) = "dashboard-letters";
    /// The press of somebody who does not belong to the group, or of whom that is not sure.
    members_only() = "members-only";
    /// In General: somebody has joined.
    member_joined(name: &str) = "member-joined";
    /// In General: somebody has joined, and an admin has to let them in.
    member_asks(name: &str) = "member-asks";
    /// Lets somebody in.
    button_admit() = "button-admit";
    /// Removes somebody from the group.
    button_refuse() = "button-refuse";
    /// In General: somebody was let in.
    member_admitted(name: &str) = "member-admitted";
    /// In General: somebody was removed.
    member_refused(name: &str) = "member-refused";
    /// To a member whom nobody has let in: nothing was done.
    not_admitted() = "not-admitted";
    /// To an anonymous admin: this command is about whoever gives it.
    needs_person(command: &str) = "needs-person";
    /// Says who gave it: Telegram names whoever presses.
    button_identity() = "button-identity";
    /// It was carried out in the name of whoever has pressed.
    identity_done(command: &str) = "identity-done";
    /// Nobody has said who gave it.
    identity_over(command: &str) = "identity-over";
    /// To the agent: how they stand from now on.
    status_set(status: &str) = "status-set";
    /// Part of a line about an agent: how they stand.
    agent_status(status: &str) = "agent-status";
    /// Part of a line about an agent: how long clients wait for their answers, in minutes.
    agent_answers(minutes: u64) = "agent-answers";
    /// Part of a line about an agent: how many tickets they have, of how many.
    agent_load(load: u64, most: u64) = "agent-load";
    /// Nobody has done anything here yet.
    agents_none() = "agents-none";
    /// To the agent: they have the ticket.
    claimed() = "claimed";
    /// To the agent: somebody else has the ticket.
    taken(name: &str) = "taken";
    /// To the agent who lost a race for a ticket: what they wrote was delivered.
    taken_delivered(name: &str) = "taken-delivered";
    /// To the agent: the ticket is in the queue.
    nobody_has_it() = "nobody-has-it";
    /// Somebody was given a ticket who is not at work.
    assigned_absent(name: &str) = "assigned-absent";
    /// To the agent: the ticket went back to the queue.
    released() = "released";
    /// To the agent: the next ticket.
    next_is(line: &str) = "next-is";
    /// To the agent: nothing in the queue is for them.
    nothing_next() = "nothing-next";
    /// Above the list of the queue.
    queue_head(count: u64) = "queue-head";
    /// Above the list of an agent's own tickets.
    mine_head(count: u64) = "mine-head";
    /// Part of a line about a ticket: how long its client has been waiting.
    waits(minutes: u64) = "waits";
    /// The ticket is open, and all agents are busy.
    ticket_placed(code: &str, place: u64) = "ticket-placed";
    /// Before how /shift is used: what is wrong with the hours that were written.
    shift_wrong(kind: &str, written: &str, near: &str) = "shift-wrong";
    /// The ticket is open, and the desk is not; when it is.
    ticket_away(code: &str, opens: &str) = "ticket-away";
    /// The ticket is open, and nobody is at work.
    ticket_unmanned(code: &str, place: u64) = "ticket-unmanned";
    /// To the client: they have moved up in the queue.
    queue_moved(place: u64) = "queue-moved";
    /// Part of the answer to /why: who has had a ticket since when, and how it came to them.
    assignment_line(kind: &str, name: &str, at: &str) = "assignment-line";
    /// In the topic: who has the ticket; they are notified.
    line_assigned(name: &str) = "line-assigned";
    /// In the topic: whoever had the ticket is not there any more.
    line_released(name: &str) = "line-released";
    /// In the topic: whoever has the ticket did not answer in time.
    line_unanswered(name: &str) = "line-unanswered";
    /// In the topic: the ticket was raised.
    line_escalated(level: u64, why: &str) = "line-escalated";
    /// Button of the card, and why an agent has raised a ticket with it.
    escalation_grounds(grounds: &str) = "escalation-grounds";
    /// Why a rule has raised a ticket.
    escalation_cause(cause: &str) = "escalation-cause";
    /// In the topic: a promised time is near or over.
    line_sla(target: &str, how: &str) = "line-sla";
    /// To the agent: when they are at work.
    shift_is(shift: &str) = "shift-is";
}
