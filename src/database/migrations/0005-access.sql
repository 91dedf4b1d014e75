-- What proves who is calling: the id of the key that secrets at rest are sealed with (the key itself is a file beside
-- the store), the keys our own tokens are signed with, and the keys of endpoints. New tables only: older servers can run.
create table encryption_key (
  key_id text primary key,
  workspace text not null default 'default',
  created_ms bigint not null
);

create table signing_key (
  workspace text not null default 'default',
  purpose text not null,
  sealed text not null,
  created_ms bigint not null,
  primary key (workspace, purpose)
);

create table endpoint_key (
  workspace text not null default 'default',
  endpoint text not null,
  slot text not null,
  sealed text not null,
  hash text not null,
  created_ms bigint not null,
  primary key (workspace, endpoint, slot)
);
