-- Audit records may go with their month, but not unseen: first it is stated, signed, which chains are retired and how each ended.
--
-- The head of a retired chain stays, and points at its statement, so that who verifies finds it. Only the statement is believed.

create table audit_retirement (
    tenant    text        not null,
    number    bigint      not null check (number > 0), -- dense within the tenant
    at        timestamptz not null,
    month     text        not null, -- of the partition that may go after it: 2026-01
    payload   bytea       not null, -- the JSON that was signed, byte for byte
    key_id    text        not null,
    signature bytea       not null,
    primary key (tenant, number)
);
create index audit_retirement_by_month on audit_retirement (month, at);
create trigger append_only before update or delete on audit_retirement
    for each row execute function refuse_rewriting();
create trigger no_truncate before truncate on audit_retirement for each statement execute function refuse_rewriting();

alter table audit_head add column retirement bigint; -- the statement's number

create function refuse_after_retirement() returns trigger language plpgsql as $$
begin
    raise exception 'audit chain % is retired at %', old.chain, old.last_seq using errcode = 'restrict_violation';
end
$$;
create trigger retired before update on audit_head for each row
    when (old.retirement is not null and (new.last_seq <> old.last_seq or new.retirement is distinct from old.retirement))
    execute function refuse_after_retirement();
