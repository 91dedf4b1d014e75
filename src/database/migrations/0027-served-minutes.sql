-- What deployments answered, minute by minute, for monitors that compare them with their own past. A new table only: an
-- older server can go on beside it, and writes nothing into it.
create table served_minute (
  workspace text not null default 'default',
  endpoint text not null,
  deployment text not null,
  minute_ms bigint not null,
  -- Which server wrote it.
  part text not null,
  requests bigint not null,
  failures bigint not null,
  latencies text not null,
  primary key (workspace, endpoint, deployment, minute_ms, part)
);
