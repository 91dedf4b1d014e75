-- Registered models, their versions, tags, aliases, and who moved an alias or a stage when. Rows hang on the model's own
-- id, so that a rename is one row. New tables only: older servers can run beside it.
create table registered_model (
  id serial_id,
  workspace text not null default 'default',
  name text not null,
  description text,
  last_version bigint not null default 0,
  created_ms bigint not null,
  updated_ms bigint not null,
  unique (workspace, name)
);
create index registered_model_updated on registered_model (workspace, updated_ms, name);

create table registered_model_tag (
  workspace text not null default 'default',
  registered_model_id bigint not null references registered_model (id) on delete cascade,
  key text not null,
  value text not null,
  primary key (registered_model_id, key)
);
create index registered_model_tag_key on registered_model_tag (key, registered_model_id);

create table model_version (
  workspace text not null default 'default',
  registered_model_id bigint not null references registered_model (id) on delete cascade,
  version bigint not null,
  stage text not null,
  source text not null,
  storage_location text not null,
  run_id text not null,
  run_link text not null,
  logged_model_id text not null,
  description text,
  created_by text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (registered_model_id, version)
);
create index model_version_stage on model_version (registered_model_id, stage, version);
create index model_version_run on model_version (run_id);
create index model_version_updated on model_version (workspace, updated_ms);

create table model_version_tag (
  workspace text not null default 'default',
  registered_model_id bigint not null,
  version bigint not null,
  key text not null,
  value text not null,
  primary key (registered_model_id, version, key),
  foreign key (registered_model_id, version) references model_version (registered_model_id, version) on delete cascade
);
create index model_version_tag_key on model_version_tag (key, registered_model_id);

create table model_alias (
  workspace text not null default 'default',
  registered_model_id bigint not null,
  alias text not null,
  version bigint not null,
  primary key (registered_model_id, alias),
  foreign key (registered_model_id, version) references model_version (registered_model_id, version) on delete cascade
);
create index model_alias_version on model_alias (registered_model_id, version);

-- Outlives the model it tells of, hence no reference.
create table model_transition (
  id serial_id,
  workspace text not null default 'default',
  registered_model_id bigint not null,
  model_name text not null,
  kind text not null,
  subject text not null,
  from_value text,
  to_value text,
  changed_by text not null,
  at_ms bigint not null
);
create index model_transition_model on model_transition (registered_model_id, id);
