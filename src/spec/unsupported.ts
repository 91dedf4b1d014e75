/** A kind of Azure ML that is recognised, and what to use in its place. */
export interface UnsupportedKind {
  readonly noun: string
  readonly instead: string
}

const parallelJob = {
  noun: 'a parallel job of its own',
  instead: 'Put it into a pipeline: type: pipeline, jobs: {STEP: {type: parallel, ...}}',
}
const automl = { noun: 'an AutoML job', instead: 'Use a command that calls a library such as FLAML or auto-sklearn.' }
const dataImport = {
  noun: 'an import through a connection of an Azure workspace',
  instead: 'Use a command that reads the source with its own client and writes an output.',
}
const tuning = { noun: 'a fine-tuning job', instead: 'Use a command that runs the training script.' }
const flow = { noun: 'a prompt flow', instead: 'Use a command that runs the flow: pf flow test --flow .' }
export const importSchedule = {
  noun: 'a schedule of imports',
  instead: 'Use create_job with a job that reads the source.',
}
const datastore = {
  noun: 'a datastore of a kind that only Azure or Hadoop can open',
  instead: 'Mount it on this machine and use type: local_folder with its path.',
}
const compute = { noun: 'a compute', instead: 'Jobs run on this machine: leave "compute" out.' }
const workspace = { noun: 'an Azure workspace resource', instead: 'Sluiceworks needs none: submit the job itself.' }
const feature = { noun: 'a feature store document', instead: 'Use a component that writes the features to an output.' }
const packaging = { noun: 'a model package', instead: 'Deploy the model itself to an online endpoint.' }
/** By the base name of `$schema`, lower case, without `.schema.json`. */
export const unsupportedSchemas: Readonly<Record<string, UnsupportedKind>> = {
  paralleljob: parallelJob,
  automljob: automl,
  automlcomponent: automl,
  importjob: dataImport,
  dataimport: dataImport,
  finetuningjob: tuning,
  distillationjob: tuning,
  flow,
  run: flow,
  azurefile: datastore,
  azuredatalakegen1: datastore,
  azuredatalakegen2: datastore,
  onelake: datastore,
  amlcompute: compute,
  computeinstance: compute,
  vmcompute: compute,
  kubernetescompute: compute,
  synapsesparkcompute: compute,
  workspace,
  workspacehub: workspace,
  hub: workspace,
  project: workspace,
  registry: workspace,
  connection: workspace,
  workspaceconnection: workspace,
  featurestore: feature,
  featureset: feature,
  featuresetspecification: feature,
  featurestoreentity: feature,
  modelversionpackage: packaging,
  modelpackage: packaging,
}

/** By `type`, of documents and of steps. */
export const unsupportedTypes: Readonly<Record<string, UnsupportedKind>> = {
  automl,
  import: dataImport,
  import_data: dataImport,
  finetuning: tuning,
  distillation: tuning,
  flow,
  flow_parallel: flow,
  azure_file: datastore,
  azure_data_lake_gen1: datastore,
  azure_data_lake_gen2: datastore,
  one_lake: datastore,
  hdfs: datastore,
  amlcompute: compute,
  computeinstance: compute,
  virtualmachine: compute,
  synapsespark: compute,
  feature_store: feature,
  git: workspace,
  python_feed: workspace,
  container_registry: workspace,
  snowflake: workspace,
  azure_sql_db: workspace,
  s3: workspace,
}

/** By a key that only this kind has, for documents without `$schema` and `type`. */
export const unsupportedShapes: readonly (readonly [string, UnsupportedKind])[] = [
  ['import_data', importSchedule],
  ['target_column_name', automl],
  ['materialization_settings', feature],
  ['index_columns', feature],
  ['feature_transformation_code', feature],
]
