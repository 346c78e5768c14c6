-- Who is told of events, and what they are still to be told. A delivery is written in the transaction that appends its event, and
-- deleted some days after its end. Times are those of the replicas' clocks.

create table webhook_endpoint (
    id             uuid primary key,
    tenant         text        not null,
    url            text        not null,
    description    text,
    events         text[],      -- null: all that are offered
    created_by     text        not null,
    created_at     timestamptz not null,
    previous_until timestamptz, -- until when the secret before this one signs too
    disabled_at    timestamptz, -- since it said that it is gone
    failures       integer     not null default 0, -- attempts that failed one after the other
    failing_since  timestamptz,
    rests_until    timestamptz, -- nothing is sent to it before
    constraint failing_has_a_beginning check ((failures > 0) = (failing_since is not null))
);
create index webhook_endpoint_by_tenant on webhook_endpoint (tenant, id desc);

create table webhook_delivery (
    id            uuid primary key,
    endpoint_id   uuid        not null references webhook_endpoint on delete cascade,
    type          text        not null,
    session_id    uuid,        -- null: a test
    run_id        uuid,
    seq           bigint,      -- of the event in the session's journal
    payload       text        not null,
    status        text        not null check (status in ('PENDING', 'DELIVERED', 'FAILED')),
    attempts      integer     not null default 0,
    created_at    timestamptz not null,
    due_at        timestamptz not null,
    give_up_at    timestamptz not null,
    claim         uuid,        -- of whoever sends it now
    claimed_until timestamptz, -- then whoever had it is dead
    answer        integer,     -- the last HTTP status
    error         text,        -- why the last attempt failed, in our words
    finished_at   timestamptz,
    constraint an_event_has_a_place check ((session_id is null) = (seq is null)),
    constraint what_is_over_has_an_end check ((status = 'PENDING') = (finished_at is null))
);
create index webhook_delivery_due on webhook_delivery (endpoint_id, due_at) where status = 'PENDING';
create index webhook_delivery_line on webhook_delivery (endpoint_id, session_id, seq) where status = 'PENDING';
create index webhook_delivery_page on webhook_delivery (endpoint_id, id desc);
create index webhook_delivery_given_up on webhook_delivery (give_up_at) where status = 'PENDING';
create index webhook_delivery_over on webhook_delivery (finished_at) where status <> 'PENDING';
