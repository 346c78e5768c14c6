-- Callers have keys of ours. Of a key only its SHA-256 is stored: it is 160 random bits, which nobody guesses however fast the hash.

create table api_key (
    id           uuid primary key,
    tenant       text        not null,
    name         text        not null,
    hash         bytea       not null check (length(hash) = 32),
    scopes       text[]      not null check (cardinality(scopes) > 0),
    created_by   text        not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    revoked_at   timestamptz,
    last_used_at timestamptz -- to the minute
);
create index api_key_of_tenant on api_key (tenant, id);
