//! What happened at a desk in a time, read as it stood at one moment. Looks at what happened then and at what is
//! open now, never at all that there ever was. Holds nothing of a client and no words of anybody.

use rusqlite::{Row, params};

use super::reports::Asked;
use super::{Db, Error};
use crate::domain::ids::DeskId;
use crate::domain::rules::statistics::{Closed, Facts, FirstAnswer, Missed};
use crate::domain::time::Timestamp;

const OPENED: &str = "SELECT count(*) FROM tickets INDEXED BY tickets_opened \
     WHERE opened_at >= ?1 AND opened_at <= ?2 AND (?3 IS NULL OR desk = ?3)";
const NOW: &str = "SELECT count(*), ifnull(sum(unread > 0), 0) FROM tickets INDEXED BY tickets_not_closed \
     WHERE state <> 'closed' AND (?1 IS NULL OR desk = ?1)";
const CLOSED: &str = "SELECT resolution, assignee, priority, EXISTS (SELECT 1 FROM sla_steps \
     WHERE ticket_id = tickets.id AND target = 'resolution' AND step = 'breach') AS is_late, count(*) \
     FROM tickets INDEXED BY tickets_closed \
     WHERE closed_at >= ?1 AND closed_at <= ?2 AND (?3 IS NULL OR desk = ?3) \
     GROUP BY resolution, assignee, priority, is_late";
const ANSWERS: &str = "SELECT opened_at, first_response_at, priority, EXISTS (SELECT 1 FROM sla_steps \
     WHERE ticket_id = tickets.id AND target = 'first_response' AND step = 'breach'), \
     (SELECT author FROM messages WHERE ticket_id = tickets.id AND side = 'agent' AND is_note = 0 \
     AND held IS NULL AND deleted_at IS NULL ORDER BY id LIMIT 1) \
     FROM tickets INDEXED BY tickets_answered \
     WHERE first_response_at >= ?1 AND first_response_at <= ?2 AND (?3 IS NULL OR desk = ?3)";
const MISSED: &str = "SELECT target, sla_steps.priority, holder, count(*) \
     FROM sla_steps INDEXED BY sla_steps_by_time JOIN tickets ON tickets.id = ticket_id \
     WHERE step = 'breach' AND taken_at >= ?1 AND taken_at <= ?2 AND (?3 IS NULL OR desk = ?3) \
     GROUP BY target, sla_steps.priority, holder";
const HELD: &str = "SELECT agent, count(DISTINCT ticket_id) FROM \
     (SELECT agent, ticket_id FROM assignments INDEXED BY assignments_current \
     WHERE ended_at IS NULL AND assigned_at <= ?2 \
     UNION ALL SELECT agent, ticket_id FROM assignments INDEXED BY assignments_ended \
     WHERE ended_at >= ?1 AND assigned_at <= ?2) \
     JOIN tickets ON tickets.id = ticket_id WHERE (?3 IS NULL OR desk = ?3) GROUP BY agent";

