/** What makes an empty database one of version 1. */
export const VERSION_1 = `
  CREATE TABLE events (
    run TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL, "by" TEXT NOT NULL,
    data TEXT, salt TEXT, data_hash TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) STRICT;
  CREATE TABLE payloads (
    run TEXT NOT NULL, digest TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (run, digest)
  ) STRICT;

  CREATE TABLE runs (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    crew TEXT NOT NULL, status TEXT NOT NULL, started_at TEXT NOT NULL, summary TEXT NOT NULL,
    seq INTEGER NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL,
    fingerprint TEXT NOT NULL, owner TEXT, epoch INTEGER NOT NULL, wake INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_status ON runs (status);
  CREATE INDEX runs_by_crew ON runs (crew, status);
  CREATE INDEX runs_awake ON runs (owner) WHERE wake = 1;

  CREATE TABLE holds (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL, crew TEXT, status TEXT NOT NULL, record TEXT NOT NULL, next_deadline INTEGER
  ) STRICT;
  CREATE INDEX holds_by_status ON holds (status);
  CREATE INDEX holds_by_crew ON holds (crew, status);
  CREATE INDEX holds_by_run ON holds (run);
  CREATE INDEX holds_by_deadline ON holds (next_deadline) WHERE next_deadline IS NOT NULL;

  CREATE TABLE requests (
    "by" TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY ("by", id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE nodes (
    id TEXT NOT NULL PRIMARY KEY, pid INTEGER NOT NULL, host TEXT NOT NULL, url TEXT,
    started_at TEXT NOT NULL, seen_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tokens (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL, roles TEXT NOT NULL, groups TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
  ) STRICT;
`;
