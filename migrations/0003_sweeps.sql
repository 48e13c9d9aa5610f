-- Sweeps, the agents that work for them, and what was handed out to whom.

CREATE TABLE sweep (
    id           BIGINT PRIMARY KEY,
    project_id   BIGINT NOT NULL REFERENCES project (id),
    name         TEXT NOT NULL,     -- the id people type, 8 characters
    user_id      BIGINT REFERENCES account (id),
    submitted_by BIGINT REFERENCES account (id), -- the service account that made it for its user
    display_name TEXT,
    description  TEXT,
    state        TEXT NOT NULL,     -- PENDING | RUNNING | PAUSED | FINISHED | CANCELED
    method       TEXT NOT NULL,
    config       TEXT NOT NULL,     -- as sent: YAML or JSON
    seed         BYTEA NOT NULL,    -- what every draw is derived from
    draws        BIGINT NOT NULL,   -- how many points were drawn
    exhausted    BOOLEAN NOT NULL,  -- nothing was left to hand out when an agent last asked
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    heartbeat_at BIGINT             -- when an agent last asked
);
CREATE UNIQUE INDEX sweep_name ON sweep (project_id, name);
CREATE INDEX sweep_by_name ON sweep (name);

CREATE TABLE sweep_agent (
    id           BIGINT PRIMARY KEY,
    sweep_id     BIGINT NOT NULL REFERENCES sweep (id),
    user_id      BIGINT REFERENCES account (id),
    name         TEXT NOT NULL,     -- 8 characters
    host         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sweep_agent_name ON sweep_agent (sweep_id, name);

-- A run that the sweep made for an agent.
CREATE TABLE sweep_run (
    run_id    BIGINT PRIMARY KEY REFERENCES run (id),
    sweep_id  BIGINT NOT NULL REFERENCES sweep (id),
    agent_id  BIGINT NOT NULL REFERENCES sweep_agent (id), -- the agent that has it now
    args      TEXT NOT NULL,        -- JSON {"parameter": {"value": …}}
    attempts  BIGINT NOT NULL,      -- how often it was handed out
    handed_at BIGINT NOT NULL
);
CREATE INDEX sweep_run_sweep ON sweep_run (sweep_id, handed_at);
CREATE INDEX sweep_run_agent ON sweep_run (agent_id, handed_at);

CREATE INDEX run_sweep ON run (project_id, sweep);
