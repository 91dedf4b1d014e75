-- Profiles of tables, by the content they were made of: statistics as JSON. Made again when they are missing. A new table
-- only: an older server can go on beside it.
create table data_profile (
  workspace text not null default 'default',
  digest text not null,
  base_name text not null,
  format bigint not null,
  profile text not null,
  created_ms bigint not null,
  primary key (workspace, digest, base_name)
);