/// What happened, at one desk or at all of them.
pub fn read(db: &Db, asked: &Asked, desk: Option<DeskId>) -> Result<Facts, Error> {
    let at_one_moment = db.unchecked_transaction()?;
    let time = (asked.from, asked.to, desk);
    let (open_now, waiting_now) = db
        .prepare_cached(NOW)?
        .query_row([desk], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let opened = db
        .prepare_cached(OPENED)?
        .query_row(params![time.0, time.1, time.2], |row| row.get(0))?;
    let facts = Facts {
        opened,
        open_now,
        waiting_now,
        closed: rows(db, CLOSED, time, closed)?,
        answers: rows(db, ANSWERS, time, first_answer)?,
        missed: rows(db, MISSED, time, missed)?,
        held: rows(db, HELD, time, |row| Ok((row.get(0)?, row.get(1)?)))?,
    };
    drop(at_one_moment);
    Ok(facts)
}

fn rows<T>(
    db: &Db,
    statement: &str,
    (from, to, desk): (Timestamp, Timestamp, Option<DeskId>),
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Error> {
    let mut statement = db.prepare_cached(statement)?;
    let rows = statement.query_map(params![from, to, desk], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn closed(row: &Row<'_>) -> rusqlite::Result<Closed> {
    Ok(Closed {
        resolution: row.get(0)?,
        holder: row.get(1)?,
        priority: row.get(2)?,
        is_late: row.get(3)?,
        count: row.get(4)?,
    })
}

fn first_answer(row: &Row<'_>) -> rusqlite::Result<FirstAnswer> {
    Ok(FirstAnswer {
        opened_at: row.get(0)?,
        answered_at: row.get(1)?,
        priority: row.get(2)?,
        is_late: row.get(3)?,
        by: row.get(4)?,
    })
}

fn missed(row: &Row<'_>) -> rusqlite::Result<Missed> {
    Ok(Missed {
        target: row.get(0)?,
        priority: row.get(1)?,
        holder: row.get(2)?,
        count: row.get(3)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ChatId, MessageId, UserId};
    use crate::domain::rules::sla::Target;
    use crate::domain::ticket::{Resolution, TicketPriority};

    /// Three tickets of the main desk and one of another: answered and closed, missed, and open.
    const ROWS: &str = "
        INSERT INTO clients (id, telegram_user_id, language, first_seen_at) VALUES
            (1, 501, 'en', 0), (2, 502, 'en', 0), (3, 503, 'en', 0), (4, 504, 'en', 0);
        INSERT INTO tickets (id, code, client_id, desk, state, priority, assignee, opened_at, closed_at, closed_by,
            resolution, first_response_at, unread, waiting_since) VALUES
            (1, 'SUPP-261120-AAAAAA', 1, 0, 'closed', 1, 7, 50, 110, 'agent', 'solved', 100, 0, NULL),
            (2, 'SUPP-261120-BBBBBB', 2, 0, 'closed', 1, 8, 100, 199, 'timer', NULL, 150, 0, NULL),
            (3, 'SUPP-261120-CCCCCC', 3, 0, 'assigned', 3, 7, 199, NULL, NULL, NULL, 200, 2, 199),
            (4, 'SUPP-261120-DDDDDD', 4, -9, 'open', 1, NULL, 150, NULL, NULL, NULL, NULL, 1, 150);
        INSERT INTO messages (ticket_id, side, is_note, written_at, content, author, held, deleted_at) VALUES
            (1, 'client', 0, 50, '{}', NULL, NULL, NULL), (1, 'agent', 1, 60, '{}', 9, NULL, NULL),
            (1, 'agent', 0, 70, '{}', 9, 'name', NULL), (1, 'agent', 0, 80, '{}', 9, NULL, 81),
            (1, 'agent', 0, 100, '{}', 8, NULL, NULL), (1, 'agent', 0, 101, '{}', 7, NULL, NULL),
            (2, 'agent', 0, 150, '{}', NULL, NULL, NULL);
        INSERT INTO sla_steps (ticket_id, target, step, taken_at, holder, priority) VALUES
            (1, 'first_response', 'warn', 105, 7, 1), (1, 'first_response', 'breach', 106, 8, 3),
            (2, 'resolution', 'breach', 90, 8, 1), (3, 'resolution', 'breach', 199, NULL, 3),
            (4, 'first_response', 'breach', 160, NULL, 1);
        INSERT INTO assignments (ticket_id, agent, kind, assigned_at, ended_at) VALUES
            (1, 9, 'auto', 50, 99), (1, 7, 'auto', 99, 110), (1, 8, 'auto', 100, 101), (1, 7, 'auto', 101, 111),
            (2, 8, 'auto', 150, 250), (3, 7, 'auto', 199, NULL), (3, 6, 'auto', 200, 201);
    ";

    fn facts(desk: Option<DeskId>) -> Facts {
        let (_folder, db) = super::super::tests::empty();
        db.execute_batch(ROWS).expect("lawful rows are taken");
        let asked = Asked {
            chat: ChatId(-1),
            thread: None,
            message: MessageId(1),
            desk: DeskId::MAIN,
            days: 1,
            from: Timestamp::from_millis(100),
            to: Timestamp::from_millis(199),
        };
        read(&db, &asked, desk).expect("it reads")
    }

    #[test]
    fn what_happened_in_a_time_is_counted_its_first_and_last_moment_with_it() {
        let found = facts(None);
        assert_eq!((found.opened, found.open_now, found.waiting_now), (3, 2, 2));
        let closed = |resolution, holder, is_late| Closed {
            resolution,
            holder: Some(UserId(holder)),
            priority: TicketPriority::Medium,
            is_late,
            count: 1,
        };
        assert_eq!(
            found.closed,
            [
                closed(None, 8, true),
                closed(Some(Resolution::Solved), 7, false)
            ]
        );
        let held: Vec<(i64, u32)> = found
            .held
            .iter()
            .map(|(it, count)| (it.0, *count))
            .collect();
        assert_eq!(held, [(7, 2), (8, 2)]);
    }

    #[test]
    fn a_first_answer_is_whose_it_was() {
        let answers: Vec<(i64, bool, Option<i64>)> = facts(None)
            .answers
            .iter()
            .map(|it| (it.answered_at.millis(), it.is_late, it.by.map(|by| by.0)))
            .collect();
        assert_eq!(answers, [(100, true, Some(8)), (150, false, None)]);
    }

    #[test]
    fn a_missed_promise_is_of_whoever_had_the_ticket_then() {
        let missed = |target, priority, holder: Option<i64>| Missed {
            target,
            priority,
            holder: holder.map(UserId),
            count: 1,
        };
        assert_eq!(
            facts(None).missed,
            [
                missed(Target::FirstResponse, TicketPriority::Medium, None),
                missed(Target::FirstResponse, TicketPriority::Critical, Some(8)),
                missed(Target::Resolution, TicketPriority::Critical, None),
            ]
        );
    }

    #[test]
    fn a_desk_counts_its_own() {
        let other = facts(Some(DeskId(-9)));
        assert_eq!((other.opened, other.open_now, other.waiting_now), (1, 1, 1));
        assert_eq!(other.missed.len(), 1);
        assert!(other.closed.is_empty() && other.answers.is_empty() && other.held.is_empty());
        let main = facts(Some(DeskId::MAIN));
        assert_eq!((main.opened, main.open_now, main.missed.len()), (2, 1, 2));
    }
}
