-- What makes the audit chains evidence: signed checkpoints of their heads, the keys that signed, and what receipts need to know.
--
-- A chain alone shows an edit only to who still has its head. A checkpoint signs the heads that moved since the one before it, and
-- the SHA-256 of that one's payload, so that the checkpoints of a tenant are a chain too: a chain that is cut off together with its
-- head, or hashed anew after an edit, differs from what was signed.

alter table audit_head
    add column tenant text,
    add column moved  boolean not null default true; -- since the last checkpoint; a flag, so that most appends change no index
update audit_head h set tenant = coalesce((select tenant from audit a where a.chain = h.chain and a.seq = 1), '');
alter table audit_head alter column tenant set not null;
create index audit_head_by_tenant on audit_head (tenant, chain);
create index audit_head_moved on audit_head (tenant, chain) where moved;

create function refuse_setting_back() returns trigger language plpgsql as $$
begin
    raise exception 'the head of audit chain % is at % and is only moved on', old.chain, old.last_seq
        using errcode = 'restrict_violation';
end
$$;
create trigger forward before update on audit_head for each row
    when (new.chain <> old.chain or new.tenant <> old.tenant or new.last_seq < old.last_seq
          or (new.last_seq = old.last_seq and new.hash <> old.hash))
    execute function refuse_setting_back();

create index audit_by_tenant_and_time on audit (tenant, at, chain, seq);

create table audit_checkpoint (
    tenant    text        not null,
    number    bigint      not null check (number > 0),
    at        timestamptz not null,
    payload   bytea       not null, -- the JSON that was signed, byte for byte
    key_id    text        not null,
    signature bytea       not null,
    primary key (tenant, number)
);
create trigger append_only before update or delete on audit_checkpoint
    for each row execute function refuse_rewriting();
create trigger no_truncate before truncate on audit_checkpoint for each statement execute function refuse_rewriting();

-- The public halves, former ones too: what they signed is verified for as long as it is kept.
create table signing_key (
    id            text primary key, -- SHA-256 of public_key in hexadecimal
    public_key    bytea       not null, -- SubjectPublicKeyInfo
    first_used_at timestamptz not null
);
create trigger append_only before update or delete on signing_key for each row execute function refuse_rewriting();
create trigger no_truncate before truncate on signing_key for each statement execute function refuse_rewriting();

-- A prompt is forgotten when its session closes; its receipt still tells which one it was. Null for runs from before.
alter table run add column prompt_sha256 text check (prompt_sha256 ~ '^[0-9a-f]{64}$');
