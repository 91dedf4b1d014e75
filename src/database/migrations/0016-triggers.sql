-- Schedules and triggers, and every firing of theirs: a nominal time or an event is one row, which a unique key keeps
-- from being two. The cursor says up to which event triggers have looked. New tables only: an older server can go on
-- beside it, but fires nothing.
create table job_trigger (
  trigger_id text primary key,
  workspace text not null default 'default',
  family text not null,
  name text not null,
  status text not null,
  definition text not null,
  template text,
  parameters text not null,
  sealed_secret text,
  state text not null,
  created_by text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  since_seq bigint not null,
  after_ms bigint not null,
  next_ms bigint,
  unique (workspace, family, name)
);
create index job_trigger_due on job_trigger (status, next_ms);

create table firing (
  firing_id text primary key,
  workspace text not null default 'default',
  trigger_id text not null,
  firing_key text not null,
  reason text not null,
  status text not null,
  nominal_ms bigint not null,
  noted_ms bigint not null,
  due_ms bigint not null,
  variables text not null,
  times bigint not null,
  attempts bigint not null,
  job text,
  is_over bigint not null,
  detail text,
  unique (trigger_id, firing_key)
);
create index firing_due on firing (status, due_ms);
create index firing_of_trigger on firing (trigger_id, noted_ms);
create index firing_under_way on firing (trigger_id, status, is_over);

create table trigger_cursor (
  workspace text primary key,
  seq bigint not null
);
