import { keyTable } from './yaml/mapping.ts'

/*
 * Which keys each kind of document has, read off azure-ai-ml 1.35.2's schema classes: first those we read (ours among
 * them: depends_on, run_if, retry, isolation, memory and processes in limits, and is_deterministic beyond components),
 * then those we accept and leave aside.
 */

/** What Azure writes into files it returns, on every kind. */
const written = '$schema id creation_context latest_version auto_delete_setting intellectual_property system_metadata'
const job = 'type name display_name experiment_name description tags properties compute identity services'
const jobIgnored = `${written} parent_job_name status log_files parameters comment`
const asset = 'name version display_name description tags properties'
/** How something runs, apart from what it runs. */
const run = 'environment_variables resources distribution limits retry queue_settings is_deterministic isolation'
const command = `command notebook code additional_includes environment ${run}`
const step = 'type display_name depends_on run_if'
const stepIgnored = `${jobIgnored} name description tags properties experiment_name version`
const bound = 'component inputs outputs compute identity services'

export const commandJobKeys = keyTable(`${job} ${command} inputs outputs`, jobIgnored)
/** The SDK's dump of a command: a job around a component; what stands beside the component describes it once more. */
export const commandJobOfComponentKeys = keyTable(
  `${job} component inputs outputs ${run}`,
  `${jobIgnored} command code environment additional_includes`,
)
export const pipelineJobKeys = keyTable(`${job} jobs component inputs outputs settings`, jobIgnored)

export const commandComponentKeys = keyTable(
  `type ${asset} ${command} inputs outputs identity services`,
  `${written} comment`,
)
export const pipelineComponentKeys = keyTable(
  `type ${asset} jobs inputs outputs settings is_deterministic`,
  `${written} comment`,
)

/** A step that has its command in itself. */
export const commandStepKeys = keyTable(`${step} ${command} inputs outputs compute identity services`, stepIgnored)
/** A step that refers to a component; what describes the component may stand beside it (dumps do) and is not read. */
export const componentStepKeys = keyTable(
  `${step} ${bound} ${run}`,
  `${stepIgnored} command code environment additional_includes`,
)
export const ifElseKeys = keyTable(`${step} condition true_block false_block`, `${written} comment`)
export const doWhileKeys = keyTable(`${step} body condition mapping limits`, `${written} comment`)
export const doWhileLimitsKeys = keyTable('max_iteration_count')
export const parallelForKeys = keyTable(`${step} body items max_concurrency outputs`, `${written} comment`)

const sweep = 'trial search_space objective sampling_algorithm early_termination limits resources queue_settings'
export const sweepJobKeys = keyTable(`${job} ${sweep} inputs outputs`, jobIgnored)
export const sweepStepKeys = keyTable(
  `${step} ${sweep} inputs outputs compute identity services environment_variables retry is_deterministic`,
  stepIgnored,
)
export const objectiveKeys = keyTable('goal primary_metric')
export const sweepLimitsKeys = keyTable('max_total_trials max_concurrent_trials timeout trial_timeout')
export const samplingKeys = {
  random: keyTable('type seed rule logbase'),
  grid: keyTable('type'),
  bayesian: keyTable('type'),
} as const
const policy = 'type evaluation_interval delay_evaluation'
export const policyKeys = {
  bandit: keyTable(`${policy} slack_factor slack_amount`),
  median_stopping: keyTable(policy),
  truncation_selection: keyTable(`${policy} truncation_percentage`),
} as const
const bounds = keyTable('type min_value max_value')
const roundedBounds = keyTable('type min_value max_value q')
const bell = keyTable('type mu sigma')
const roundedBell = keyTable('type mu sigma q')
export const searchSpaceKeys = {
  choice: keyTable('type values'),
  uniform: bounds,
  loguniform: bounds,
  quniform: roundedBounds,
  qloguniform: roundedBounds,
  normal: bell,
  lognormal: bell,
  qnormal: roundedBell,
  qlognormal: roundedBell,
  randint: keyTable('type upper'),
} as const

