-- What attempts and deployments used, and which limits of budgets were met. New tables only: an older server can go on
-- beside it, but writes down nothing.
create table usage_record (
  workspace text not null default 'default',
  record_key text not null,
  at_ms bigint not null,
  root text,
  job text,
  step text,
  experiment text,
  endpoint text,
  deployment text,
  wall_seconds double not null,
  cpu_seconds double not null,
  gb_seconds double not null,
  gpu_seconds double not null,
  primary key (workspace, record_key)
);
create index usage_record_time on usage_record (workspace, at_ms);
create index usage_record_root on usage_record (root);
create index usage_record_job on usage_record (job);

create table budget_mark (
  workspace text not null default 'default',
  budget text not null,
  subject text not null,
  window_start_ms bigint not null,
  mark text not null,
  at_ms bigint not null,
  primary key (workspace, budget, subject, window_start_ms, mark)
);
