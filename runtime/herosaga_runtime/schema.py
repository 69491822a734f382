"""The tables of the SQLite store.

Every name begins with `herosaga_`, and the version is kept in a table of its own instead of `user_version`, because users
keep their own tables in the same file and commit them together with ours. Times are microseconds since 1970 in UTC.

`mailbox` is the queue: a row for each consumer of a message, deleted when it is done. `inbox` is what each consumer has
seen, kept after the work is done. `claimed` holds only rows that have an owner: it is how a key that another
process works on, or whose mail waits, is found without looking at all of its mail. `matches` is by what data fields running
instances are found; `archive` holds the ended ones whose time is over; `sagas` for what declarations both were last arranged.
`slips` is where each slip of an itinerary began, and what is known of it there; `flows` how far choreographies have come,
by correlation: `late` is the time by which one should be complete.

A new store is made by the same statements that bring an old one up to date, so there is no way for the two to differ.
"""

from __future__ import annotations

_FIRST = """
CREATE TABLE herosaga_schema (version INTEGER NOT NULL);
CREATE TABLE herosaga_mailbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  consumer TEXT NOT NULL,
  key TEXT NOT NULL,
  id TEXT NOT NULL,
  due INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0,
  owner TEXT,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX herosaga_mailbox_id ON herosaga_mailbox (consumer, id);
CREATE INDEX herosaga_mailbox_due ON herosaga_mailbox (kind, due, seq);
CREATE INDEX herosaga_mailbox_claimed ON herosaga_mailbox (consumer, key) WHERE owner IS NOT NULL;
CREATE INDEX herosaga_mailbox_crashed ON herosaga_mailbox (kind, due, seq) WHERE crashes >= 2;
CREATE TABLE herosaga_inbox (
  consumer TEXT NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  outputs TEXT,
  PRIMARY KEY (consumer, id)
) WITHOUT ROWID;
CREATE TABLE herosaga_instances (
  saga TEXT NOT NULL,
  key TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT,
  stuck TEXT NOT NULL,
  version INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (saga, key)
);
CREATE TABLE herosaga_history (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  saga TEXT NOT NULL,
  key TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  at INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  message_type TEXT NOT NULL,
  before TEXT,
  after TEXT,
  reception TEXT NOT NULL,
  sent TEXT NOT NULL,
  diff TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX herosaga_history_key ON herosaga_history (saga, key);
CREATE TABLE herosaga_dead_letters (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  consumer TEXT NOT NULL,
  key TEXT NOT NULL,
  id TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  crashes INTEGER NOT NULL,
  body TEXT NOT NULL,
  message_type TEXT NOT NULL,
  reason TEXT NOT NULL,
  traceback TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE TABLE herosaga_outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  due INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  owner TEXT,
  body TEXT NOT NULL
);
CREATE TABLE herosaga_owners (owner TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
"""

_SECOND = """
CREATE TABLE herosaga_matches (
  saga TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (saga, field, value, key)
) WITHOUT ROWID;
CREATE TABLE herosaga_archive (
  saga TEXT NOT NULL,
  key TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT,
  stuck TEXT NOT NULL,
  version INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (saga, key, incarnation)
);
CREATE TABLE herosaga_sagas (saga TEXT PRIMARY KEY, arranged TEXT NOT NULL) WITHOUT ROWID;
"""

_THIRD = """
CREATE TABLE herosaga_slips (
  id TEXT PRIMARY KEY,
  itinerary TEXT NOT NULL,
  status TEXT NOT NULL,
  stuck TEXT NOT NULL,
  correlation TEXT NOT NULL,
  at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX herosaga_slips_status ON herosaga_slips (itinerary, status);
CREATE TABLE herosaga_flows (
  flow TEXT NOT NULL,
  correlation TEXT NOT NULL,
  status TEXT NOT NULL,
  started INTEGER NOT NULL,
  late INTEGER,
  body TEXT NOT NULL,
  PRIMARY KEY (flow, correlation)
) WITHOUT ROWID;
CREATE INDEX herosaga_flows_status ON herosaga_flows (status, started);
"""

VERSIONS = (_FIRST, _SECOND, _THIRD)
"""What each version adds to the one before it."""

VERSION = len(VERSIONS)


def statements(known: int) -> list[str]:
    """What brings a store of version `known`, 0 for none, up to date."""
    found = [statement for script in VERSIONS[known:] for statement in script.split(";")]
    return [each for each in found if each.strip()]
