-- The registry: one statement of truth for both engines. {r} is the schema's prefix. Times are Unix
-- milliseconds by the database's clock.
CREATE TABLE {r}fact (
    name  text PRIMARY KEY,
    value text NOT NULL
);
CREATE TABLE {r}node (
    name         text PRIMARY KEY,
    installation text NOT NULL UNIQUE,
    machine      text NOT NULL,
    address      text NOT NULL,
    agent_port   integer NOT NULL,
    roles        text NOT NULL,           -- JSON array
    components   text NOT NULL,           -- JSON array
    ports        text NOT NULL,           -- JSON object
    versions     text NOT NULL,           -- JSON object: component to suite version
    mode         text NOT NULL CHECK (mode IN ('normal', 'update')),
    out          integer NOT NULL CHECK (out IN (0, 1)), -- wanted out of the balancers
    process      bigint NOT NULL,         -- pid of the agent
    services     text NOT NULL,           -- JSON object: service to status, as last reported
    joined_ms    bigint NOT NULL,
    seen_ms      bigint NOT NULL
);
CREATE TABLE {r}lease (
    name       text PRIMARY KEY,
    holder     text NOT NULL,
    epoch      bigint NOT NULL,
    expires_ms bigint NOT NULL
);
CREATE TABLE {r}operation (
    id          text PRIMARY KEY,
    kind        text NOT NULL,
    state       text NOT NULL CHECK (state IN ('running', 'paused', 'rolling-back', 'done', 'rolled-back')),
    inputs      text NOT NULL,            -- JSON: what another process needs to rebuild the plan
    input_hash  text NOT NULL,
    plan_hash   text NOT NULL,
    plan        text NOT NULL,            -- as it was printed
    message     text NOT NULL,
    started_ms  bigint NOT NULL,
    changed_ms  bigint NOT NULL
);
CREATE TABLE {r}step (
    sequence   bigint NOT NULL,
    operation  text NOT NULL REFERENCES {r}operation (id),
    epoch      bigint NOT NULL,
    step       text NOT NULL,
    mark       integer NOT NULL CHECK (mark IN (1, 2, 3)),
    input_hash text NOT NULL,
    text       text NOT NULL,
    at_ms      bigint NOT NULL,
    PRIMARY KEY (operation, sequence)
);
CREATE TABLE {r}admission (
    node        text NOT NULL,
    admitted_by text NOT NULL,
    certificate text NOT NULL,            -- fingerprint
    at_ms       bigint NOT NULL
);
INSERT INTO {r}lease (name, holder, epoch, expires_ms) VALUES ('cluster', '', 0, 0);
