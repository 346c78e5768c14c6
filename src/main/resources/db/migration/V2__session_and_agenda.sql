-- Sessions with their runs and resources (mapped by JPA), and the two small tables that move them (agenda, replica).
-- Why apart: counters and claims must not be undone by a full-row UPDATE of the aggregate.

create table session (
    id           uuid primary key,
    version      bigint      not null,
    tenant       text        not null,
    created_by   text        not null,
    status       text        not null check (status in ('QUEUED', 'OPENING', 'RUNNING', 'IDLE', 'CLOSING', 'CLOSED')),
    cause        text check (cause in ('COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED')),
    outcome      text check (outcome in ('SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED')),
    hastened     boolean     not null,
    code         text,
    message      text,
    retryable    boolean,
    remedy       text,
    provider     text        not null,
    template     text,
    vcpus        integer,
    allow        jsonb,
    isolation    text        not null check (isolation in ('BRANCH', 'DIRECT')),
    publish      text        not null check (publish in ('MERGE', 'NONE')),
    close_when   text        not null check (close_when in ('IDLE', 'EXPIRED')),
    ttl          numeric(21) not null, -- nanoseconds
    run_timeout  numeric(21) not null, -- nanoseconds
    repos        jsonb       not null,
    agent        jsonb       not null,
    labels       jsonb       not null,
    created_at   timestamptz not null,
    started_at   timestamptz,
    expires_at   timestamptz,
    closing_at   timestamptz,
    closed_at    timestamptz,
    constraint closed_has_an_outcome check (status <> 'CLOSED' or outcome is not null),
    constraint closing_has_a_cause check ((status in ('CLOSING', 'CLOSED')) = (cause is not null))
);
create index session_by_tenant on session (tenant, id desc);

create table run (
    id              uuid primary key,
    session_id      uuid        not null references session,
    number          integer     not null,
    status          text        not null
        check (status in ('QUEUED', 'STARTING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'LOST')),
    stop_reason     text check (stop_reason in ('CLOSING', 'TIMED_OUT', 'CANCELLED')),
    exit_code       integer,
    signal          integer,
    conversation    text,
    result          text,
    usage           jsonb,
    created_at      timestamptz not null,
    started_at      timestamptz,
    first_output_at timestamptz,
    finished_at     timestamptz,
    unique (session_id, number)
);

create table resource (
    id          uuid primary key,
    session_id  uuid        not null references session,
    run_id      uuid references run,
    kind        text        not null check (kind in ('CREDENTIAL', 'WORKSPACE', 'SANDBOX', 'MOUNT', 'PROCESS')),
    state       text        not null check (state in ('ABSENT', 'INTENDED', 'LIVE', 'LOST', 'GONE')),
    attempt     uuid,
    account     text,
    external_id text,
    attempts    integer     not null,
    step        integer     not null,
    not_before  timestamptz,
    intent_at   timestamptz,
    live_at     timestamptz,
    ready_at    timestamptz,
    lease_until timestamptz,
    gone_at     timestamptz,
    evidence    jsonb       not null,
    last_error  text,
    constraint what_was_intended_has_a_time check (state = 'ABSENT' or state = 'GONE' or intent_at is not null)
);
create index resource_by_session on resource (session_id);

create table replica (
    id          uuid primary key,
    alive_until timestamptz not null
);

create table agenda (
    kind       text        not null check (kind in ('SESSION', 'RUN')),
    id         uuid        not null,
    due_at     timestamptz not null,
    wakes      bigint      not null default 0,
    generation bigint      not null default 0,
    claimed_by uuid,
    primary key (kind, id)
);
create index agenda_by_due on agenda (due_at);
create index agenda_by_claimant on agenda (claimed_by) where claimed_by is not null;

-- One row: the tag that marks what this installation made outside, so that another installation's things are never touched.
create table installation (
    id   boolean primary key default true check (id),
    tag  uuid not null default gen_random_uuid()
);
insert into installation default values;
