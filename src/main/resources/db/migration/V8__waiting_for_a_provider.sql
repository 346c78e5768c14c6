-- Sessions wait in order for a provider that is busy, and may turn to another one before they have a sandbox.
-- Why the indexes: who waits, and what is alive, is counted at each look, whatever was closed before.

alter table session
    add column any_provider boolean not null default false,
    add column switches     integer not null default 0,
    add column waits_for    text,
    add column waits_until  timestamptz;

create index session_queued on session (provider, id) where status = 'QUEUED';
create index session_open on session (provider) where status in ('OPENING', 'RUNNING', 'IDLE', 'CLOSING');
