-- The foundation: inbox, clients, tickets with their topics, messages with their links, outbox, timers.
--
-- Times are milliseconds since the Unix epoch, UTC. A "place" is a chat: a client's private chat is
-- the positive id of our own row of that client, a group is its negative Telegram id. So Telegram's
-- number of a person stands in `clients.telegram_user_id` and in raw updates that are not done yet,
-- and nowhere else.

CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Every update as Telegram sent it, from before Telegram is told that we have it until it is done.
CREATE TABLE inbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: calls name it as their cause
    bot_id          INTEGER NOT NULL,
    update_id       INTEGER NOT NULL,   -- negative where the update came without one
    received_at     INTEGER NOT NULL,
    raw             TEXT,               -- blanked when done
    state           TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'dead')),
    suspect_starts  INTEGER NOT NULL DEFAULT 0,  -- starts of the program that found it unfinished at the front
    attempts        INTEGER NOT NULL DEFAULT 0,  -- times it was touched alone, each committed beforehand
    finished_at     INTEGER,
    reason          TEXT,               -- why it is dead, in words that name nobody
    UNIQUE (bot_id, update_id),
    CHECK (state <> 'done' OR raw IS NULL),
    CHECK ((state = 'pending') = (finished_at IS NULL))
) STRICT;
CREATE INDEX inbox_pending ON inbox (id) WHERE state = 'pending';
CREATE INDEX inbox_finished ON inbox (finished_at) WHERE state = 'done';

CREATE TABLE clients (
    id               INTEGER PRIMARY KEY CHECK (id > 0),
    telegram_user_id INTEGER NOT NULL UNIQUE CHECK (telegram_user_id > 0),
    language         TEXT NOT NULL,
    unreachable      TEXT CHECK (unreachable IN ('blocked', 'deactivated', 'no_chat')),
    first_seen_at    INTEGER NOT NULL
) STRICT;

-- What a client has used up of its limits, by the dates of its own messages.
CREATE TABLE client_limits (
    client_id         INTEGER PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    hour_started_at   INTEGER NOT NULL DEFAULT 0,
    hour_messages     INTEGER NOT NULL DEFAULT 0,
    hour_told         INTEGER NOT NULL DEFAULT 0 CHECK (hour_told IN (0, 1)),
    day_started_at    INTEGER NOT NULL DEFAULT 0,
    day_tickets       INTEGER NOT NULL DEFAULT 0,
    day_told          INTEGER NOT NULL DEFAULT 0 CHECK (day_told IN (0, 1)),
    next_free_at      INTEGER NOT NULL DEFAULT 0,  -- theoretical arrival time of the rate limit
    album             TEXT,                        -- the album judged last, which counts as one
    album_refused     INTEGER NOT NULL DEFAULT 0 CHECK (album_refused IN (0, 1))
) STRICT;

CREATE TABLE tickets (
    id         INTEGER PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE,
    client_id  INTEGER NOT NULL REFERENCES clients (id),
    state      TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    opened_at  INTEGER NOT NULL,
    closed_at  INTEGER,
    closed_by  TEXT CHECK (closed_by IN ('client', 'agent')),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
) STRICT;
-- One open ticket per client, however many messages arrive at once (P5).
CREATE UNIQUE INDEX tickets_one_open ON tickets (client_id) WHERE state <> 'closed';
CREATE INDEX tickets_of_client ON tickets (client_id, id);

CREATE TABLE topics (
    id               INTEGER PRIMARY KEY,
    ticket_id        INTEGER NOT NULL REFERENCES tickets (id),
    chat_id          INTEGER NOT NULL CHECK (chat_id < 0),
    thread_id        INTEGER CHECK (thread_id > 1),
    state            TEXT NOT NULL CHECK (state IN ('wanted', 'live', 'gone')),
    card_message_id  INTEGER,           -- the post that shows the ticket's state
    card_carries     INTEGER REFERENCES messages (id) ON DELETE SET NULL, -- the message that shares this post
    card_lead        TEXT,              -- words that stand before the carried message
    UNIQUE (chat_id, thread_id),
    CHECK ((state = 'live') <= (thread_id IS NOT NULL))
) STRICT;
-- One live topic per ticket (P5).
CREATE UNIQUE INDEX topics_one_live ON topics (ticket_id) WHERE state <> 'gone';
CREATE INDEX topics_of_ticket ON topics (ticket_id, id);