const parallel =
  'task input_data mini_batch_size partition_keys max_concurrency_per_instance retry_settings error_threshold ' +
  'mini_batch_error_threshold logging_level'
const parallelRun = 'resources environment_variables is_deterministic'
export const parallelComponentKeys = keyTable(
  `type ${asset} ${parallel} ${parallelRun} inputs outputs identity`,
  `${written} comment`,
)
/** A parallel step, with a component or with its task in itself. */
export const parallelStepKeys = keyTable(`${step} ${bound} ${parallel} ${run}`, `${stepIgnored} code environment`)
export const parallelTaskKeys = keyTable(
  'type code entry_script program_arguments args append_row_to environment model',
  '',
  { isOpen: true },
)
export const miniBatchRetryKeys = keyTable('max_retries timeout', '', { isOpen: true })

const spark = 'entry code py_files jars files archives conf args environment'
const sparkRun = 'environment_variables resources limits retry queue_settings is_deterministic additional_includes'
export const sparkJobKeys = keyTable(`${job} ${spark} ${sparkRun} inputs outputs`, jobIgnored)
export const sparkComponentKeys = keyTable(
  `type ${asset} ${spark} ${sparkRun} inputs outputs identity`,
  `${written} comment`,
)
/** A Spark step, with a component or with its entry in itself. */
export const sparkStepKeys = keyTable(`${step} ${bound} ${spark} ${sparkRun}`, stepIgnored)
export const sparkEntryKeys = keyTable('file class_name', 'spark_job_entry_type')
export const sparkResourcesKeys = keyTable('instance_type runtime_version instance_count properties')

const transfer = 'task data_copy_mode source sink is_deterministic'
const transferRun = 'limits retry queue_settings'
export const dataTransferJobKeys = keyTable(`${job} ${transfer} ${transferRun} inputs outputs`, jobIgnored)
export const dataTransferComponentKeys = keyTable(`type ${asset} ${transfer} inputs outputs`, `${written} comment`)
export const dataTransferStepKeys = keyTable(`${step} ${bound} ${transfer} ${transferRun}`, stepIgnored)
export const externalDataKeys = keyTable(
  'type connection query table_name stored_procedure path',
  'stored_procedure_params',
)

export const settingsKeys = keyTable(
  'default_compute default_datastore continue_on_step_failure force_rerun on_init on_finalize',
  'continue_run_on_failed_optional_input',
  { isOpen: true },
)
export const limitsKeys = keyTable('timeout memory processes')
export const retryKeys = keyTable('max_retries delay backoff max_delay')
export const resourcesKeys = keyTable('instance_count instance_type shm_size properties', '', {
  aside: {
    max_instance_count: 'All instances run on this machine, instance_count of them.',
    locations: 'Everything runs on this machine.',
    docker_args: 'Steps run as processes, not in Docker.',
  },
})
export const queueSettingsKeys = keyTable('priority', '', {
  aside: { job_tier: 'There is one tier here: this machine. Use priority to let a job go first.' },
})
export const identityKeys = keyTable('type', '', {
  aside: {
    client_id: 'Steps act as the user who runs the server.',
    object_id: 'Steps act as the user who runs the server.',
    msi_resource_id: 'Steps act as the user who runs the server.',
  },
})
export const jobServiceKeys = keyTable(
  'type port nodes log_dir ssh_public_keys',
  'endpoint status error_message properties',
)
export const distributionKeys = {
  pytorch: keyTable('type process_count_per_instance'),
  mpi: keyTable('type process_count_per_instance'),
  tensorflow: keyTable('type worker_count parameter_server_count'),
  ray: keyTable(
    'type port address include_dashboard dashboard_port head_node_additional_args worker_node_additional_args',
  ),
} as const

