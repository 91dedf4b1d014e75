-- What lay in a commit of a git repository, so that it is fetched once. Read again when it is missing. A new table only:
-- an older server can go on beside it.
create table git_folder (
  workspace text not null default 'default',
  repository text not null,
  commit_id text not null,
  path text not null,
  kind text not null,
  digest text not null,
  size_bytes bigint not null,
  file_count bigint not null,
  fetched_ms bigint not null,
  primary key (workspace, repository, commit_id, path)
);
