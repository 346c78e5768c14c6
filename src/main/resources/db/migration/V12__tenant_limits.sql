-- A session may have to wait for its own tenant, and takes a part of its tenant's budget of sandbox time.
-- Why parts apart from sessions: what was spent stays counted when a session is deleted, and is settled once whatever repeats.

alter table session add column held_by text check (held_by in ('TENANT_LIMIT', 'BUDGET'));

create index session_queued_of_tenant on session (tenant, id) where status = 'QUEUED';
create index session_open_of_tenant on session (tenant) where status in ('OPENING', 'RUNNING', 'IDLE', 'CLOSING');

create table tenant_budget (
    tenant   text   not null,
    period   text   not null, -- its length and first day in UTC: month 2026-11-01
    spent    bigint not null check (spent >= 0),    -- seconds
    reserved bigint not null check (reserved >= 0), -- seconds
    primary key (tenant, period)
) with (fillfactor = 70); -- room for heap-only updates: each session that begins or closes updates its tenant's row

create table budget_part (
    session_id uuid   primary key,
    tenant     text   not null,
    period     text   not null,
    reserved   bigint not null check (reserved >= 0), -- seconds, the most that it could take
    spent      bigint check (spent between 0 and reserved), -- seconds; null until it is settled
    foreign key (tenant, period) references tenant_budget
);
