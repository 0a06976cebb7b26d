-- Fidelity: albums, edits with their earlier versions, reactions, questions with buttons, files that
-- are cleaned, words that were masked, the members of the desk and an audit of what they may only do
-- in sight of others.

ALTER TABLE messages ADD COLUMN author INTEGER;          -- the agent who wrote it; NULL for clients and anonymous admins
ALTER TABLE messages ADD COLUMN album_id INTEGER REFERENCES albums (id);
ALTER TABLE messages ADD COLUMN held TEXT;               -- why it was not sent: what in it would say who its writer is
ALTER TABLE messages ADD COLUMN mark TEXT CHECK (mark IN ('delivered', 'waiting', 'refused'));
ALTER TABLE messages ADD COLUMN deleted_at INTEGER;

-- The topic in which a link's message stands: a reply into another topic would show its origin.
ALTER TABLE links ADD COLUMN thread_id INTEGER;

UPDATE links SET thread_id = (SELECT topics.thread_id FROM topics
    JOIN messages ON messages.ticket_id = topics.ticket_id
    WHERE messages.id = links.message_id AND topics.chat_id = links.place ORDER BY topics.id DESC LIMIT 1)
    WHERE place < 0;

-- What a message said before it was edited.
CREATE TABLE message_versions (
    message_id  INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    version     INTEGER NOT NULL CHECK (version > 0),
    replaced_at INTEGER NOT NULL,
    content     TEXT NOT NULL,
    PRIMARY KEY (message_id, version)
) STRICT, WITHOUT ROWID;

-- Messages that were sent as one. Telegram gives no end mark: an album is complete after a quiet time.
CREATE TABLE albums (
    id            INTEGER PRIMARY KEY,
    place         INTEGER NOT NULL,
    media_group   TEXT NOT NULL,
    ticket_id     INTEGER NOT NULL REFERENCES tickets (id),
    outbox_id     INTEGER,              -- the call that holds its place in the lane; NULL for a note
    state         TEXT NOT NULL DEFAULT 'collecting' CHECK (state IN ('collecting', 'sent', 'kept', 'held')),
    first_at      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX albums_collecting ON albums (place, media_group) WHERE state = 'collecting';
CREATE INDEX albums_of_group ON albums (place, media_group, id);
CREATE INDEX albums_by_call ON albums (outbox_id) WHERE outbox_id IS NOT NULL;
CREATE INDEX messages_of_album ON messages (album_id) WHERE album_id IS NOT NULL;

-- Slow pieces of work on a file, done outside of the desk's transactions.
CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: files in the spool are named after it
    message_id  INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    outbox_id   INTEGER,                -- the call that waits for it; NULL for a part of an album
    spec        TEXT NOT NULL,          -- JSON: which file, of what size
    state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'ended')),
    attempts    INTEGER NOT NULL DEFAULT 0,   -- each committed before the file is touched
    not_before  INTEGER NOT NULL,
    ended       TEXT,                   -- JSON: how it ended
    CHECK ((state = 'ended') = (ended IS NOT NULL))
) STRICT;
CREATE INDEX jobs_due ON jobs (not_before) WHERE state = 'waiting';
CREATE INDEX jobs_ended ON jobs (not_before) WHERE state = 'ended';
CREATE INDEX jobs_of_message ON jobs (message_id);

-- What people have set under messages. One row for each who did.
CREATE TABLE reactions (
    message_id  INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    side        TEXT NOT NULL CHECK (side IN ('client', 'agent')),
    actor       INTEGER NOT NULL,       -- the agent; 0 for the client and for anonymous admins
    emoji       TEXT NOT NULL,
    set_at      INTEGER NOT NULL,
    PRIMARY KEY (message_id, side, actor)
) STRICT, WITHOUT ROWID;

-- Messages that wait for a word of their writer: a contact, a place.
CREATE TABLE prompts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    side        TEXT NOT NULL CHECK (side IN ('client', 'agent')),
    place       INTEGER NOT NULL,       -- where the message stands that is asked about
    telegram_message_id INTEGER NOT NULL,
    client_id   INTEGER REFERENCES clients (id),
    author      INTEGER,                -- the agent who wrote it
    message     TEXT,                   -- JSON of the message; blanked when answered
    asked_at    INTEGER NOT NULL,
    answered_at INTEGER,
    CHECK ((side = 'client') = (client_id IS NOT NULL)),
    CHECK (answered_at IS NULL OR message IS NULL),
    UNIQUE (place, telegram_message_id)
) STRICT;
CREATE INDEX prompts_asked ON prompts (asked_at);

-- Members of the desk group as far as Telegram told of them.
CREATE TABLE members (
    user_id    INTEGER PRIMARY KEY,
    role       TEXT CHECK (role IN ('agent', 'admin')),   -- NULL once they have left
    names      TEXT NOT NULL,           -- JSON: what they are called
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX members_by_role ON members (role);

-- Words of clients that were replaced by a placeholder, sealed with the operator's key.
CREATE TABLE secrets (
    id          INTEGER PRIMARY KEY,
    ticket_id   INTEGER NOT NULL REFERENCES tickets (id),
    message_id  INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    placeholder TEXT NOT NULL,
    sealed      BLOB NOT NULL
) STRICT;
CREATE INDEX secrets_of_ticket ON secrets (ticket_id, id);
CREATE INDEX secrets_of_message ON secrets (message_id);

-- Who did what that others have to be able to look up. Never the text of a message.
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    actor     INTEGER,                  -- the member who did it; NULL for an anonymous admin
    action    TEXT NOT NULL,
    ticket_id INTEGER REFERENCES tickets (id),
    reason    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX audit_of_ticket ON audit (ticket_id, id);

-- The outbox with more purposes; a CHECK cannot be changed in place.
CREATE TABLE outbox_new (
    id          INTEGER PRIMARY KEY,
    cause       TEXT NOT NULL,          -- the update, timer or call that led to it
    step        INTEGER NOT NULL,
    lane        TEXT NOT NULL,
    position    INTEGER NOT NULL,       -- order inside the lane
    is_head     INTEGER NOT NULL CHECK (is_head IN (0, 1)),
    budget      TEXT NOT NULL CHECK (budget IN ('client', 'desk', 'bot')),
    priority    INTEGER NOT NULL,
    purpose     TEXT NOT NULL CHECK (purpose IN
                  ('topic', 'card', 'relay', 'reply', 'edit', 'delete', 'reaction', 'word', 'card_edit',
                   'topic_state', 'mark', 'service')),
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
INSERT INTO outbox_new SELECT id, cause, step, lane, position, is_head, budget, priority, purpose, client_id,
    ticket_id, message_id, part, call, state, not_before, attempts, failures, maybe_sent, created_at,
    finished_at, reason FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_lane ON outbox (lane, position) WHERE finished_at IS NULL;
CREATE INDEX outbox_due ON outbox (budget, priority, not_before) WHERE is_head = 1 AND state = 'waiting';
CREATE INDEX outbox_claimed ON outbox (id) WHERE state = 'claimed';
CREATE INDEX outbox_doubt ON outbox (id) WHERE state = 'doubt';
CREATE INDEX outbox_of_message ON outbox (message_id, purpose) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE state IN ('done', 'dropped');
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';
CREATE INDEX inbox_dead ON inbox (id) WHERE state = 'dead';
