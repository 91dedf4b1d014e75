-- Experiments, runs and what is logged to them (MLflow's entities). The latest value of each metric has its own table,
-- whose index by value drives metric filters and sorts. Params and tags are found by the first 64 characters of their
-- value: PostgreSQL cannot index a text of 8,000. No older server can run beside it.
create table experiment_number (id bigint primary key, next bigint not null);
insert into experiment_number (id, next) values (1, 1);

create table experiment (
  experiment_id bigint primary key,
  workspace text not null default 'default',
  name text not null,
  artifact_location text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  deleted_ms bigint,
  unique (workspace, name)
);
-- MLflow's clients log to "0" when they are told of no other. It is as old as the store.
insert into experiment (experiment_id, name, artifact_location, created_ms, updated_ms)
  select 0, 'Default', 'mlflow-artifacts:/0', applied_ms, applied_ms from schema_migration where number = 1;

create table experiment_tag (
  experiment_id bigint not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (experiment_id, key)
);

create table run (
  run_id text primary key,
  workspace text not null default 'default',
  experiment_id bigint not null,
  run_name text not null,
  user_id text not null,
  status text not null,
  start_ms bigint not null,
  end_ms bigint,
  artifact_uri text not null,
  is_job bigint not null default 0,
  deleted_ms bigint
);
create index run_by_start on run (experiment_id, start_ms desc, run_id);

create table metric (
  run_id text not null,
  workspace text not null default 'default',
  key text not null,
  timestamp_ms bigint not null,
  step bigint not null,
  value double not null,
  is_nan bigint not null,
  primary key (run_id, key, timestamp_ms, step, value, is_nan)
);

create table latest_metric (
  run_id text not null,
  workspace text not null default 'default',
  key text not null,
  experiment_id bigint not null,
  value double not null,
  is_nan bigint not null,
  step bigint not null,
  timestamp_ms bigint not null,
  primary key (run_id, key)
);
create index latest_metric_by_value on latest_metric (key, experiment_id, is_nan, value, run_id);

create table param (
  run_id text not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (run_id, key)
);
create index param_by_value on param (key, (substr(value, 1, 64)), run_id);

create table run_tag (
  run_id text not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (run_id, key)
);
create index run_tag_by_value on run_tag (key, (substr(value, 1, 64)), run_id);

create table dataset (
  dataset_id text primary key,
  workspace text not null default 'default',
  experiment_id bigint not null,
  name text not null,
  digest text not null,
  source_type text not null,
  source text not null,
  schema text,
  profile text,
  unique (experiment_id, name, digest)
);

create table run_dataset (
  run_id text not null,
  workspace text not null default 'default',
  dataset_id text not null,
  position bigint not null,
  primary key (run_id, dataset_id)
);
create index run_dataset_by_dataset on run_dataset (dataset_id);

create table run_dataset_tag (
  run_id text not null,
  workspace text not null default 'default',
  dataset_id text not null,
  key text not null,
  value text not null,
  primary key (run_id, dataset_id, key)
);

create table run_model_input (
  run_id text not null,
  workspace text not null default 'default',
  model_id text not null,
  primary key (run_id, model_id)
);

create table run_model_output (
  run_id text not null,
  workspace text not null default 'default',
  model_id text not null,
  step bigint not null,
  primary key (run_id, model_id, step)
);

create table logged_model (
  model_id text primary key,
  workspace text not null default 'default',
  experiment_id bigint not null,
  name text not null,
  artifact_uri text not null,
  status text not null,
  status_message text,
  model_type text not null,
  source_run_id text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  deleted_ms bigint
);
create index logged_model_by_creation on logged_model (experiment_id, created_ms desc, model_id);

create table logged_model_param (
  model_id text not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (model_id, key)
);

create table logged_model_tag (
  model_id text not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (model_id, key)
);

create table logged_model_metric (
  model_id text not null,
  workspace text not null default 'default',
  key text not null,
  timestamp_ms bigint not null,
  step bigint not null,
  run_id text not null,
  value double not null,
  is_nan bigint not null,
  dataset_name text not null,
  dataset_digest text not null,
  primary key (model_id, key, timestamp_ms, step, run_id, value, is_nan, dataset_name, dataset_digest)
);