export const inputValueKeys = keyTable('type path mode value', 'datastore path_on_compute $schema description')
export const outputValueKeys = keyTable('type path mode name version', 'datastore $schema description')
export const inputDeclarationKeys = keyTable('type optional default min max enum description mode', 'datastore')
export const outputDeclarationKeys = keyTable(
  'type mode name version path description',
  'datastore is_control early_available is_link_mode',
  { isOpen: true },
)

export const environmentKeys = keyTable(
  'name version image conda_file build inference_config os_type display_name description tags properties',
  `${written} datastore`,
)
export const buildKeys = keyTable('path dockerfile_path', 'local_path')
export const dataKeys = keyTable(`${asset} type path`, `${written} datastore`)
/** Ours. */
export const dataTestsKeys = keyTable('type name display_name description tags properties inputs tests', written)
const checks = 'schema not_null unique type range length in_set not_in_set matches row_count fresh references drift sql'
export const dataTestKeys = keyTable(`name table severity tolerance ${checks}`)
export const dataCheckKeys = {
  schema: keyTable('columns exact'),
  type: keyTable('column is'),
  range: keyTable('column min max'),
  set: keyTable('column values'),
  matches: keyTable('column pattern'),
  rowCount: keyTable('min max'),
  fresh: keyTable('column max_age'),
  references: keyTable('column to'),
  drift: keyTable('reference columns metric threshold'),
} as const
export const modelKeys = keyTable(
  `${asset} type path stage flavors`,
  `${written} datastore job_name utc_time_created default_deployment_template allowed_deployment_templates`,
)

const datastore = 'type name description tags properties'
export const localFolderKeys = keyTable(`${datastore} path`, written)
export const azureBlobKeys = keyTable(`${datastore} account_name container_name endpoint protocol credentials`, written)
export const blobCredentialKeys = keyTable('account_key sas_token')

const endpointIgnored =
  `${written} compute identity location kind public_network_access provisioning_state ` + 'scoring_uri openapi_uri'
export const onlineEndpointKeys = keyTable(
  'name auth_mode traffic mirror_traffic routing display_name description tags properties',
  endpointIgnored,
)
/** Ours: which header of a request says for whom it is, and which chooses a deployment. */
export const routingKeys = keyTable('unit_header deployment_header labels')
export const onlineDeploymentKeys = keyTable(
  'type name endpoint_name model code_configuration environment environment_variables instance_count ' +
    'request_settings data_collector batching scale_settings liveness_probe readiness_probe resources ' +
    'display_name description tags properties',
  `${written} instance_type app_insights_enabled model_mount_path ` +
    'egress_public_network_access private_network_connection provisioning_state',
)
export const batchEndpointKeys = keyTable(
  'name defaults description display_name tags properties',
  `${written} auth_mode location kind provisioning_state scoring_uri openapi_uri identity`,
)
export const batchDefaultsKeys = keyTable('deployment_name')
const batchSettings =
  'mini_batch_size max_concurrency_per_instance error_threshold retry_settings output_action output_file_name ' +
  'logging_level environment_variables'
const batchDeployment = 'type name endpoint_name description display_name tags properties'
const batchDeploymentIgnored = `${written} compute provisioning_state`
export const batchDeploymentKeys = keyTable(
  `${batchDeployment} model code_configuration environment resources settings ${batchSettings}`,
  batchDeploymentIgnored,
)
export const batchSettingsKeys = keyTable(batchSettings, written)
export const batchPipelineKeys = keyTable(
  `${batchDeployment} component job_definition settings`,
  batchDeploymentIgnored,
)
export const batchResourcesKeys = keyTable('instance_count', 'instance_type properties')
export const codeConfigurationKeys = keyTable('code scoring_script', '$schema')
/** `idle_seconds` is ours. */
export const scaleSettingsKeys = keyTable(
  'type min_instances max_instances target_utilization_percentage polling_interval idle_seconds',
)
export const probeKeys = keyTable('initial_delay period timeout success_threshold failure_threshold')
export const deploymentResourcesKeys = keyTable('limits', 'requests')
export const deploymentLimitsKeys = keyTable('memory', 'cpu gpu nvidia.com/gpu')
/** Ours. */
export const batchingKeys = keyTable('enabled max_rows')
export const requestSettingsKeys = keyTable('request_timeout_ms max_concurrent_requests_per_instance max_queue_wait_ms')
export const dataCollectorKeys = keyTable(
  'collections sampling_rate rolling_rate request_logging mask drop retention_days',
  'destination',
)
export const requestLoggingKeys = keyTable('capture_headers')
export const collectionKeys = keyTable('enabled data client_id')

