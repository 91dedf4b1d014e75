-- What each request of an endpoint with several deployments got, what its copy got, and what came of it later. Bounded:
-- the oldest go first. New tables only: older servers can run beside it, and record nothing.
create table scored_request (
  workspace text not null default 'default',
  endpoint text not null,
  request_id text not null,
  deployment text not null,
  revision bigint not null,
  -- A hash of whom it was for.
  unit text,
  is_pinned bigint not null,
  is_ok bigint not null,
  at_ms bigint not null,
  latency_ms double not null,
  latency_bucket bigint not null,
  primary key (workspace, endpoint, request_id)
);
create index scored_request_time on scored_request (workspace, endpoint, at_ms);

create table mirrored_request (
  workspace text not null default 'default',
  endpoint text not null,
  request_id text not null,
  deployment text not null,
  revision bigint not null,
  mirror text not null,
  mirror_revision bigint not null,
  at_ms bigint not null,
  status bigint not null,
  mirror_status bigint not null,
  latency_ms double not null,
  mirror_latency_ms double not null,
  -- Null where the answers could not be compared.
  is_equal bigint,
  number_count bigint not null,
  mean_difference double,
  largest_difference double,
  primary key (workspace, endpoint, request_id)
);
create index mirrored_request_time on mirrored_request (workspace, endpoint, at_ms);

create table outcome (
  workspace text not null default 'default',
  endpoint text not null,
  request_id text not null,
  metric text not null,
  value double not null,
  at_ms bigint not null,
  primary key (workspace, endpoint, request_id, metric)
);
create index outcome_time on outcome (workspace, endpoint, at_ms);
