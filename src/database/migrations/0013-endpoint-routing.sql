-- How an endpoint chooses by request headers, and the traffic it had before the last change: what a rollback returns to.
-- Older servers can run beside it: they route without headers.
alter table endpoint add column routing text;
alter table endpoint add column previous_traffic text;
alter table endpoint add column traffic_since_ms bigint;
