-- Jobs, their plans and the journal the engine recovers from. No older server can run beside it.
create table job (
  name text primary key,
  workspace text not null default 'default',
  type text not null,
  status text not null,
  status_detail text,
  display_name text not null,
  experiment_id text not null,
  experiment_name text not null,
  root text not null,
  parent text,
  step text,
  position bigint not null,
  created_ms bigint not null,
  started_ms bigint,
  ended_ms bigint,
  command text,
  inputs text not null,
  outputs text,
  exit_code bigint,
  error text,
  attempts bigint not null default 0,
  reuse_key text,
  reuse_fields text,
  reused_from text,
  is_reuse_source bigint not null default 0,
  verdict text,
  usage text,
  tags text not null,
  properties text not null
);
create index job_root on job (root, position);
create index job_listing on job (workspace, created_ms, name);
create index job_reuse on job (reuse_key, ended_ms);
create index job_step on job (experiment_id, step, created_ms);

create table job_plan (
  root text primary key,
  plan text not null,
  document text not null,
  submission text not null,
  is_live bigint not null
);
create index job_plan_live on job_plan (is_live);

create table job_journal (
  seq serial_id,
  root text not null,
  at_ms bigint not null,
  event text not null
);
create index job_journal_root on job_journal (root, seq);
