-- Webhooks with every call they are to make; comments; saved views. A delivery is written in the transaction of the
-- change that it tells of. New tables only: older servers can run beside it, but tell no webhooks.
create table webhook (
  webhook_id text primary key,
  workspace text not null default 'default',
  name text not null,
  description text,
  url text not null,
  status text not null,
  sealed_secret text,
  created_ms bigint not null,
  updated_ms bigint not null
);
create index webhook_created on webhook (workspace, created_ms desc, webhook_id);

create table webhook_event (
  webhook_id text not null,
  workspace text not null default 'default',
  entity text not null,
  action text not null,
  primary key (webhook_id, entity, action)
);

create table webhook_delivery (
  delivery_id text primary key,
  workspace text not null default 'default',
  webhook_id text not null,
  entity text not null,
  action text not null,
  body text not null,
  state text not null,
  attempts bigint not null,
  next_ms bigint not null,
  response_status bigint,
  error text,
  created_ms bigint not null,
  updated_ms bigint not null
);
create index webhook_delivery_due on webhook_delivery (state, next_ms);
create index webhook_delivery_log on webhook_delivery (webhook_id, created_ms desc);

-- `subject` is a run's id, a registered model's own id, or that id and a version, so that a rename keeps them.
create table comment (
  comment_id text primary key,
  workspace text not null default 'default',
  kind text not null,
  subject text not null,
  body text not null,
  author text not null,
  created_ms bigint not null,
  updated_ms bigint
);
create index comment_subject on comment (kind, subject, created_ms);

create table saved_view (
  view_id text primary key,
  workspace text not null default 'default',
  page text not null,
  name text not null,
  content text not null,
  author text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  unique (workspace, page, name)
);
