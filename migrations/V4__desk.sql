-- The desk: what a ticket can be, who has it and since when, agents with their shifts, what is forbidden
-- to whom, and the trail of it all.
--
-- Tables that others refer to are made anew here, so foreign keys are off while migrations run; they are
-- checked afterwards.

CREATE TABLE tickets_new (
    id            INTEGER PRIMARY KEY,
    code          TEXT NOT NULL UNIQUE,
    client_id     INTEGER NOT NULL REFERENCES clients (id),
    desk          INTEGER NOT NULL DEFAULT 0,   -- whose it is: 0 is the main group, else a group's id as configured
    state         TEXT NOT NULL CHECK (state IN ('open', 'assigned', 'escalated', 'snoozed', 'closed')),
    priority      INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 3),  -- low, medium, high, critical
    level         INTEGER NOT NULL DEFAULT 1 CHECK (level BETWEEN 1 AND 3),
    category      TEXT,
    subject       TEXT NOT NULL DEFAULT '',     -- the first line, with what has to be hidden hidden
    assignee      INTEGER,                      -- the member who has it; a closed one keeps it
    opened_at     INTEGER NOT NULL,
    closed_at     INTEGER,
    closed_by     TEXT CHECK (closed_by IN ('client', 'agent', 'timer')),
    resolution    TEXT CHECK (resolution IN ('solved', 'no_answer', 'spam', 'duplicate')),
    duplicate_of  INTEGER REFERENCES tickets (id),
    reopened      INTEGER NOT NULL DEFAULT 0,   -- how often
    snoozed_until INTEGER,                      -- NULL in a snoozed ticket: until the client writes
    close_at      INTEGER,                      -- an agent has set this time for the close
    waiting_since INTEGER,                      -- the client's first message that nobody has answered
    unread        INTEGER NOT NULL DEFAULT 0,   -- client messages since the last answer
    unanswered_minutes INTEGER NOT NULL DEFAULT 0,  -- separate minutes with such messages
    last_client_at INTEGER,
    last_agent_at INTEGER,
    warned_at     INTEGER,                      -- the client was told then that it closes; NULL once anybody writes
    first_response_at INTEGER,
    answers       INTEGER NOT NULL DEFAULT 0,   -- how often an agent answered what waited
    answers_ms    INTEGER NOT NULL DEFAULT 0,   -- how long the client waited for those, in all
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_by IS NOT NULL)),
    CHECK (state <> 'assigned' OR assignee IS NOT NULL),
    CHECK (state NOT IN ('open', 'escalated') OR assignee IS NULL),
    CHECK (snoozed_until IS NULL OR state = 'snoozed'),
    CHECK (close_at IS NULL OR state <> 'closed'),
    CHECK (resolution IS NULL OR state = 'closed'),
    CHECK ((unread = 0) = (waiting_since IS NULL))
) STRICT;
INSERT INTO tickets_new (id, code, client_id, state, opened_at, closed_at, closed_by)
    SELECT id, code, client_id, state, opened_at, closed_at,
        CASE state WHEN 'closed' THEN ifnull(closed_by, 'agent') END FROM tickets;
DROP TABLE tickets;
ALTER TABLE tickets_new RENAME TO tickets;
-- One open ticket per client, however many messages arrive at once (P5).
CREATE UNIQUE INDEX tickets_one_open ON tickets (client_id) WHERE state <> 'closed';
CREATE INDEX tickets_of_client ON tickets (client_id, id);
-- The queue: nobody has these; the most urgent and oldest first.
CREATE INDEX tickets_queue ON tickets (desk, priority DESC, opened_at, id) WHERE state IN ('open', 'escalated');
-- An agent's load is counted, never kept.
CREATE INDEX tickets_of_assignee ON tickets (assignee, state, opened_at) WHERE assignee IS NOT NULL;
CREATE INDEX tickets_not_closed ON tickets (opened_at) WHERE state <> 'closed';
CREATE INDEX tickets_duplicates ON tickets (duplicate_of) WHERE duplicate_of IS NOT NULL;

