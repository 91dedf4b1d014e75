-- From when on a run by hand looks at the production data; null: from where the window of the signal begins. An older
-- server that goes on beside it computes such a run with the window of the signal.
alter table monitor_run add column from_ms bigint;
