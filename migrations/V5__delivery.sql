-- Delivery: calls that change a title, keep a dashboard, pin it (a CHECK cannot be changed in place);
-- what is out of reach, and questions that are asked again.

-- For a list of three or more SQLite builds a table in memory, each time a row is written; alternatives it
-- compares one by one.
CREATE TABLE outbox_new (
    id          INTEGER PRIMARY KEY,
    cause       TEXT NOT NULL,          -- the update, timer or call that led to it
    step        INTEGER NOT NULL,
    desk        INTEGER NOT NULL DEFAULT 0, -- into whose group it goes; 0 is the main one
    lane        TEXT NOT NULL,
    position    INTEGER NOT NULL,       -- order inside the lane
    is_head     INTEGER NOT NULL CHECK (is_head IN (0, 1)),
    budget      TEXT NOT NULL CHECK (budget = 'client' OR budget = 'desk' OR budget = 'bot'),
    priority    INTEGER NOT NULL,
    purpose     TEXT NOT NULL CHECK (
                  purpose = 'topic' OR purpose = 'card' OR purpose = 'relay' OR purpose = 'reply'
                  OR purpose = 'edit' OR purpose = 'delete' OR purpose = 'reaction' OR purpose = 'word'
                  OR purpose = 'card_edit' OR purpose = 'topic_state' OR purpose = 'title'
                  OR purpose = 'dashboard' OR purpose = 'mark' OR purpose = 'service'),
    client_id   INTEGER REFERENCES clients (id),
    ticket_id   INTEGER REFERENCES tickets (id),
    message_id  INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    part        INTEGER NOT NULL DEFAULT 0,
    call        TEXT NOT NULL,          -- JSON; blanked when finished
    state       TEXT NOT NULL DEFAULT 'waiting' CHECK (
                  state = 'waiting' OR state = 'claimed' OR state = 'doubt' OR state = 'merged'
                  OR state = 'done' OR state = 'dropped' OR state = 'dead'),
    carrier     INTEGER,                -- the call of the same lane that carries it
    left_topic  INTEGER,                -- it was under way there when its ticket moved to another group
    not_before  INTEGER NOT NULL,       -- who has waited longer goes first
    place       INTEGER,                -- the same as it was before the call was put off to be tried again
    attempts    INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0,  -- attempts that count against the limit
    maybe_sent  INTEGER NOT NULL DEFAULT 0 CHECK (maybe_sent IN (0, 1)),
    weight      INTEGER NOT NULL DEFAULT 1,  -- messages that it posts, each of which its chat counts
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    reason      TEXT,
    UNIQUE (cause, step),
    CHECK (budget <> 'client' OR client_id IS NOT NULL),
    CHECK ((state = 'done' OR state = 'dropped' OR state = 'dead') = (finished_at IS NOT NULL)),
    CHECK ((state = 'merged') = (carrier IS NOT NULL))
) STRICT;
INSERT INTO outbox_new (id, cause, step, lane, position, is_head, budget, priority, purpose, client_id,
    ticket_id, message_id, part, call, state, carrier, not_before, attempts, failures, maybe_sent, created_at,
    finished_at, reason)
SELECT id, cause, step, lane, position, is_head, budget, priority, purpose, client_id,
    ticket_id, message_id, part, call, state, carrier, not_before, attempts, failures, maybe_sent, created_at,
    finished_at, reason FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_lane ON outbox (lane, position) WHERE finished_at IS NULL;
-- What is due next, and how much waits.
CREATE INDEX outbox_waiting ON outbox (budget, desk, is_head, priority, not_before) WHERE state = 'waiting';
CREATE INDEX outbox_put_off ON outbox (not_before) WHERE place IS NOT NULL AND state = 'waiting';
-- Which further desks anything waits for.
CREATE INDEX outbox_further ON outbox (desk) WHERE desk <> 0 AND finished_at IS NULL;
CREATE INDEX outbox_claimed ON outbox (id) WHERE state = 'claimed';
CREATE INDEX outbox_carried ON outbox (carrier) WHERE state = 'merged';
CREATE INDEX outbox_doubt ON outbox (id) WHERE state = 'doubt';
CREATE INDEX outbox_of_message ON outbox (message_id, purpose) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE state IN ('done', 'dropped');
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';

-- A row is there while its destination counts as out of reach.
CREATE TABLE breakers (
    destination INTEGER PRIMARY KEY,     -- 0: Telegram as a whole; else a group
    cause       TEXT NOT NULL CHECK (cause IN ('no_answer', 'token', 'gone', 'topics_off')),
    since       INTEGER NOT NULL,
    back_at     INTEGER,                 -- since when it answers questions and no call has gone well yet; none while out of reach
    recurred    INTEGER NOT NULL DEFAULT 0 CHECK (recurred IN (0, 1))
) STRICT;

-- When a kind of trouble began that was told again since.
ALTER TABLE alerts ADD COLUMN began_at INTEGER NOT NULL DEFAULT 0;
UPDATE alerts SET began_at = raised_at;

-- Where a question stands, so that it can be asked again; none where it has not been posted.
ALTER TABLE prompts ADD COLUMN post INTEGER;
CREATE INDEX prompts_open ON prompts (id) WHERE answered_at IS NULL AND post IS NOT NULL;

