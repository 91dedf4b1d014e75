-- Artifacts that come in parts, so that what was sent before a connection broke is not sent again. The parts are stored
-- contents. An older server can run beside it.
create table artifact_upload (
  upload_id text primary key,
  workspace text not null default 'default',
  path text not null,
  created_ms bigint not null
);
create index artifact_upload_by_path on artifact_upload (workspace, path, created_ms);

create table artifact_upload_part (
  upload_id text not null,
  workspace text not null default 'default',
  part_number bigint not null,
  digest text not null,
  size_bytes bigint not null,
  primary key (upload_id, part_number)
);
