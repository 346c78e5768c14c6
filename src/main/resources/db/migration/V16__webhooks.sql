-- A webhook is named so here too, as everywhere else. One that is deleted is marked, and its rows are removed later, some at a time:
-- appends do not wait for that. What is to be given up is found webhook by webhook.

alter table webhook_endpoint rename to webhook;
alter table webhook rename constraint webhook_endpoint_pkey to webhook_pkey;
alter index webhook_endpoint_by_tenant rename to webhook_by_tenant;
alter table webhook_delivery rename column endpoint_id to webhook_id;
alter table webhook_delivery rename constraint webhook_delivery_endpoint_id_fkey to webhook_delivery_webhook_id_fkey;

alter table webhook add column deleted_at timestamptz;
create index webhook_deleted on webhook (deleted_at) where deleted_at is not null;
create index webhook_disabled on webhook (disabled_at) where disabled_at is not null;

drop index webhook_delivery_given_up;
create index webhook_delivery_given_up on webhook_delivery (webhook_id, give_up_at) where status = 'PENDING';