-- Who has had a ticket, and why it was them.
CREATE TABLE assignments (
    id          INTEGER PRIMARY KEY,
    ticket_id   INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    agent       INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('auto', 'manual', 'escalated', 'transferred')),
    assigned_by INTEGER,                -- the member who did it; NULL for hushdesk itself
    assigned_at INTEGER NOT NULL,
    ended_at    INTEGER,
    why         TEXT NOT NULL DEFAULT ''   -- JSON of the decision, where hushdesk made it
) STRICT;
CREATE UNIQUE INDEX assignments_current ON assignments (ticket_id) WHERE ended_at IS NULL;
CREATE INDEX assignments_of_ticket ON assignments (ticket_id, id);
CREATE INDEX assignments_of_agent ON assignments (agent, id);

CREATE TABLE ticket_tags (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    tag       TEXT NOT NULL,
    PRIMARY KEY (ticket_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_tags_by_tag ON ticket_tags (tag, ticket_id);

-- How members work, from their first action in the group on. Who is one at all, stands in `members`.
CREATE TABLE agents (
    user_id        INTEGER PRIMARY KEY,
    level          INTEGER NOT NULL DEFAULT 1 CHECK (level BETWEEN 1 AND 3),
    capacity       INTEGER CHECK (capacity >= 0),       -- NULL: as the config says
    languages      TEXT NOT NULL DEFAULT '[]',          -- JSON: codes; none: any
    categories     TEXT NOT NULL DEFAULT '[]',          -- JSON: names; none: any
    status         TEXT NOT NULL DEFAULT 'available' CHECK (status IN ('available', 'busy', 'away', 'offline')),
    status_by      TEXT NOT NULL DEFAULT 'agent' CHECK (status_by IN ('agent', 'timer')),  -- who set it
    status_at      INTEGER NOT NULL,
    last_action_at INTEGER NOT NULL,
    shift          TEXT                                  -- as it was written; NULL: always
) STRICT;
CREATE INDEX agents_by_status ON agents (status, last_action_at);

-- What a client may not do, whatever ticket it is; holds over tickets and restarts.
CREATE TABLE bans (
    client_id INTEGER PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    kind      TEXT NOT NULL CHECK (kind IN ('ban', 'mute')),
    until     INTEGER,                  -- NULL: for good
    reason    TEXT NOT NULL DEFAULT '',
    banned_by INTEGER,
    banned_at INTEGER NOT NULL,
    told_at   INTEGER,                  -- when the client was told
    dropped   INTEGER NOT NULL DEFAULT 0    -- messages that were counted and not relayed
) STRICT;

-- First messages of new tickets by a digest of their words: the same from many is one alert.
CREATE TABLE first_texts (
    digest     INTEGER NOT NULL,
    client_id  INTEGER NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    written_at INTEGER NOT NULL,
    held_ticket INTEGER REFERENCES tickets (id) ON DELETE SET NULL,  -- it waits for a decision
    PRIMARY KEY (digest, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX first_texts_held ON first_texts (held_ticket) WHERE held_ticket IS NOT NULL;
CREATE INDEX first_texts_by_time ON first_texts (written_at);
CREATE INDEX first_texts_of_client ON first_texts (client_id);

-- The trail: whose hand it was, what something was before and after, and whom it was about. Never the text
-- of a message.
ALTER TABLE audit ADD COLUMN hand TEXT NOT NULL DEFAULT 'member'
    CHECK (hand IN ('member', 'anonymous', 'client', 'desk'));
ALTER TABLE audit ADD COLUMN before TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN after TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN about INTEGER;     -- the agent it was done to
UPDATE audit SET hand = 'anonymous' WHERE actor IS NULL;
CREATE INDEX audit_of_actor ON audit (actor, id) WHERE actor IS NOT NULL;
CREATE INDEX audit_of_agent ON audit (about, id) WHERE about IS NOT NULL;

-- What the title of a topic says, and since when: it changes once in five minutes at most.
ALTER TABLE topics ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE topics ADD COLUMN titled_at INTEGER NOT NULL DEFAULT 0;
-- A digest of what the card's post says: an edit that changes nothing is not made.
ALTER TABLE topics ADD COLUMN card_shown INTEGER;

-- A number is never used again: what a timer leads to is known by it. One and the same timer is set once;
-- where it is set for another time it takes the place of the earlier one.
CREATE TABLE timers_new (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    due_at INTEGER NOT NULL,
    timer  TEXT NOT NULL                -- JSON
) STRICT;
INSERT INTO timers_new (id, due_at, timer) SELECT id, due_at, timer FROM timers;
DROP TABLE timers;
ALTER TABLE timers_new RENAME TO timers;
CREATE INDEX timers_due ON timers (due_at);
CREATE INDEX timers_same ON timers (timer);

-- What a client has chosen to ask about; waits for the message that opens the ticket.
ALTER TABLE clients ADD COLUMN wanted_category TEXT;

-- The post in General that shows how the desk stands.
CREATE TABLE dashboards (
    chat_id    INTEGER PRIMARY KEY CHECK (chat_id < 0),
    message_id INTEGER,                 -- NULL while it is on its way
    shown      TEXT NOT NULL DEFAULT '',
    edited_at  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Clients who were told their place in the queue, and which: it is told again when it is a better one.
CREATE TABLE queue_places (
    ticket_id INTEGER PRIMARY KEY REFERENCES tickets (id) ON DELETE CASCADE,
    place     INTEGER NOT NULL,
    told_at   INTEGER NOT NULL
) STRICT;

-- What the clock of promised times has seen of a ticket: each step is taken once.
CREATE TABLE sla_steps (
    ticket_id INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE,
    target    TEXT NOT NULL CHECK (target IN ('first_response', 'resolution')),
    step      TEXT NOT NULL CHECK (step IN ('warn', 'breach', 'remind', 'reassign', 'escalate')),
    taken_at  INTEGER NOT NULL,
    PRIMARY KEY (ticket_id, target, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX sla_steps_by_time ON sla_steps (step, taken_at);

-- Members by desk: who belongs to one group need not belong to another. Whether they may work: where the
-- config wants it, an admin has to say so first.
CREATE TABLE members_new (
    desk       INTEGER NOT NULL DEFAULT 0,
    user_id    INTEGER NOT NULL,
    role       TEXT CHECK (role IN ('agent', 'admin')),   -- NULL once they have left
    names      TEXT NOT NULL,           -- JSON: what they are called
    changed_at INTEGER NOT NULL,
    admitted   INTEGER NOT NULL DEFAULT 1 CHECK (admitted IN (0, 1)),
    PRIMARY KEY (user_id, desk)
) STRICT;
INSERT INTO members_new (user_id, role, names, changed_at) SELECT user_id, role, names, changed_at FROM members;
DROP TABLE members;
ALTER TABLE members_new RENAME TO members;
CREATE INDEX members_by_role ON members (role);

-- Members who joined, as they are announced; the buttons under that name the row, not the person.
CREATE TABLE admissions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    desk       INTEGER NOT NULL DEFAULT 0,
    user_id    INTEGER NOT NULL,
    asked_at   INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;
CREATE INDEX admissions_of_member ON admissions (user_id, desk);

-- Presses of people of whom it is not sure that they still belong to the group, while Telegram is asked.
CREATE TABLE parked_presses (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    desk      INTEGER NOT NULL DEFAULT 0,
    user_id   INTEGER NOT NULL,
    press     TEXT NOT NULL,            -- JSON
    parked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX parked_presses_of_user ON parked_presses (user_id, desk, id);
CREATE TABLE lookups (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    desk       INTEGER NOT NULL DEFAULT 0,  -- in whose group
    user_id    INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    UNIQUE (desk, user_id)
) STRICT;
CREATE INDEX lookups_due ON lookups (not_before);
