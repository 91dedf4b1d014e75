-- Traces with their spans and what was said about them (assessments), evaluation data sets and scorers. A trace of a
-- client before MLflow 3 has its spans in an artifact instead. Tags and metadata are found by the first 64 characters of
-- their value, as those of runs. New tables only: older servers can run beside it.
create table trace (
  trace_id text primary key,
  workspace text not null default 'default',
  experiment_id bigint not null,
  timestamp_ms bigint not null,
  execution_ms bigint,
  state text not null,
  client_request_id text,
  request_preview text,
  response_preview text,
  is_finalized bigint not null default 0
);
create index trace_by_time on trace (experiment_id, timestamp_ms desc, trace_id);

create table trace_tag (
  trace_id text not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (trace_id, key)
);
create index trace_tag_value on trace_tag (key, substr(value, 1, 64), trace_id);

create table trace_metadata (
  trace_id text not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (trace_id, key)
);
create index trace_metadata_value on trace_metadata (key, substr(value, 1, 64), trace_id);

create table trace_run (
  trace_id text not null,
  workspace text not null default 'default',
  run_id text not null,
  primary key (trace_id, run_id)
);
create index trace_run_run on trace_run (run_id, trace_id);

create table trace_prompt (
  trace_id text not null,
  workspace text not null default 'default',
  prompt text not null,
  primary key (trace_id, prompt)
);
create index trace_prompt_prompt on trace_prompt (prompt, trace_id);

-- `content` is the whole span as JSON; the columns beside it are what searches and charts look at.
create table span (
  trace_id text not null,
  workspace text not null default 'default',
  span_id text not null,
  parent_span_id text,
  name text not null,
  type text not null,
  status text not null,
  start_ms bigint not null,
  duration_ms double,
  token_usage text,
  cost text,
  content text not null,
  primary key (trace_id, span_id)
);

create table assessment (
  assessment_id text primary key,
  workspace text not null default 'default',
  trace_id text not null,
  span_id text,
  name text not null,
  kind text not null,
  value text not null,
  number double,
  error text,
  source_type text not null,
  source_id text not null,
  rationale text,
  metadata text not null,
  session_id text,
  overrides text,
  is_valid bigint not null,
  created_ms bigint not null,
  updated_ms bigint not null
);
create index assessment_trace on assessment (trace_id, created_ms, assessment_id);
create index assessment_name on assessment (kind, name, trace_id);

create table evaluation_dataset (
  dataset_id text primary key,
  workspace text not null default 'default',
  name text not null,
  schema text not null,
  created_by text,
  updated_by text,
  created_ms bigint not null,
  updated_ms bigint not null
);
create index evaluation_dataset_created on evaluation_dataset (workspace, created_ms desc, dataset_id);

create table evaluation_dataset_tag (
  dataset_id text not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (dataset_id, key)
);

create table evaluation_dataset_experiment (
  dataset_id text not null,
  workspace text not null default 'default',
  experiment_id bigint not null,
  primary key (dataset_id, experiment_id)
);
create index evaluation_dataset_of_experiment on evaluation_dataset_experiment (experiment_id, dataset_id);

-- Records with equal inputs are one: `input_digest` is the SHA-256 of their canonical JSON.
create table evaluation_record (
  record_id text primary key,
  workspace text not null default 'default',
  dataset_id text not null,
  input_digest text not null,
  content text not null,
  created_ms bigint not null,
  unique (dataset_id, input_digest)
);
create index evaluation_record_order on evaluation_record (dataset_id, created_ms, record_id);

create table scorer (
  scorer_id text primary key,
  workspace text not null default 'default',
  experiment_id bigint not null,
  name text not null,
  unique (experiment_id, name)
);

create table scorer_version (
  scorer_id text not null,
  workspace text not null default 'default',
  version bigint not null,
  serialized_scorer text not null,
  created_ms bigint not null,
  primary key (scorer_id, version)
);
