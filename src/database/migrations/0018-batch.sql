-- Batch endpoints, their deployments (each a template of jobs that needs nothing of its author's folder), and which jobs
-- were started through them. New tables only: an older server can go on beside it.
create table batch_endpoint (
  workspace text not null default 'default',
  name text not null,
  description text,
  default_deployment text,
  tags text not null,
  properties text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (workspace, name)
);

create table batch_deployment (
  workspace text not null default 'default',
  endpoint text not null,
  name text not null,
  description text,
  tags text not null,
  properties text not null,
  spec text not null,
  template text not null,
  revision bigint not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (workspace, endpoint, name)
);

create table batch_job (
  job text primary key,
  workspace text not null default 'default',
  endpoint text not null,
  deployment text not null,
  revision bigint not null,
  created_ms bigint not null
);
create index batch_job_endpoint on batch_job (workspace, endpoint, created_ms);
