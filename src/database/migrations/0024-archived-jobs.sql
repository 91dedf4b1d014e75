-- Jobs that were archived are left out of lists. Older servers can run beside it; they list them.
alter table job add column archived_ms bigint;
