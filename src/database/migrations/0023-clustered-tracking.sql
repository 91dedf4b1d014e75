-- SQLite keeps what is logged to runs in the order of its primary key rather than beside an index of it: a run's values
-- lie together, a value is found by one search instead of two, and the file is a third smaller. Texts are indexed whole
-- there, so that the index answers a filter by itself. No older server can run beside it.
-- only sqlite
create table param_new (
  run_id text not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (run_id, key)
) without rowid;
insert into param_new (run_id, workspace, key, value) select run_id, workspace, key, value from param order by run_id, key;
drop table param;
alter table param_new rename to param;
create index param_by_value on param (key, value, run_id);
create table run_tag_new (
  run_id text not null,
  workspace text not null default 'default',
  key text not null,
  value text not null,
  primary key (run_id, key)
) without rowid;
insert into run_tag_new (run_id, workspace, key, value) select run_id, workspace, key, value from run_tag order by run_id, key;
drop table run_tag;
alter table run_tag_new rename to run_tag;
create index run_tag_by_value on run_tag (key, value, run_id);
create table latest_metric_new (
  run_id text not null,
  workspace text not null default 'default',
  key text not null,
  experiment_id bigint not null,
  value double not null,
  is_nan bigint not null,
  step bigint not null,
  timestamp_ms bigint not null,
  primary key (run_id, key)
) without rowid;
insert into latest_metric_new (run_id, workspace, key, experiment_id, value, is_nan, step, timestamp_ms)
  select run_id, workspace, key, experiment_id, value, is_nan, step, timestamp_ms from latest_metric order by run_id, key;
drop table latest_metric;
alter table latest_metric_new rename to latest_metric;
create index latest_metric_by_value on latest_metric (key, experiment_id, is_nan, value, run_id);
create table metric_new (
  run_id text not null,
  workspace text not null default 'default',
  key text not null,
  timestamp_ms bigint not null,
  step bigint not null,
  value double not null,
  is_nan bigint not null,
  primary key (run_id, key, timestamp_ms, step, value, is_nan)
) without rowid;
insert into metric_new (run_id, workspace, key, timestamp_ms, step, value, is_nan)
  select run_id, workspace, key, timestamp_ms, step, value, is_nan from metric order by run_id, key, timestamp_ms, step, value, is_nan;
drop table metric;
alter table metric_new rename to metric;
-- both

-- Pages of runs by their end, status or user read these rather than sort the experiment.
create index run_by_end on run (experiment_id, end_ms, start_ms desc, run_id);
create index run_by_status on run (experiment_id, status, start_ms desc, run_id);
create index run_by_user on run (experiment_id, user_id, start_ms desc, run_id);
