-- What is asked of schedules, monitors, models, assets and payloads, as cheap after years as on the first day. Indexes only:
-- no query changes its answer, so an older server may go on beside it.
create index firing_submitted on firing (trigger_id, status, due_ms);
drop index firing_under_way;
create index firing_under_way on firing (trigger_id, status, is_over, noted_ms);
create index monitor_verdict_time on monitor_verdict (monitor_id, nominal_ms);
create index monitor_alert_of_monitor on monitor_alert (monitor_id, raised_ms);
create index monitor_alert_open_of_monitor on monitor_alert (monitor_id, raised_ms) where resolved_ms is null;
create index monitor_alert_open_time on monitor_alert (workspace, raised_ms) where resolved_ms is null;
create index model_version_location on model_version (storage_location);
create index model_version_changed on model_version (registered_model_id, updated_ms desc, version desc);
create index model_version_tag_value on model_version_tag (registered_model_id, key, (substr(value, 1, 64)), version);
create index asset_version_latest on asset_version (workspace, kind, name, id) where is_archived = 0;
create index asset_version_digest on asset_version (workspace, kind, name, digest, id);
create index payload_window_collection on payload_window (workspace, endpoint, collection, start_ms);
create index payload_window_asset on payload_window (workspace, asset, endpoint, deployment, collection);
create index payload_window_expiry on payload_window (workspace, keep_until_ms);
create index comment_created on comment (created_ms, comment_id);
