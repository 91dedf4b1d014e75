-- Rollouts of a deployment by steps: at most one that is under way per endpoint. A new table only: older servers can
-- run beside it, but leave a rollout where it is.
create table rollout (
  workspace text not null default 'default',
  rollout_id text not null,
  endpoint text not null,
  status text not null,
  candidate text not null,
  -- The revision that is brought up for it; null for a deployment that was there.
  candidate_revision bigint,
  plan text not null,
  step bigint not null,
  step_since_ms bigint not null,
  reason text,
  created_ms bigint not null,
  updated_ms bigint not null,
  ended_ms bigint,
  primary key (workspace, rollout_id)
);
create unique index rollout_under_way on rollout (workspace, endpoint) where ended_ms is null;
create index rollout_history on rollout (workspace, endpoint, created_ms);
