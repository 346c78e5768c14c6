-- What the sweep found outside that no session explains, from before it is ended until it is proved gone, and as a record after.

create table find (
    id          uuid primary key,
    kind        text        not null check (kind in ('CREDENTIAL', 'SANDBOX')),
    account     text        not null,
    external_id text        not null,
    session_id  uuid,       -- as its tag says; there may be no such session any more
    tenant      text,       -- of that session; null when there is none
    created_at  timestamptz not null,
    found_at    timestamptz not null,
    attempts    integer     not null default 0,
    last_error  text,
    gone_at     timestamptz,
    unique (account, external_id)
);
create index find_not_gone on find (id) where gone_at is null;

-- What the sweep and the list of leaks read of the sessions, however many are closed.
create index resource_alive on resource (kind) where state in ('INTENDED', 'LIVE', 'LOST');
create index resource_outliving on resource (id) where evidence ->> 'outlivesUntil' is not null;
create index session_closing on session (closing_at) where status = 'CLOSING';
