-- Which requests with an Idempotency-Key have taken effect, so that a repeated one takes none. A row is written in the transaction of
-- the effect itself: one that was not committed had none.
--
-- Neither the key nor the body is kept. request = SHA-256 of tenant, method and path, and key; fingerprint = HMAC-SHA-256 of the
-- body under the key, so that a copy of the database tells nothing of a body without the key that its caller made up.

create table idempotent_request (
    request     bytea       primary key check (length(request) = 32),
    fingerprint bytea       not null check (length(fingerprint) = 32),
    resource    uuid, -- what the request made; null only inside the transaction that makes it
    at          timestamptz not null default now()
);
create index idempotent_request_by_time on idempotent_request (at);