CREATE TABLE messages (
    id         INTEGER PRIMARY KEY,
    ticket_id  INTEGER NOT NULL REFERENCES tickets (id),
    side       TEXT NOT NULL CHECK (side IN ('client', 'agent')),
    is_note    INTEGER NOT NULL DEFAULT 0 CHECK (is_note IN (0, 1)),
    written_at INTEGER NOT NULL,
    content    TEXT NOT NULL,           -- JSON: kind, text, entities
    CHECK (is_note = 0 OR side = 'agent')
) STRICT;
CREATE INDEX messages_of_ticket ON messages (ticket_id, id);

-- Where a message stands: its original and its copies. Unique per chat, message and part.
CREATE TABLE links (
    place               INTEGER NOT NULL,
    telegram_message_id INTEGER NOT NULL,
    part                INTEGER NOT NULL DEFAULT 0,
    message_id          INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    PRIMARY KEY (place, telegram_message_id, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_of_message ON links (message_id, place);

-- Every call that has to be made, written in the transaction that decided on it.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY,
    cause       TEXT NOT NULL,          -- the update, timer or call that led to it
    step        INTEGER NOT NULL,
    lane        TEXT NOT NULL,
    position    INTEGER NOT NULL,       -- order inside the lane
    is_head     INTEGER NOT NULL CHECK (is_head IN (0, 1)),
    budget      TEXT NOT NULL CHECK (budget IN ('client', 'desk', 'bot')),
    priority    INTEGER NOT NULL,
    purpose     TEXT NOT NULL CHECK (purpose IN
                  ('topic', 'card', 'relay', 'reply', 'word', 'card_edit', 'topic_state', 'mark', 'service')),
    client_id   INTEGER REFERENCES clients (id),
    ticket_id   INTEGER REFERENCES tickets (id),
    message_id  INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    part        INTEGER NOT NULL DEFAULT 0,
    call        TEXT NOT NULL,          -- JSON; blanked when finished
    state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN
                  ('waiting', 'claimed', 'doubt', 'done', 'dropped', 'dead')),
    not_before  INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0,  -- attempts that count against the limit
    maybe_sent  INTEGER NOT NULL DEFAULT 0 CHECK (maybe_sent IN (0, 1)),
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    reason      TEXT,
    UNIQUE (cause, step),
    CHECK (budget <> 'client' OR client_id IS NOT NULL),
    CHECK ((state IN ('waiting', 'claimed', 'doubt')) = (finished_at IS NULL))
) STRICT;
-- The next of a lane; and the heads of lanes in the order in which they are due.
CREATE INDEX outbox_lane ON outbox (lane, position) WHERE finished_at IS NULL;
CREATE INDEX outbox_due ON outbox (budget, priority, not_before) WHERE is_head = 1 AND state = 'waiting';
CREATE INDEX outbox_claimed ON outbox (id) WHERE state = 'claimed';
CREATE INDEX outbox_doubt ON outbox (id) WHERE state = 'doubt';
CREATE INDEX outbox_of_message ON outbox (message_id, purpose) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE state IN ('done', 'dropped');

-- Calls into groups of the last minute: the exact window of the group's budget.
CREATE TABLE group_calls (
    place     INTEGER NOT NULL,
    called_at INTEGER NOT NULL
) STRICT;
CREATE INDEX group_calls_of_place ON group_calls (place, called_at);

-- Places that Telegram asked us to leave alone until a time.
CREATE TABLE pauses (
    place INTEGER PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT;

-- Groups that became supergroups: the old id and the new one, which wins.
CREATE TABLE aliases (
    old_chat_id INTEGER PRIMARY KEY CHECK (old_chat_id < 0),
    new_chat_id INTEGER NOT NULL CHECK (new_chat_id < 0)
) STRICT;

CREATE TABLE timers (
    id     INTEGER PRIMARY KEY,
    due_at INTEGER NOT NULL,
    timer  TEXT NOT NULL                -- JSON
) STRICT;
CREATE INDEX timers_due ON timers (due_at);

-- When each kind of trouble was last told to the admins.
CREATE TABLE alerts (
    cause     TEXT PRIMARY KEY,
    raised_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
