-- Pages of runs by name read this index rather than sort the experiment. The first 64 characters only: PostgreSQL cannot
-- index a text of any length. Older servers can run beside it.
create index run_by_name on run (experiment_id, (substr(run_name, 1, 64)), run_id);
