-- A session may go on in another sandbox when it loses one. Sessions from before fail, as they did.

alter table session
    add column on_sandbox_lost text not null default 'FAIL' check (on_sandbox_lost in ('FAIL', 'REPLACE')),
    add column reopened_at timestamptz;
alter table session alter column on_sandbox_lost drop default;
