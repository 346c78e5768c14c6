-- A webhook is named so here too, as everywhere else.

alter table webhook_endpoint rename to webhook;
alter table webhook rename constraint webhook_endpoint_pkey to webhook_pkey;
alter index webhook_endpoint_by_tenant rename to webhook_by_tenant;
alter table webhook_delivery rename column endpoint_id to webhook_id;
alter table webhook_delivery rename constraint webhook_delivery_endpoint_id_fkey to webhook_delivery_webhook_id_fkey;
