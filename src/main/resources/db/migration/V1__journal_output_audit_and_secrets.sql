-- What must never be rewritten, from the first row on: events, agent output and audit. And the secrets that must survive a crash.
--
-- Partitions. journal, output and audit are partitioned by range of a UUIDv7, whose leading 48 bits are the Unix time in
-- milliseconds. So a monthly partition holds the sessions that were created in that month (UTC), and retention drops partitions
-- instead of deleting rows. What fits no month (and the chains of tenants, whose ids carry no time) is in the DEFAULT partition.
--
-- Audit chain. hash = SHA-256(previous || canonical), where previous is the hash of seq - 1, or 32 zero bytes at seq 1, and
-- canonical is the UTF-8 of a JSON array without white space:
--   [chain, seq, at, tenant, subject, action, target, request_id, source_address, outcome, detail]
-- chain: lower-case text; seq: a number; at: UTC with six digits, 2026-01-31T23:59:59.000001Z; an absent value: null; detail: the
-- stored JSON text itself, as a string. Strings are escaped as in RFC 8785: \" \\ \b \t \n \f \r, other characters below U+0020 as
-- \u00xx in lower case, everything else as it is.

CREATE TABLE journal (
    session_id uuid        NOT NULL,
    seq        bigint      NOT NULL CHECK (seq > 0),
    type       text        NOT NULL,
    at         timestamptz NOT NULL,
    run_id     uuid,
    data       json        NOT NULL, -- not jsonb, which refuses \u0000
    PRIMARY KEY (session_id, seq)
) PARTITION BY RANGE (session_id);

CREATE TABLE journal_head (
    session_id uuid PRIMARY KEY,
    last_seq   bigint NOT NULL CHECK (last_seq > 0)
) WITH (fillfactor = 70); -- room for heap-only updates: every append moves its row

CREATE TABLE output (
    session_id uuid     NOT NULL,
    run_id     uuid     NOT NULL,
    stream     smallint NOT NULL CHECK (stream IN (1, 2)), -- as file descriptors: 1 stdout, 2 stderr
    "offset"   bigint   NOT NULL CHECK ("offset" >= 0),
    bytes      bytea    NOT NULL CHECK (length(bytes) BETWEEN 1 AND 65536),
    PRIMARY KEY (session_id, run_id, stream, "offset")
) PARTITION BY RANGE (session_id);

CREATE TABLE run_output (
    run_id      uuid PRIMARY KEY,
    session_id  uuid   NOT NULL,
    stdout      bigint NOT NULL DEFAULT 0 CHECK (stdout >= 0),      -- next offset in the journal's count of this stream
    stderr      bigint NOT NULL DEFAULT 0 CHECK (stderr >= 0),
    stdout_base bigint NOT NULL DEFAULT 0 CHECK (stdout_base >= 0), -- journal offset of byte 0 of the file as it is now
    stderr_base bigint NOT NULL DEFAULT 0 CHECK (stderr_base >= 0),
    line_start  bigint NOT NULL DEFAULT 0 CHECK (line_start >= 0),  -- stdout offset where the unfinished line starts
    dropped     bigint NOT NULL DEFAULT 0 CHECK (dropped >= 0)      -- bytes beyond the quota: counted, not kept
) WITH (fillfactor = 70);

CREATE TABLE audit (
    chain          uuid        NOT NULL,
    seq            bigint      NOT NULL CHECK (seq > 0),
    at             timestamptz NOT NULL,
    tenant         text        NOT NULL,
    subject        text        NOT NULL,
    action         text        NOT NULL,
    target         text        NOT NULL,
    request_id     text,
    source_address text,
    outcome        text        NOT NULL,
    detail         json, -- json keeps its text as it was hashed, jsonb would not
    previous       bytea       NOT NULL CHECK (length(previous) = 32),
    hash           bytea       NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (chain, seq)
) PARTITION BY RANGE (chain);

CREATE TABLE audit_head (
    chain    uuid PRIMARY KEY,
    last_seq bigint NOT NULL CHECK (last_seq >= 0),
    hash     bytea  NOT NULL CHECK (length(hash) = 32)
) WITH (fillfactor = 70);

CREATE TABLE data_key (
    owner      uuid PRIMARY KEY,
    wrapped    bytea NOT NULL,
    master_key text  NOT NULL -- id of the master key that wrapped it
);

CREATE TABLE sealed_secret (
    owner      uuid  NOT NULL REFERENCES data_key ON DELETE CASCADE,
    name       text  NOT NULL,
    ciphertext bytea NOT NULL,
    PRIMARY KEY (owner, name)
);

CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are never rewritten; retention drops whole partitions', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

-- Row triggers are cloned to every partition; TRUNCATE triggers are not, so each partition gets its own.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON output FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON output FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- A head outlives its records: it is what shows that a chain was cut off.
CREATE TRIGGER kept BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE journal_default PARTITION OF journal DEFAULT;
CREATE TABLE output_default PARTITION OF output DEFAULT;
CREATE TABLE audit_default PARTITION OF audit DEFAULT;
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal_default FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON output_default FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_default FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- The smallest UUIDv7-ordered id of a moment.
CREATE FUNCTION first_id_at(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT rpad(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid
$$;

-- Makes the monthly partitions from last month to months_ahead months from now, as far as they are missing; returns how many it
-- made. May be called at any time, by several at once. A month whose rows are in the DEFAULT partition already stays there.
CREATE FUNCTION ensure_partitions(months_ahead int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    month      timestamp;
    parent     text;
    part       text;
    made       int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_partitions'));
    FOR month IN SELECT generate_series(this_month - interval '1 month',
                                        this_month + months_ahead * interval '1 month', interval '1 month') LOOP
        FOREACH parent IN ARRAY ARRAY['journal', 'output', 'audit'] LOOP
            part := parent || to_char(month, '_YYYY_MM');
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent,
                               first_id_at(month AT TIME ZONE 'UTC'),
                               first_id_at((month + interval '1 month') AT TIME ZONE 'UTC'));
                EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I '
                               'FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()', part);
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                RAISE WARNING 'partition % is not made: %_default holds rows of that month', part, parent;
            END;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;

SELECT ensure_partitions(12);
