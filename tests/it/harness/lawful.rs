//! What holds for tickets and agents after every step, whatever has been done to them. The schema holds the
//! rest: one open ticket per client, and which columns go with which state.

use hushdesk::domain::ids::UserId;
use hushdesk::store::{Db, agents};

use super::checks::rows;

/// What must be nowhere: why, and how it is looked for.
const UNLAWFUL: [(&str, &str); 12] = [
    (
        "the history does not say who has these",
        "SELECT code || ' ' || state || ' ' || ifnull(assignments.agent, 0) FROM tickets \
         LEFT JOIN assignments ON ticket_id = tickets.id AND ended_at IS NULL \
         WHERE assignments.agent IS NOT CASE WHEN state <> 'closed' THEN assignee END",
    ),
    (
        "whoever has these has left",
        "SELECT code FROM tickets JOIN members ON user_id = assignee AND members.desk = tickets.desk \
         WHERE state IN ('assigned', 'snoozed') AND role IS NULL",
    ),
    (
        "whoever has these is no agent",
        "SELECT code FROM tickets WHERE state IN ('assigned', 'snoozed') AND assignee IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM agents WHERE user_id = assignee)",
    ),
    (
        "a place in the queue is kept for what waits no more",
        "SELECT code FROM queue_places JOIN tickets ON tickets.id = ticket_id \
         WHERE state NOT IN ('open', 'escalated')",
    ),
    (
        "nothing wakes these",
        "SELECT code FROM tickets WHERE snoozed_until IS NOT NULL AND NOT EXISTS (SELECT 1 FROM timers \
         WHERE json_extract(timer, '$.wake.ticket') = tickets.id \
         AND json_extract(timer, '$.wake.until') = snoozed_until)",
    ),
    (
        "nothing closes these when it was said that they close",
        "SELECT code FROM tickets WHERE close_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM timers \
         WHERE json_extract(timer, '$.close_at.ticket') = tickets.id \
         AND json_extract(timer, '$.close_at.at') = close_at)",
    ),
    (
        "the clocks of the promised times do not stand as these do",
        "SELECT code || ' ' || state FROM tickets JOIN clients ON clients.id = client_id WHERE \
         (close_runs_since IS NOT NULL) <> (state IN ('open', 'assigned', 'escalated') \
         AND waiting_since IS NOT NULL AND unreachable IS NULL) \
         OR (answer_runs_since IS NOT NULL) <> (state <> 'closed' AND first_response_at IS NULL AND unreachable IS NULL)",
    ),
    (
        "two have them at once",
        "SELECT code FROM tickets JOIN assignments ON ticket_id = tickets.id WHERE ended_at IS NULL \
         GROUP BY tickets.id HAVING count(*) > 1",
    ),
    (
        "more is unread than was written since the last answer that arrived",
        "SELECT code || ' ' || unread FROM tickets WHERE unread > (SELECT count(*) FROM messages \
         WHERE ticket_id = tickets.id AND side = 'client' AND id > (SELECT ifnull(max(messages.id), 0) FROM messages \
         JOIN links ON message_id = messages.id AND place = tickets.client_id \
         WHERE ticket_id = tickets.id AND side = 'agent'))",
    ),
    (
        "hushdesk gave these to somebody who is not at work",
        "SELECT code FROM assignments JOIN tickets ON tickets.id = ticket_id JOIN agents ON user_id = agent \
         WHERE ended_at IS NULL AND why <> '' AND status IN ('away', 'offline')",
    ),
    (
        "somebody has these though an admin has yet to decide on them",
        "SELECT code FROM tickets JOIN first_texts ON held_ticket = tickets.id WHERE assignee IS NOT NULL",
    ),
    (
        "a press waits though nobody is asked about whoever pressed",
        "SELECT press FROM parked_presses WHERE NOT EXISTS \
         (SELECT 1 FROM timers WHERE json_extract(timer, '$.press_parked.press') = parked_presses.id)",
    ),
];

/// Holds tickets, their history, the queue and the agents' loads against each other.
pub fn check_desk(db: &Db) {
    for (why, query) in UNLAWFUL {
        let found = rows(db, query);
        assert!(found.is_empty(), "{why}: {found:#?}");
    }
    check_loads(db);
}

/// What the desk takes for an agent's load is what the history says they work on.
fn check_loads(db: &Db) {
    let query = "SELECT user_id, (SELECT count(*) FROM assignments JOIN tickets ON tickets.id = ticket_id \
                 WHERE agent = user_id AND ended_at IS NULL AND state = 'assigned') FROM agents";
    let mut statement = db.prepare_cached(query).expect("it fits the schema");
    let counted = statement
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?)))
        .expect("it runs");
    for (number, row) in counted.enumerate() {
        let (user, active) = row.expect("numbers");
        let load = agents::load(db, UserId(user)).expect("it can be counted");
        assert_eq!(load, active, "the load of agent {number}");
    }
}
