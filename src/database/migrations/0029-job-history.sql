-- What a step and a pipeline ask of earlier jobs, as cheap after years as on the first day: of the jobs with a key only
-- those whose results may be used again, and of an experiment's jobs only the pipelines. No query changes its answer, so an
-- older server may go on beside it.
drop index job_reuse;
create index job_reuse on job (reuse_key, ended_ms) where is_reuse_source = 1;
create index job_pipeline on job (experiment_id, display_name, created_ms) where parent is null;