const schedule = 'name trigger create_job policy is_enabled display_name description tags properties'
export const scheduleKeys = keyTable(schedule, `${written} version provisioning_state type`)
export const triggerKeys = keyTable(schedule, `${written} version type`)
/** Ours: `on_breach`, `alert_notification.webhooks`, `mode` of a signal, and the signal type `endpoint_performance`. */
export const monitorKeys = keyTable(
  'name trigger create_monitor policy is_enabled display_name description tags properties',
  `${written} version provisioning_state type`,
)
export const createMonitorKeys = keyTable(
  'monitoring_target monitoring_signals alert_notification on_breach',
  `${written} compute`,
)
export const monitoringTargetKeys = keyTable('ml_task endpoint_deployment_id model_id', written)
export const alertNotificationKeys = keyTable('emails webhooks')
export const onBreachKeys = keyTable('run inputs experiment_name display_name tags cooldown max_per_day')
const olderSignalData = 'target_dataset target_data baseline_dataset baseline_data input_datasets'
export const signalKeys = keyTable(
  'type production_data reference_data features feature_type_override data_segment metric_thresholds alert_enabled mode ' +
    `component_id inputs input_data ${olderSignalData}`,
  `${written} properties model_type workspace_connection workspace_connection_id sampling_rate name lookback_period ` +
    'baseline_data_window',
)
export const signalDataKeys = keyTable(
  'input_data data_context pre_processing_component data_column_names data_window data_window_size target_column_name ' +
    'input_dataset dataset dataset_context',
  written,
)
export const inputDataKeys = keyTable('path type', `${written} mode name version`)
export const dataWindowKeys = keyTable(
  'lookback_window_size lookback_window_offset trailing_window_size trailing_window_offset window_start window_end',
)
export const dataSegmentKeys = keyTable('feature_name feature_values')
export const featureFilterKeys = keyTable('top_n_feature_importance')
export const metricThresholdKeys = keyTable('applicable_feature_type metric_name threshold')
const timing = 'type start_time end_time time_zone'
export const cronTriggerKeys = keyTable(`${timing} expression`)
export const recurrenceTriggerKeys = keyTable(`${timing} frequency interval schedule`)
export const recurrencePatternKeys = keyTable('hours minutes week_days month_days')
export const createJobKeys = keyTable(
  'type job pipeline inputs outputs settings limits resources environment_variables experiment_name display_name tags',
  `${written} name description properties compute identity services`,
  {
    aside: Object.fromEntries(
      ['environment', 'code', 'command', 'distribution', 'component', 'jobs', 'entry', 'conf', 'args'].map((key) => [
        key,
        'The job runs as its own file says: write it there.',
      ]),
    ),
  },
)
export const firingPolicyKeys = keyTable('missed_runs missed_limit overlap cooldown max_per_day')
export const triggerSourceKeys = {
  data_change: keyTable('type path poll_interval debounce'),
  data_version: keyTable('type data debounce'),
  model_registered: keyTable('type model debounce'),
  alias_moved: keyTable('type model alias debounce'),
  job_ended: keyTable('type status experiment_name job_display_name debounce'),
  alert: keyTable('type where debounce'),
  monitor_breached: keyTable('type monitor debounce'),
  webhook: keyTable('type provider events branches paths debounce'),
} as const
