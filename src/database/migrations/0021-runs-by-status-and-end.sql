-- Pages of runs by their end, status or user read these indices rather than sort the experiment. Older servers can run
-- beside it.
create index run_by_end on run (experiment_id, end_ms, start_ms desc, run_id);
create index run_by_status on run (experiment_id, status, start_ms desc, run_id);
create index run_by_user on run (experiment_id, user_id, start_ms desc, run_id);
