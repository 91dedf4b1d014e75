-- Windows of collected payloads that are Parquet by now: where each lies, what it holds and which version of which data
-- asset it became. A new table only: an older server can go on beside it.
create table payload_window (
  workspace text not null default 'default',
  endpoint text not null,
  deployment text not null,
  collection text not null,
  start_ms bigint not null,
  part bigint not null,
  end_ms bigint not null,
  requests bigint not null,
  row_count bigint not null,
  dropped bigint not null,
  size_bytes bigint not null,
  path text,
  asset text,
  asset_version text,
  keep_until_ms bigint,
  created_ms bigint not null,
  primary key (workspace, endpoint, deployment, collection, start_ms, part)
);
create index payload_window_start on payload_window (workspace, start_ms);
