-- Online endpoints, their deployments, and every revision of a deployment. New tables only: older servers can run.
create table endpoint (
  workspace text not null default 'default',
  name text not null,
  status text not null,
  auth_mode text not null,
  traffic text not null,
  mirror_traffic text not null,
  description text,
  tags text not null,
  properties text not null,
  version bigint not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (workspace, name)
);

create table deployment (
  workspace text not null default 'default',
  endpoint text not null,
  name text not null,
  status text not null,
  last_revision bigint not null,
  active_revision bigint,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (workspace, endpoint, name)
);

create table deployment_revision (
  workspace text not null default 'default',
  endpoint text not null,
  deployment text not null,
  revision bigint not null,
  status text not null,
  spec text not null,
  error text,
  created_ms bigint not null,
  ended_ms bigint,
  primary key (workspace, endpoint, deployment, revision)
);
create index deployment_revision_status on deployment_revision (status);
