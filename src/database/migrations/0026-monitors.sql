-- Monitors: what they compute and when, each run with its verdicts, the alerts that verdicts raise, and what is sent of
-- them. New tables only: an older server can go on beside it, and runs no monitors.
create table monitor (
  monitor_id text primary key,
  workspace text not null default 'default',
  name text not null,
  status text not null,
  definition text not null,
  created_by text not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  -- Nominal times up to this moment are noted.
  after_ms bigint not null,
  next_ms bigint,
  unique (workspace, name)
);
create index monitor_next on monitor (status, next_ms);

create table monitor_run (
  run_id text primary key,
  workspace text not null default 'default',
  monitor_id text not null,
  -- Once for a monitor: that is why no time runs twice.
  run_key text not null,
  reason text not null,
  status text not null,
  nominal_ms bigint not null,
  noted_ms bigint not null,
  due_ms bigint not null,
  ended_ms bigint,
  attempts bigint not null,
  times bigint not null,
  detail text,
  -- What became of each signal.
  signals text not null,
  unique (monitor_id, run_key)
);
create index monitor_run_due on monitor_run (status, due_ms);
create index monitor_run_history on monitor_run (monitor_id, nominal_ms);

create table monitor_verdict (
  run_id text not null,
  workspace text not null default 'default',
  monitor_id text not null,
  nominal_ms bigint not null,
  signal text not null,
  -- Empty where the metric is not of a feature.
  feature text not null,
  metric text not null,
  effect double,
  threshold double,
  is_breach bigint not null,
  -- Since when it has been in breach: the start of the first window that was.
  since_ms bigint,
  detail text not null,
  primary key (run_id, signal, feature, metric)
);
create index monitor_verdict_history on monitor_verdict (monitor_id, signal, nominal_ms);

-- Jobs that a run waits for: custom signals and pre-processing.
create table monitor_job (
  run_id text not null,
  workspace text not null default 'default',
  role text not null,
  job text not null,
  primary key (run_id, role)
);

create table monitor_alert (
  alert_id text primary key,
  workspace text not null default 'default',
  monitor_id text not null,
  signal text not null,
  status text not null,
  run_id text not null,
  raised_ms bigint not null,
  updated_ms bigint not null,
  resolved_ms bigint,
  since_ms bigint not null,
  acknowledged_by text,
  acknowledged_ms bigint,
  note text,
  findings text not null
);
create unique index monitor_alert_open on monitor_alert (monitor_id, signal) where resolved_ms is null;
create index monitor_alert_history on monitor_alert (workspace, raised_ms);

create table monitor_mute (
  monitor_id text not null,
  workspace text not null default 'default',
  -- Empty: every signal.
  signal text not null,
  until_ms bigint,
  muted_by text not null,
  muted_ms bigint not null,
  primary key (monitor_id, signal)
);

-- Mails and calls about alerts, from the moment of the alert until they are sent.
create table alert_delivery (
  delivery_id text primary key,
  workspace text not null default 'default',
  monitor_id text not null,
  alert_id text not null,
  channel text not null,
  target text not null,
  subject text not null,
  body text not null,
  state text not null,
  attempts bigint not null,
  next_ms bigint not null,
  error text,
  created_ms bigint not null,
  updated_ms bigint not null
);
create index alert_delivery_due on alert_delivery (state, next_ms);
create index alert_delivery_history on alert_delivery (monitor_id, created_ms);
