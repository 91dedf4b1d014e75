-- Content by digest and names for it. New tables only: an older server can go on beside it.
-- A stored file (its bytes) or folder (its list). Small ones are in the row, so that they are durable with the
-- group commit; others lie in the content folder, and `signature` is how the file looked when last seen unharmed.
-- Content has no workspace: equal bytes are stored once for all of them, and reached through rows that have one.
create table content_object (
  digest text not null,
  kind text not null,
  size_bytes bigint not null,
  bytes blob,
  signature text,
  primary key (digest, kind)
);

-- How a cached read-only copy of a folder looked when it was built.
create table cached_folder (
  digest text primary key,
  stamp text not null
);

-- Digests of this machine's files, so that unchanged ones are not read again.
create table file_stat (
  path text primary key,
  signature text not null,
  digest text not null,
  recorded_ms bigint not null
);

create table artifact (
  workspace text not null default 'default',
  path text not null,
  digest text not null,
  size_bytes bigint not null,
  created_ms bigint not null,
  primary key (workspace, path)
);
