-- A KMS wraps a master key, not each data key: a replica asks it once, when it starts, and never inside a transaction.
--
-- Rows of the two tables of secrets are forgotten by deleting them. PostgreSQL keeps what is deleted in its pages until they are
-- vacuumed, and by default would not vacuum small tables for days.

create table kms_master_key (
    kms_uri text primary key,
    wrapped bytea       not null, -- by the key that the KMS keeps
    made_at timestamptz not null default now()
);

alter table data_key set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0);
alter table sealed_secret set (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 0);