-- Further bots that post texts of clients into the desk group.
CREATE TABLE voices (
    bot       INTEGER PRIMARY KEY CHECK (bot > 0),
    name      TEXT NOT NULL DEFAULT '',  -- its @name
    is_ours   INTEGER NOT NULL DEFAULT 0 CHECK (is_ours IN (0, 1)),  -- the config names it
    out_since INTEGER,                   -- since when it cannot post; NULL while it can
    try_at    INTEGER NOT NULL DEFAULT 0, -- when one that cannot is tried again
    until     INTEGER NOT NULL DEFAULT 0, -- until when Telegram has asked it alone to wait
    since     INTEGER NOT NULL DEFAULT 0 -- when it asked
) STRICT;

-- The voice that posted a message, which alone can edit it; 0 = the main bot, or a person.
ALTER TABLE links ADD COLUMN bot INTEGER NOT NULL DEFAULT 0;

-- Each bot has a window of its own, where Telegram counts so.
ALTER TABLE group_calls ADD COLUMN bot INTEGER NOT NULL DEFAULT 0;
-- The call of the outbox that is being made: Telegram may count it only when it ends, so it counts until then,
-- however long that takes. NULL once it has ended.
ALTER TABLE group_calls ADD COLUMN under_way INTEGER;
CREATE INDEX group_calls_under_way ON group_calls (under_way) WHERE under_way IS NOT NULL;

-- A wait of our own, which Telegram has not asked for: it teaches nothing.
ALTER TABLE pauses ADD COLUMN is_ours INTEGER NOT NULL DEFAULT 0 CHECK (is_ours IN (0, 1));

-- Whether Telegram counts the calls into a group for each bot, as far as its answers have shown.
CREATE TABLE counting (
    place    INTEGER PRIMARY KEY,
    is_apart INTEGER NOT NULL CHECK (is_apart IN (0, 1)),
    quick    INTEGER NOT NULL,           -- answers in a row that came too soon for a common count
    try_at   INTEGER NOT NULL            -- not to be tried before
) STRICT;

-- A topic that its ticket has left for another group: the topic that took its place, whether that was said,
-- and whether it was closed then.
ALTER TABLE topics ADD COLUMN left_for INTEGER REFERENCES topics (id);
ALTER TABLE topics ADD COLUMN left_told INTEGER NOT NULL DEFAULT 0 CHECK (left_told IN (0, 1));
ALTER TABLE topics ADD COLUMN left_closed INTEGER NOT NULL DEFAULT 0 CHECK (left_closed IN (0, 1));
-- The turns of each group.
CREATE INDEX topics_turns ON topics (chat_id, due_at);
DROP INDEX topics_due;
CREATE INDEX topics_wanted ON topics (ticket_id) WHERE state = 'wanted';
-- Where a ticket's posts go, without a look at the topic itself.
CREATE INDEX topics_live ON topics (ticket_id, chat_id, thread_id) WHERE state = 'live';
CREATE INDEX topics_left ON topics (left_for) WHERE left_for IS NOT NULL;

-- The queue is looked through for what suits somebody without opening each ticket.
DROP INDEX tickets_queue;
CREATE INDEX tickets_queue ON tickets (desk, priority DESC, opened_at, id, level, category, client_id)
    WHERE state IN ('open', 'escalated');

-- When the last of the minutes began in which the client has written and nobody has answered.
ALTER TABLE tickets ADD COLUMN minute_began_at INTEGER;

-- The clocks of the first answer and of the close: what was used up of the promised time before, in ms, and since
-- when the clock runs; NULL while it stands still.
ALTER TABLE tickets ADD COLUMN answer_used INTEGER NOT NULL DEFAULT 0 CHECK (answer_used >= 0);
ALTER TABLE tickets ADD COLUMN answer_runs_since INTEGER;
ALTER TABLE tickets ADD COLUMN close_used INTEGER NOT NULL DEFAULT 0 CHECK (close_used >= 0);
ALTER TABLE tickets ADD COLUMN close_runs_since INTEGER;
UPDATE tickets SET answer_runs_since = iif(first_response_at IS NULL, opened_at, NULL),
    close_runs_since = iif(state = 'snoozed', NULL, opened_at) WHERE state <> 'closed';

-- What a message answers, for when it is sent later or shown again; JSON.
ALTER TABLE messages ADD COLUMN answers TEXT;

-- Whether people were told that work on a file waits.
ALTER TABLE jobs ADD COLUMN told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1));

-- Who had a ticket when a step of its promised times was taken, and how urgent it was: both change later.
ALTER TABLE sla_steps ADD COLUMN holder INTEGER;
ALTER TABLE sla_steps ADD COLUMN priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 3);

-- Reports that admins have asked for; read outside of the desk's transactions.
CREATE TABLE reports (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used again: the answer names it as its cause
    desk       INTEGER NOT NULL,        -- which one it is about, and in whose group it is answered
    chat_id    INTEGER NOT NULL CHECK (chat_id < 0),
    thread_id  INTEGER,                 -- NULL in General
    message_id INTEGER NOT NULL,        -- the message that asks
    days       INTEGER NOT NULL,
    from_at    INTEGER NOT NULL,
    to_at      INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,  -- each committed before anything is read
    not_before INTEGER NOT NULL
) STRICT;
CREATE INDEX reports_due ON reports (not_before);
-- What happened in a time, for reports. Each row enters these once in a ticket's life or at a change of hands.
CREATE INDEX tickets_opened ON tickets (opened_at, desk);
CREATE INDEX tickets_closed ON tickets (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX tickets_answered ON tickets (first_response_at) WHERE first_response_at IS NOT NULL;
CREATE INDEX assignments_ended ON assignments (ended_at) WHERE ended_at IS NOT NULL;
