-- What is asked of earlier jobs, as cheap after years as on the first day: the newest jobs, and the newest that are no
-- steps; the pipelines of an experiment; of the jobs with a key those whose results may be used again; of a step those that
-- ran. No query changes its answer, so an older server may go on beside it.
drop index job_listing;
create index job_newest on job (created_ms, name);
create index job_newest_root on job (created_ms, name) where parent is null;
create index job_pipeline on job (experiment_id, display_name, created_ms) where parent is null;
drop index job_reuse;
create index job_reuse on job (reuse_key, ended_ms) where is_reuse_source = 1;
create index job_ran on job (experiment_id, step, created_ms) where status = 'Completed' and reused_from is null;
