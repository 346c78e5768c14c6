-- A browser's EventSource can send no bearer, so it is given a ticket for one session's events, which lives for a minute. Of a ticket
-- only its SHA-256 is stored: it is 160 random bits. The database's clock decides.

create table event_ticket (
    hash       bytea       primary key check (length(hash) = 32),
    tenant     text        not null, -- tenant and subject are who asked for it
    subject    text        not null,
    session_id uuid        not null,
    expires_at timestamptz not null
);
create index event_ticket_by_time on event_ticket (expires_at);
