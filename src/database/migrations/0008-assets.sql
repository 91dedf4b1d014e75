-- Named and versioned assets, labels, datastores, outputs that become assets, and files fetched from the web. New tables
-- only: older servers can run beside it.
create table asset (
  workspace text not null default 'default',
  kind text not null,
  name text not null,
  is_archived bigint not null default 0,
  last_version bigint not null default 0,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (workspace, kind, name)
);

-- `id` grows: the newest created is the one with the highest.
create table asset_version (
  id serial_id,
  workspace text not null default 'default',
  kind text not null,
  name text not null,
  version text not null,
  type text not null,
  digest text not null,
  definition text not null,
  content text,
  source text,
  description text,
  tags text not null,
  properties text not null,
  is_archived bigint not null default 0,
  created_by text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  unique (workspace, kind, name, version)
);
create index asset_version_newest on asset_version (workspace, kind, name, id);

create table asset_label (
  workspace text not null default 'default',
  kind text not null,
  name text not null,
  label text not null,
  version text not null,
  updated_ms bigint not null,
  primary key (workspace, kind, name, label)
);

create table datastore (
  workspace text not null default 'default',
  name text not null,
  type text not null,
  settings text not null,
  description text,
  tags text not null,
  created_by text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (workspace, name)
);

-- What a URL last answered with, so that it is fetched again only when it changed.
create table web_file (
  workspace text not null default 'default',
  url text not null,
  etag text,
  last_modified text,
  digest text not null,
  size_bytes bigint not null,
  base_name text not null,
  fetched_ms bigint not null,
  primary key (workspace, url)
);

-- Where outputs go beside the store (an asset's name, a place in a datastore); written with the job, ended with the step.
create table output_destination (
  job text not null,
  workspace text not null default 'default',
  output text not null,
  kind text not null,
  type text not null,
  target text not null,
  version text,
  status text not null,
  detail text,
  primary key (job, output, kind)
);
create index output_destination_status on output_destination (status);
