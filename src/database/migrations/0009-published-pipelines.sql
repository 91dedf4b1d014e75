-- Pipelines that were published: each version is a template of jobs with all it needs, so that its folder may vanish; and
-- which jobs were started through them, with the key under which a repeated request finds its job again. New tables
-- only: an older server can go on beside it.
create table published_pipeline (
  workspace text not null default 'default',
  name text not null,
  version text not null,
  number bigint not null,
  status text not null,
  display_name text not null,
  description text,
  parameters text not null,
  template text not null,
  tags text not null,
  created_by text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (workspace, name, version)
);

create table published_pipeline_job (
  job text primary key,
  workspace text not null default 'default',
  pipeline text not null,
  version text not null,
  idempotency_key text,
  request_digest text not null,
  created_ms bigint not null,
  unique (workspace, pipeline, idempotency_key)
);
