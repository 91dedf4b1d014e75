import { keyTable } from './yaml/mapping.ts'

/*
 * Which keys each kind of document has, read off azure-ai-ml 1.35.2's schema classes: first those we read (ours among
 * them: depends_on, run_if, retry, and is_deterministic beyond components), then those we accept and leave aside.
 */

/** What Azure writes into files it returns, on every kind. */
const written = '$schema id creation_context latest_version auto_delete_setting intellectual_property system_metadata'
const job = 'type name display_name experiment_name description tags properties compute'
const jobIgnored = `${written} identity services queue_settings parent_job_name status log_files parameters comment`
const asset = 'name version display_name description tags properties'
const command =
  'command code additional_includes environment environment_variables resources distribution limits retry is_deterministic'
const step = 'type display_name depends_on run_if'

export const commandJobKeys = keyTable(`${job} ${command} inputs outputs`, jobIgnored)
/** The SDK's dump of a command: a job around a component; what stands beside the component describes it once more. */
export const commandJobOfComponentKeys = keyTable(
  `${job} component inputs outputs environment_variables resources distribution limits retry is_deterministic`,
  `${jobIgnored} command code environment additional_includes`,
)
export const pipelineJobKeys = keyTable(`${job} jobs component inputs outputs settings`, jobIgnored)

export const commandComponentKeys = keyTable(
  `type ${asset} ${command} inputs outputs`,
  `${written} queue_settings identity services comment`,
)
export const pipelineComponentKeys = keyTable(
  `type ${asset} jobs inputs outputs settings is_deterministic`,
  `${written} comment`,
)

/** A step that has its command in itself. */
export const commandStepKeys = keyTable(
  `${step} ${command} inputs outputs compute`,
  `${jobIgnored} name description tags properties experiment_name`,
)
/** A step that refers to a component; what describes the component may stand beside it (dumps do) and is not read. */
export const componentStepKeys = keyTable(
  `${step} component inputs outputs compute environment_variables resources distribution limits retry is_deterministic`,
  `${jobIgnored} name description tags properties experiment_name command code environment additional_includes`,
)
export const ifElseKeys = keyTable(`${step} condition true_block false_block`, `${written} comment`)

export const settingsKeys = keyTable(
  'default_compute default_datastore continue_on_step_failure force_rerun',
  'continue_run_on_failed_optional_input',
  { isOpen: true },
)
export const limitsKeys = keyTable('timeout')
export const retryKeys = keyTable('max_retries delay backoff max_delay')
export const resourcesKeys = keyTable(
  'instance_count instance_type shm_size properties',
  'max_instance_count locations docker_args',
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
export const modelKeys = keyTable(
  `${asset} type path stage flavors`,
  `${written} datastore job_name utc_time_created default_deployment_template allowed_deployment_templates`,
)

const endpointIgnored =
  `${written} compute identity location kind public_network_access provisioning_state ` + 'scoring_uri openapi_uri'
export const onlineEndpointKeys = keyTable(
  'name auth_mode traffic mirror_traffic display_name description tags properties',
  endpointIgnored,
)
export const onlineDeploymentKeys = keyTable(
  'type name endpoint_name model code_configuration environment environment_variables instance_count ' +
    'request_settings data_collector display_name description tags properties',
  `${written} instance_type app_insights_enabled model_mount_path scale_settings liveness_probe readiness_probe ` +
    'egress_public_network_access private_network_connection resources provisioning_state',
)
export const codeConfigurationKeys = keyTable('code scoring_script', '$schema')
export const requestSettingsKeys = keyTable('request_timeout_ms max_concurrent_requests_per_instance max_queue_wait_ms')
export const dataCollectorKeys = keyTable('collections sampling_rate rolling_rate request_logging', 'destination')
export const collectionKeys = keyTable('enabled data client_id')
