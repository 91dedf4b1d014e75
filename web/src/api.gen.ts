// Made by scripts/docs.mjs (npm run docs); do not edit.
export interface paths {
  '/health': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Answer OK as long as the server serves. */
    get: operations['getHealth']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/status': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show what this server is, where its store lies, and how busy it is. */
    get: operations['getStatus']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List jobs, newest first; root jobs only unless asked otherwise. */
    get: operations['getJobs']
    put?: never
    /** Submit a job from a YAML file of the server. */
    post: operations['postJobs']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/plan': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Say for every step of a job what would happen and why, changing nothing. */
    post: operations['postPlan']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/validate': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Report every mistake of a YAML file of any kind. */
    post: operations['postValidate']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/job-counts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Count jobs by status and by experiment, as a filter leaves them. */
    get: operations['getJobCounts']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a job. */
    get: operations['getJobsName']
    put?: never
    post?: never
    /** Delete a job that has ended, with its steps, runs and logs; refused while something leads back to it. */
    delete: operations['deleteJobsName']
    options?: never
    head?: never
    /** Change the tags of a job or step, and of its run. */
    patch: operations['patchJobsName']
    trace?: never
  }
  '/api/v1/jobs/{name}/children': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List every step of a root job, in plan order, nested pipelines included; or those that changed since an earlier answer. */
    get: operations['getJobsNameChildren']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/trials': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the trials of a sweep with their parameters and their values of the primary metric, the best first. */
    get: operations['getJobsNameTrials']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/diff': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Say what differs between a job and another one, by default the last that completed: what went in and what came out of every step. */
    get: operations['getJobsNameDiff']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/document': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the document of a job as it was submitted. */
    get: operations['getJobsNameDocument']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/cancel': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Ask a job and its steps to stop. */
    post: operations['postJobsNameCancel']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/retry': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Submit the stored snapshot of a job that has ended again; what completed is reused. */
    post: operations['postJobsNameRetry']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/plan': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Say for every step what a retry of a job would do and why, changing nothing. */
    post: operations['postJobsNamePlan']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Leave a job that has ended out of lists. */
    post: operations['postJobsNameArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Take an archived job back in. */
    post: operations['postJobsNameRestore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/reproduce': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Run every step of a completed job’s stored snapshot again, so that outputs can be compared. */
    post: operations['postJobsNameReproduce']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/examples': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the examples that came with the program and can be started as they are. */
    get: operations['getExamples']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/examples/{name}/jobs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Submit the job of an example. */
    post: operations['postExamplesNameJobs']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/log': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Read a job’s log from an offset; x-next-offset, x-log-size and x-log-complete say how to go on. */
    get: operations['getJobsNameLog']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/log/stream': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Follow a job’s log as server-sent events: `log` with {text, next_offset}, then `end`. */
    get: operations['getJobsNameLogStream']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/graph': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the steps of a job and what connects them, rounds of loops and sweeps folded. */
    get: operations['getJobsNameGraph']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/timeline': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show when the steps of a job waited and ran, attempt by attempt, and which decided how long it took. */
    get: operations['getJobsNameTimeline']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/log/search': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Find a text in a job’s log; an answer goes at most 64 MiB far and says where to go on. */
    get: operations['getJobsNameLogSearch']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/log/lines': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Count the lines of a job’s log and say where some of them begin. */
    get: operations['getJobsNameLogLines']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/queue': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show who has the slots of the compute, who waits for one, and for how long. */
    get: operations['getQueue']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/code': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the files of the code that a job, or a step of it, ran with. */
    get: operations['getJobsNameCode']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/code/content': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Download a file of the code that a job, or a step of it, ran with. */
    get: operations['getJobsNameCodeContent']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/outputs/{output}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the files of an output of a job. */
    get: operations['getJobsNameOutputsOutput']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/outputs/{output}/content': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Download a file of an output, or its beginning; without `path` the output must be a single file. */
    get: operations['getJobsNameOutputsOutputContent']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/inputs/{input}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the files of an input of a job. */
    get: operations['getJobsNameInputsInput']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/inputs/{input}/content': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Download a file of an input, or its beginning; without `path` the input must be a single file. */
    get: operations['getJobsNameInputsInputContent']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/events': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Read events after a sequence number; as a stream (Accept: text/event-stream) it resumes from Last-Event-ID. */
    get: operations['getEvents']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/cost': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Sum what jobs, steps, experiments or deployments used, the dearest first; jobs unless asked otherwise. */
    get: operations['getCost']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/jobs/{name}/cost': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Sum what a job used, with all attempts and steps; steps under way count once they have ended. */
    get: operations['getJobsNameCost']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/budgets': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show how the budgets of the settings stand. */
    get: operations['getBudgets']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List registered models by name. */
    get: operations['getModels']
    put?: never
    /** Register a version of a model from a YAML file of the server, or from its fields. */
    post: operations['postModels']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a registered model with its versions, newest first. */
    get: operations['getModelsName']
    put?: never
    post?: never
    /** Delete a model with all its versions. */
    delete: operations['deleteModelsName']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run_id}/comments': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the comments on a run, oldest first. */
    get: operations['getRunsRunIdComments']
    put?: never
    /** Comment on a run. */
    post: operations['postRunsRunIdComments']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{name}/comments': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the comments on a registered model, oldest first. */
    get: operations['getModelsNameComments']
    put?: never
    /** Comment on a registered model. */
    post: operations['postModelsNameComments']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{name}/versions/{version}/comments': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the comments on a version of a model, oldest first. */
    get: operations['getModelsNameVersionsVersionComments']
    put?: never
    /** Comment on a version of a model. */
    post: operations['postModelsNameVersionsVersionComments']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/comments/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Take over a comment of another store under its own id. */
    put: operations['putCommentsId']
    post?: never
    /** Delete a comment of your own. */
    delete: operations['deleteCommentsId']
    options?: never
    head?: never
    /** Change a comment of your own. */
    patch: operations['patchCommentsId']
    trace?: never
  }
  '/api/v1/views': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List saved views by page and name. */
    get: operations['getViews']
    put?: never
    /** Save a view of a page. */
    post: operations['postViews']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/views/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a saved view. */
    get: operations['getViewsId']
    /** Take over a saved view of another store under its own id. */
    put: operations['putViewsId']
    post?: never
    /** Delete a saved view. */
    delete: operations['deleteViewsId']
    options?: never
    head?: never
    /** Rename a saved view, or replace what it shows. */
    patch: operations['patchViewsId']
    trace?: never
  }
  '/api/v1/comments': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the comments on everything, oldest first, with what they are about. */
    get: operations['getComments']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{name}/history': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show who moved which alias or stage of a model when, newest first; 1,000 at once where no limit is given. */
    get: operations['getModelsNameHistory']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tracking/purge': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Remove deleted runs, experiments and logged models for good; their names are free afterwards. */
    post: operations['postTrackingPurge']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/webhooks/{id}/deliveries': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List what a webhook was sent and what became of it, newest first. */
    get: operations['getWebhooksIdDeliveries']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the data assets by name. */
    get: operations['getData']
    put?: never
    /** Create a version of the data asset from a YAML file of the server, or from its fields. */
    post: operations['postData']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the data asset of a name with its versions, newest first. */
    get: operations['getDataName']
    put?: never
    post?: never
    /** Delete the data asset of a name with all its versions; jobs that used it keep their content. */
    delete: operations['deleteDataName']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/versions/{version}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show one version of the data asset. */
    get: operations['getDataNameVersionsVersion']
    put?: never
    post?: never
    /** Delete a version of the data asset; jobs that used it keep their content. */
    delete: operations['deleteDataNameVersionsVersion']
    options?: never
    head?: never
    /** Change what is said of a version of the data asset; what it is never changes. */
    patch: operations['patchDataNameVersionsVersion']
    trace?: never
  }
  '/api/v1/data/{name}/labels/{label}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Let a label of the data asset stand for a version. */
    put: operations['putDataNameLabelsLabel']
    post?: never
    /** Take a label of the data asset away. */
    delete: operations['deleteDataNameLabelsLabel']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Hide the data asset of a name with all its versions from lists and @latest. */
    post: operations['postDataNameArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show the data asset of a name with all its versions again. */
    post: operations['postDataNameRestore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/versions/{version}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Hide a version of the data asset from lists and @latest. */
    post: operations['postDataNameVersionsVersionArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/versions/{version}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show a version of the data asset again. */
    post: operations['postDataNameVersionsVersionRestore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the environments by name. */
    get: operations['getEnvironments']
    put?: never
    /** Create a version of the environment from a YAML file of the server, or from its fields. */
    post: operations['postEnvironments']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the environment of a name with its versions, newest first. */
    get: operations['getEnvironmentsName']
    put?: never
    post?: never
    /** Delete the environment of a name with all its versions; jobs that used it keep their content. */
    delete: operations['deleteEnvironmentsName']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}/versions/{version}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show one version of the environment. */
    get: operations['getEnvironmentsNameVersionsVersion']
    put?: never
    post?: never
    /** Delete a version of the environment; jobs that used it keep their content. */
    delete: operations['deleteEnvironmentsNameVersionsVersion']
    options?: never
    head?: never
    /** Change what is said of a version of the environment; what it is never changes. */
    patch: operations['patchEnvironmentsNameVersionsVersion']
    trace?: never
  }
  '/api/v1/environments/{name}/labels/{label}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Let a label of the environment stand for a version. */
    put: operations['putEnvironmentsNameLabelsLabel']
    post?: never
    /** Take a label of the environment away. */
    delete: operations['deleteEnvironmentsNameLabelsLabel']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Hide the environment of a name with all its versions from lists and @latest. */
    post: operations['postEnvironmentsNameArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show the environment of a name with all its versions again. */
    post: operations['postEnvironmentsNameRestore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}/versions/{version}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Hide a version of the environment from lists and @latest. */
    post: operations['postEnvironmentsNameVersionsVersionArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}/versions/{version}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show a version of the environment again. */
    post: operations['postEnvironmentsNameVersionsVersionRestore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/components': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the components by name. */
    get: operations['getComponents']
    put?: never
    /** Create a version of the component from a YAML file of the server, or from its fields. */
    post: operations['postComponents']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/components/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the component of a name with its versions, newest first. */
    get: operations['getComponentsName']
    put?: never
    post?: never
    /** Delete the component of a name with all its versions; jobs that used it keep their content. */
    delete: operations['deleteComponentsName']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/components/{name}/versions/{version}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show one version of the component. */
    get: operations['getComponentsNameVersionsVersion']
    put?: never
    post?: never
    /** Delete a version of the component; jobs that used it keep their content. */
    delete: operations['deleteComponentsNameVersionsVersion']
    options?: never
    head?: never
    /** Change what is said of a version of the component; what it is never changes. */
    patch: operations['patchComponentsNameVersionsVersion']
    trace?: never
  }
  '/api/v1/components/{name}/labels/{label}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Let a label of the component stand for a version. */
    put: operations['putComponentsNameLabelsLabel']
    post?: never
    /** Take a label of the component away. */
    delete: operations['deleteComponentsNameLabelsLabel']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/components/{name}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Hide the component of a name with all its versions from lists and @latest. */
    post: operations['postComponentsNameArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/components/{name}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show the component of a name with all its versions again. */
    post: operations['postComponentsNameRestore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/components/{name}/versions/{version}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Hide a version of the component from lists and @latest. */
    post: operations['postComponentsNameVersionsVersionArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/components/{name}/versions/{version}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show a version of the component again. */
    post: operations['postComponentsNameVersionsVersionRestore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/versions/{version}/files': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the files of a version of a data asset. */
    get: operations['getDataNameVersionsVersionFiles']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/versions/{version}/content': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Download one file of a version of a data asset. */
    get: operations['getDataNameVersionsVersionContent']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}/versions/{version}/lock': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show the exact packages of a registered or curated environment, resolving them where needed. */
    post: operations['postEnvironmentsNameVersionsVersionLock']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environment-locks': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show the exact packages of the environment that a YAML file of the server describes. */
    post: operations['postEnvironmentLocks']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{name}/versions/{version}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show one version of a model; @ALIAS for the version an alias stands for. */
    get: operations['getModelsNameVersionsVersion']
    put?: never
    post?: never
    /** Delete a version of a model. */
    delete: operations['deleteModelsNameVersionsVersion']
    options?: never
    head?: never
    /** Change what is said of a version of a model. */
    patch: operations['patchModelsNameVersionsVersion']
    trace?: never
  }
  '/api/v1/models/{name}/labels/{label}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Let an alias of a model stand for a version. */
    put: operations['putModelsNameLabelsLabel']
    post?: never
    /** Take an alias of a model away. */
    delete: operations['deleteModelsNameLabelsLabel']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{name}/versions/{version}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Move a version of a model to the stage Archived. */
    post: operations['postModelsNameVersionsVersionArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{name}/versions/{version}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Move a version of a model to no stage. */
    post: operations['postModelsNameVersionsVersionRestore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/datastores': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the datastores by name. */
    get: operations['getDatastores']
    put?: never
    /** Create a datastore, or change where it is. */
    post: operations['postDatastores']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/datastores/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a datastore. */
    get: operations['getDatastoresName']
    put?: never
    post?: never
    /** Forget a datastore; its files stay where they are. */
    delete: operations['deleteDatastoresName']
    options?: never
    head?: never
    /** Change what is said of a datastore. */
    patch: operations['patchDatastoresName']
    trace?: never
  }
  '/api/v1/gc': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Remove contents that nothing refers to, or count them. */
    post: operations['postGc']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/components/{name}/versions/{version}/jobs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Submit a job of this component alone; values are held to what a published pipeline takes. */
    post: operations['postComponentsNameVersionsVersionJobs']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/component-use': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Say how the newest jobs, 20,000 at most, used components, the last used first; or the newest 5,000 uses of one. */
    get: operations['getComponentUse']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environment-use': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Say how the newest jobs, 20,000 at most, used environments, the last used first; or the newest 5,000 uses of one. */
    get: operations['getEnvironmentUse']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environment-states': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Say of the newest version of every environment, and of every curated one, whether it is built. */
    get: operations['getEnvironmentStates']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}/versions/{version}/state': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Say which packages an environment has, whether it is built, and how its newest build here went. */
    get: operations['getEnvironmentsNameVersionsVersionState']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}/versions/{version}/build': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Build an environment now; answers at once with its state. */
    post: operations['postEnvironmentsNameVersionsVersionBuild']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/environments/{name}/versions/{version}/build/log': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Read what the newest build of an environment by this server says, from an offset in bytes. */
    get: operations['getEnvironmentsNameVersionsVersionBuildLog']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/versions/{version}/profile': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the statistics of a version of a data asset; made once, then kept. */
    get: operations['getDataNameVersionsVersionProfile']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tables/profile': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show the statistics of any table that a reference or path names. */
    post: operations['postTablesProfile']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tables/location': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Say where the files of a table lie, for programs of the same user on the same machine. */
    post: operations['postTablesLocation']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tables/sample': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Show rows of a table: the first ones, or with a seed some at random. */
    post: operations['postTablesSample']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tables/diff': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Compare two tables: schema, missing values, and for every column whether it drifted and by how much. */
    post: operations['postTablesDiff']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tables/query': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Ask one SELECT over named tables and show the first rows of the answer. */
    post: operations['postTablesQuery']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tables/answer': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Ask one SELECT over named tables and download the whole answer as a file; json has one object a line. */
    post: operations['postTablesAnswer']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/query': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Keep a query with its whole answer as a version of a data asset, or ask the kept one again. */
    post: operations['postDataNameQuery']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tables/tests': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Ask the data tests of a YAML text; a mistake in it is told with its place. */
    post: operations['postTablesTests']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/queries': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the queries that are kept with their answers, each in its newest version. */
    get: operations['getQueries']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/versions/{version}/query': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the query that a version of a data asset is the answer to, with its charts. */
    get: operations['getDataNameVersionsVersionQuery']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/{name}/versions/{version}/charts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a saved query with its charts and their points. */
    get: operations['getDataNameVersionsVersionCharts']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run_id}/metrics/series': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The curve of a metric for a chart: least, greatest and last value at each of so many places. */
    get: operations['getRunsRunIdMetricsSeries']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Take over a run of another MLflow store under its own id; what it logged follows by the MLflow protocol. */
    post: operations['postRuns']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/logged-models': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Take over a logged model of another MLflow store under its own id. */
    post: operations['postLoggedModels']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/evaluation-datasets/{dataset_id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Take over an evaluation data set of another store under its own id; its records follow by the MLflow protocol. */
    put: operations['putEvaluationDatasetsDatasetId']
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/search': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** A page of runs with the values that are asked for by name; a filter that cannot be read says where. */
    post: operations['postRunsSearch']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/count': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** How many runs meet a filter. */
    post: operations['postRunsCount']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/count-children': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** How many runs are directly under each of up to 1000 runs, by their tag mlflow.parentRunId. */
    post: operations['postRunsCountChildren']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/experiments/{experiment_id}/run-keys': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** The names of the metrics, params and tags that the runs of an experiment have. */
    get: operations['getExperimentsExperimentIdRunKeys']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/compare': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Up to 100 runs side by side: the latest value of every metric, and every param and tag. */
    post: operations['postRunsCompare']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/metrics/series': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** The curves of some metrics in some runs for a chart, each as least, greatest and last value by place. */
    post: operations['postMetricsSeries']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/groups': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** The runs that meet a filter in groups by a param or tag: how many, and least, mean and greatest metrics. */
    post: operations['postRunsGroups']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/traces/search': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** A page of traces without their spans; a filter that cannot be read says where. */
    post: operations['postTracesSearch']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/traces/count': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** How many traces meet a filter. */
    post: operations['postTracesCount']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/traces/{trace_id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A trace with what was said of it and its spans, without what they were given and gave. */
    get: operations['getTracesTraceId']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/traces/{trace_id}/spans/{span_id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** A span of a trace with what it was given, what it gave and what happened in it. */
    get: operations['getTracesTraceIdSpansSpanId']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/uploads': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Begin the upload of an artifact in parts, or go on with it. */
    post: operations['postUploads']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/uploads/{upload_id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show which parts of an upload have arrived. */
    get: operations['getUploadsUploadId']
    put?: never
    post?: never
    /** Give an upload up; its parts are forgotten. */
    delete: operations['deleteUploadsUploadId']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/uploads/{upload_id}/parts/{number}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Send a part, numbered from 1: the body is its bytes. A part of that number is replaced. */
    put: operations['putUploadsUploadIdPartsNumber']
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/uploads/{upload_id}/complete': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Make the artifact of the parts 1 to the last. */
    post: operations['postUploadsUploadIdComplete']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List endpoints by name. */
    get: operations['getEndpoints']
    put?: never
    /** Make an endpoint, with keys, of fields or of a file. */
    post: operations['postEndpoints']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show an endpoint with its deployments. */
    get: operations['getEndpointsName']
    put?: never
    post?: never
    /** Remove an endpoint with its deployments and keys. */
    delete: operations['deleteEndpointsName']
    options?: never
    head?: never
    /** Change what is given of an endpoint, its traffic included, all at once or nothing. */
    patch: operations['patchEndpointsName']
    trace?: never
  }
  '/api/v1/endpoints/{name}/rollback': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Go back to the traffic before the last change. */
    post: operations['postEndpointsNameRollback']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/openapi': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Describe how an endpoint is asked, as OpenAPI 3; its own swagger.json wants its key. */
    get: operations['getEndpointsNameOpenapi']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/deploy': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Put a model behind an endpoint; answers when the deployment does. */
    post: operations['postEndpointsNameDeploy']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/invoke': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Score one body and answer with what the deployment said. */
    post: operations['postEndpointsNameInvoke']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/credentials': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the keys of an endpoint. */
    get: operations['getEndpointsNameCredentials']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/regenerate-keys': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Replace one key of an endpoint; the other stays valid. */
    post: operations['postEndpointsNameRegenerateKeys']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/deployments': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the deployments of an endpoint. */
    get: operations['getEndpointsNameDeployments']
    put?: never
    /** Make a deployment of a model or of a file; answers when it does. */
    post: operations['postEndpointsNameDeployments']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/deployments/{deployment}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a deployment. */
    get: operations['getEndpointsNameDeploymentsDeployment']
    put?: never
    post?: never
    /** Remove a deployment; refused while it takes traffic. */
    delete: operations['deleteEndpointsNameDeploymentsDeployment']
    options?: never
    head?: never
    /** Replace what a deployment serves, without a failed request; what is not given stays. */
    patch: operations['patchEndpointsNameDeploymentsDeployment']
    trace?: never
  }
  '/api/v1/endpoints/{name}/deployments/{deployment}/log': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Read the log of a deployment: from an offset, or its last lines. */
    get: operations['getEndpointsNameDeploymentsDeploymentLog']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/rollout': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the newest rollout of an endpoint. */
    get: operations['getEndpointsNameRollout']
    put?: never
    /** Give a deployment the traffic step by step; it is promoted or rolled back by itself. */
    post: operations['postEndpointsNameRollout']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/rollouts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the rollouts of an endpoint, newest first. */
    get: operations['getEndpointsNameRollouts']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/rollout/abort': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** End a rollout and go back to the traffic it began from. */
    post: operations['postEndpointsNameRolloutAbort']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/rollout/promote': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** End a rollout and give the candidate all traffic. */
    post: operations['postEndpointsNameRolloutPromote']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/comparison': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Compare two deployments: latency, errors and outcomes, with a verdict for each. */
    get: operations['getEndpointsNameComparison']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/outcomes': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Tell what came of requests, by request id; the same again changes nothing. */
    post: operations['postEndpointsNameOutcomes']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/endpoints/{name}/series': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Requests, errors and latency of each deployment over time, since this server started: the last hour by ten seconds, two days by five minutes. */
    get: operations['getEndpointsNameSeries']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/model-packages': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Package a model so that it runs alone; answers with a tar, or with a tar of an OCI image layout. */
    post: operations['postModelPackages']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/model-exports': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Convert a scikit-learn model to ONNX and compare its predictions; answers with the file. */
    post: operations['postModelExports']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{name}/versions/{version}/packages': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the packages that were made of a version and lie at the server, newest first. */
    get: operations['getModelsNameVersionsVersionPackages']
    put?: never
    /** Make a package of a version that runs alone, and keep it for download; answers when it is whole. */
    post: operations['postModelsNameVersionsVersionPackages']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/model-packages/{id}/file': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Download a package that lies at the server. */
    get: operations['getModelPackagesIdFile']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/model-packages/{id}/bill-of-materials': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show what is in a package, with licences, as CycloneDX. */
    get: operations['getModelPackagesIdBillOfMaterials']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/model-packages/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Remove a package from the server; the model stays. */
    delete: operations['deleteModelPackagesId']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/payloads': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List collected payloads by endpoint, deployment and collection. */
    get: operations['getPayloads']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/payloads/windows': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the windows of collected payloads, oldest first; 1,000 at once where no limit is given. */
    get: operations['getPayloadsWindows']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/payloads/rows': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List collected rows of an endpoint, the newest first. */
    get: operations['getPayloadsRows']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/payloads/end-windows': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** End the open windows now; answers when they are versions of their data assets. */
    post: operations['postPayloadsEndWindows']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/payloads/requests/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show what was collected of one request. */
    get: operations['getPayloadsRequestsId']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/batch-endpoints': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List batch endpoints by name. */
    get: operations['getBatchEndpoints']
    put?: never
    /** Make a batch endpoint, or change it to what a file says. */
    post: operations['postBatchEndpoints']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/batch-endpoints/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a batch endpoint. */
    get: operations['getBatchEndpointsName']
    put?: never
    post?: never
    /** Delete a batch endpoint with its deployments; its jobs stay. */
    delete: operations['deleteBatchEndpointsName']
    options?: never
    head?: never
    /** Change a batch endpoint; what is not said stays. */
    patch: operations['patchBatchEndpointsName']
    trace?: never
  }
  '/api/v1/batch-endpoints/{name}/deployments': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the deployments of a batch endpoint. */
    get: operations['getBatchEndpointsNameDeployments']
    put?: never
    /** Make a batch deployment, or replace it. */
    post: operations['postBatchEndpointsNameDeployments']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/batch-deployments': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Make a batch deployment, or replace it, behind the endpoint that its file names. */
    post: operations['postBatchDeployments']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/batch-endpoints/{name}/deployments/{deployment}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a batch deployment. */
    get: operations['getBatchEndpointsNameDeploymentsDeployment']
    put?: never
    post?: never
    /** Delete a batch deployment; its jobs stay. */
    delete: operations['deleteBatchEndpointsNameDeploymentsDeployment']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/batch-endpoints/{name}/invoke': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Score an input as a job; answers when the job is stored. */
    post: operations['postBatchEndpointsNameInvoke']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/batch-endpoints/{name}/jobs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the jobs of a batch endpoint, newest first. */
    get: operations['getBatchEndpointsNameJobs']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/lineage/predictions/{id}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Walk a prediction back to the model, the job, the code and the data that made it. */
    get: operations['getLineagePredictionsId']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/lineage/models/{name}/{version}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Walk a model version back to what made it. */
    get: operations['getLineageModelsNameVersion']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/lineage/jobs/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Walk a job, or a run, back to what made it. */
    get: operations['getLineageJobsName']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the versions of published pipelines, by name, the newest first. */
    get: operations['getPublishedPipelines']
    put?: never
    /** Check a job file of the server and publish it as a version of a name, with all it needs. */
    post: operations['postPublishedPipelines']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the version of a published pipeline that answers, and all the others. */
    get: operations['getPublishedPipelinesName']
    put?: never
    post?: never
    /** Remove a published pipeline, its versions and keys; jobs that it started stay. */
    delete: operations['deletePublishedPipelinesName']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}/versions/{version}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a version of a published pipeline. */
    get: operations['getPublishedPipelinesNameVersionsVersion']
    put?: never
    post?: never
    /** Remove one version of a published pipeline. */
    delete: operations['deletePublishedPipelinesNameVersionsVersion']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}/credentials': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the keys of a published pipeline. */
    get: operations['getPublishedPipelinesNameCredentials']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}/rotate-key': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Make a new primary key; the old one stays valid as the secondary unless it is revoked. */
    post: operations['postPublishedPipelinesNameRotateKey']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}/enable': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Let a published pipeline start jobs again, archived or disabled before. */
    post: operations['postPublishedPipelinesNameEnable']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}/disable': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Have a published pipeline refuse to start jobs. */
    post: operations['postPublishedPipelinesNameDisable']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}/archive': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Disable a published pipeline and leave it out of lists. */
    post: operations['postPublishedPipelinesNameArchive']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}/jobs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Start a job of the newest enabled version; answers at once. */
    post: operations['postPublishedPipelinesNameJobs']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}/versions/{version}/jobs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Start a job of this version. */
    post: operations['postPublishedPipelinesNameVersionsVersionJobs']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/published-pipelines/{name}/jobs/{job}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Say how a job goes that was started through this pipeline. */
    get: operations['getPublishedPipelinesNameJobsJob']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List schedules by name, each with its next times. */
    get: operations['getSchedules']
    put?: never
    /** Create a schedule: check its job, keep it with all it needs, and begin. */
    post: operations['postSchedules']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a schedule. */
    get: operations['getSchedulesName']
    /** Replace what a schedule says; its history stays. */
    put: operations['putSchedulesName']
    post?: never
    /** Remove a schedule with its history; jobs that it started stay. */
    delete: operations['deleteSchedulesName']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules/{name}/document': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the YAML of a schedule. */
    get: operations['getSchedulesNameDocument']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules/{name}/firings': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List what became of the times or events of a schedule, the newest first. */
    get: operations['getSchedulesNameFirings']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules/{name}/pause': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Have a schedule fire no more until it is resumed. */
    post: operations['postSchedulesNamePause']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules/{name}/resume': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Let a schedule fire again; what came meanwhile does not count. */
    post: operations['postSchedulesNameResume']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules/{name}/run': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Start a job of a schedule now, paused or not. */
    post: operations['postSchedulesNameRun']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules/{name}/test': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Say what a firing of a schedule would give its job; start nothing. */
    post: operations['postSchedulesNameTest']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules/{name}/next': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the next times of a schedule, with what summer time does to them. */
    get: operations['getSchedulesNameNext']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/schedules/{name}/backfill': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Start a job for every time of a span that has none; or say which those are. */
    post: operations['postSchedulesNameBackfill']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List triggers by name, each with its next times. */
    get: operations['getTriggers']
    put?: never
    /** Create a trigger: check its job, keep it with all it needs, and begin. */
    post: operations['postTriggers']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a trigger. */
    get: operations['getTriggersName']
    /** Replace what a trigger says; its history stays. */
    put: operations['putTriggersName']
    post?: never
    /** Remove a trigger with its history; jobs that it started stay. */
    delete: operations['deleteTriggersName']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}/document': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the YAML of a trigger. */
    get: operations['getTriggersNameDocument']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}/firings': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List what became of the times or events of a trigger, the newest first. */
    get: operations['getTriggersNameFirings']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}/pause': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Have a trigger fire no more until it is resumed. */
    post: operations['postTriggersNamePause']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}/resume': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Let a trigger fire again; what came meanwhile does not count. */
    post: operations['postTriggersNameResume']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}/run': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Start a job of a trigger now, paused or not. */
    post: operations['postTriggersNameRun']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}/test': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Say what a firing of a trigger would give its job; start nothing. */
    post: operations['postTriggersNameTest']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}/webhook': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Receive a signed call of GitHub, GitLab, Jenkins or another program, and start what it is for. */
    post: operations['postTriggersNameWebhook']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}/credentials': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show the address and the secret of a webhook. */
    get: operations['getTriggersNameCredentials']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/triggers/{name}/rotate-secret': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Make a new secret for a webhook; the one before is refused from now on. */
    post: operations['postTriggersNameRotateSecret']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List monitors by name, each with its newest run and its open alerts. */
    get: operations['getMonitors']
    put?: never
    /** Create a monitor: a schedule with create_monitor. */
    post: operations['postMonitors']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a monitor with its newest run and its open alerts. */
    get: operations['getMonitorsName']
    /** Replace what a monitor says; its runs and alerts stay. */
    put: operations['putMonitorsName']
    post?: never
    /** Remove a monitor with its runs, verdicts and alerts; jobs that it started stay. */
    delete: operations['deleteMonitorsName']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/pause': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Have a monitor run no more by itself until it is resumed. */
    post: operations['postMonitorsNamePause']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/resume': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Let a monitor run again; times that came meanwhile do not count. */
    post: operations['postMonitorsNameResume']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/run': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Compute the signals of a monitor now, or as if it were another time, or since a time; paused or not. */
    post: operations['postMonitorsNameRun']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/runs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the runs of a monitor, the newest first. */
    get: operations['getMonitorsNameRuns']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/runs/{run}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Show a run with its verdicts and the distributions behind them. */
    get: operations['getMonitorsNameRunsRun']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/verdicts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List verdicts over time, the newest first: of all features, or of one signal or feature. */
    get: operations['getMonitorsNameVerdicts']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/breaches': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the jobs that on_breach started, and why others were not, the newest first. */
    get: operations['getMonitorsNameBreaches']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/retraining': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Say what retraining would start, and with which values; start nothing. */
    get: operations['getMonitorsNameRetraining']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/retrain': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Start what on_breach names now, with the values of the newest breach, whatever cooldown and limit say. */
    post: operations['postMonitorsNameRetrain']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/alerts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List alerts of all monitors, the newest first; with open=true those that are not resolved. */
    get: operations['getAlerts']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/alerts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List alerts of a monitor, the newest first; with open=true those that are not resolved. */
    get: operations['getMonitorsNameAlerts']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/deliveries': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List mails and calls about the alerts of a monitor, the newest first. */
    get: operations['getMonitorsNameDeliveries']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/acknowledge': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Say that somebody has seen the open alerts of a monitor, or of one signal. */
    post: operations['postMonitorsNameAcknowledge']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/mute': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Have nobody told and nothing started of a monitor, or of one signal. */
    post: operations['postMonitorsNameMute']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/monitors/{name}/unmute': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Take the mute of a signal, or without one all mutes of a monitor, away. */
    post: operations['postMonitorsNameUnmute']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
}
export type webhooks = Record<string, never>
export interface components {
  schemas: {
    AdoptedComment: {
      subject:
        | {
            /** @constant */
            kind: 'run'
            run_id: string
          }
        | {
            /** @constant */
            kind: 'model'
            name: string
          }
        | {
            /** @constant */
            kind: 'version'
            name: string
            version: number
          }
      body: string
      author: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at?: string
    }
    AdoptedView: {
      page: string
      name: string
      content: {
        [key: string]: unknown
      }
      author: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    Alert: {
      id: string
      monitor: string
      signal: string
      status: 'open' | 'acknowledged' | 'resolved'
      /** @description The newest run that found it in breach, or the one that found it well again. */
      run: string
      /**
       * Format: date-time
       * @description The start of the first window in breach.
       */
      since: string
      /** Format: date-time */
      raised_at: string
      /** Format: date-time */
      updated_at: string
      /** Format: date-time */
      resolved_at?: string
      acknowledged_by?: string
      /** Format: date-time */
      acknowledged_at?: string
      note?: string
      /** @description Verdicts in breach, the worst first. */
      findings: {
        /** @description Empty where the metric is not of a feature. */
        feature: string
        metric: string
        effect: number | null
        threshold?: number
        /** Format: date-time */
        since: string
        sentence: string
      }[]
    }
    AlertDelivery: {
      id: string
      alert: string
      channel: 'email' | 'webhook'
      target: string
      subject: string
      state: 'pending' | 'delivered' | 'failed'
      attempts: number
      error?: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    Assessment: {
      assessment_id: string
      span_id?: string
      name: string
      kind: 'feedback' | 'expectation' | 'issue'
      value: unknown
      error?: {
        code: string
        message?: string
      }
      /** @description HUMAN, LLM_JUDGE or CODE. */
      source_type: string
      source_id: string
      rationale?: string
      /** @description The assessment that this one replaces. */
      overrides?: string
      /** @description False: another one replaces it. */
      is_valid: boolean
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    Asset: {
      name: string
      type?: string
      latest_version?: string
      description?: string
      version_count: number
      labels: {
        [key: string]: string
      }
      is_archived: boolean
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    AssetList: {
      items: components['schemas']['Asset'][]
      next_page_token?: string
      /** @description The program’s own, with the first page; they cannot be changed. */
      built_in?: components['schemas']['BuiltInAsset'][]
    }
    AssetUse: {
      /** @description Of one of the program’s own; absent for a registered one. */
      registry?: string
      name: string
      job_count: number
      completed_count: number
      failed_count: number
      /** @description Of the completed: those whose result was there already. */
      reused_count: number
      /** @description Of those that completed by running. */
      median_seconds?: number
      /** Format: date-time */
      last_used_at: string
      /** @description The last used first; a curated environment has none. */
      versions: {
        version: string
        job_count: number
        completed_count: number
        failed_count: number
        /** @description Of the completed: those whose result was there already. */
        reused_count: number
        /** @description Of those that completed by running. */
        median_seconds?: number
        /** Format: date-time */
        last_used_at: string
      }[]
      /** @description What the jobs are parts of, by display name, the last used first. */
      pipelines: {
        name: string
        job_count: number
        /** Format: date-time */
        last_used_at: string
      }[]
    }
    AssetVersion: {
      name: string
      version: string
      type: string
      /** @description SHA-256 of what it is: type, definition and content. */
      digest: string
      content?: {
        /** @description file or folder */
        kind: string
        digest: string
        size_bytes: number
        file_count?: number
        base_name: string
      }
      /** @description Where it came from. */
      source?: string
      description?: string
      tags: {
        [key: string]: string
      }
      properties: {
        [key: string]: string
      }
      labels: string[]
      is_archived: boolean
      created_by: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
      definition?: {
        [key: string]: unknown
      }
    }
    AssetWithVersions: {
      name: string
      type?: string
      latest_version?: string
      description?: string
      version_count: number
      labels: {
        [key: string]: string
      }
      is_archived: boolean
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
      versions: components['schemas']['AssetVersion'][]
      next_page_token?: string
    }
    Backfill: {
      items: {
        /** Format: date-time */
        time: string
        local_time: string
        verdict: 'submit' | 'submitted' | 'pending'
      }[]
      /** @description How many jobs it starts, or would start. */
      submitted: number
      preview: boolean
    }
    BatchDeployment: {
      name: string
      endpoint: string
      type: 'model' | 'pipeline'
      description?: string
      model?: string
      scoring_script?: string
      settings?: {
        [key: string]: unknown
      }
      revision: number
      tags: {
        [key: string]: string
      }
      properties: {
        [key: string]: string
      }
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    BatchEndpoint: {
      name: string
      description?: string
      defaults: {
        deployment_name?: string
      }
      tags: {
        [key: string]: string
      }
      properties: {
        [key: string]: string
      }
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    BatchEndpointChange: {
      /** @description Absolute path of a batch endpoint YAML on the server. */
      file?: string
      name?: string
      description?: string
      defaults?: {
        deployment_name?: string
      }
      tags?: {
        [key: string]: string
      }
    }
    BatchInvocation: {
      /** @description Default: the default of the endpoint. */
      deployment?: string
      /** @description An absolute path on the server, or a reference. */
      input?: string
      input_type?: 'uri_file' | 'uri_folder' | 'mltable'
      /** @description As YAML has them. */
      inputs?: {
        [key: string]: unknown
      }
      settings?: {
        [key: string]: string
      }
      /** @description azureml://datastores/NAME/paths/FOLDER/ */
      output_path?: string
    }
    BatchJob: {
      deployment: string
      revision: number
      job: components['schemas']['Job']
    }
    Budget: {
      name: string
      scope: string
      /** @description A job for a budget of each-job, else the scope. */
      subject: string
      window: string
      /** Format: date-time */
      window_start?: string
      of: string
      currency?: string
      /** @description With what runs now. */
      used: number
      warn_at?: number
      stop_at?: number
      status: 'open' | 'warned' | 'exceeded'
    }
    Budgets: {
      items: components['schemas']['Budget'][]
    }
    BuiltInAsset: {
      /** @description The one that its address names. */
      registry: string
      name: string
      /** @description Absent where there is only one of it. */
      version?: string
      type: string
      /** @description How YAML names it. */
      reference: string
      description?: string
      definition: {
        [key: string]: unknown
      }
    }
    Chart: {
      kind: 'line' | 'area' | 'bar' | 'scatter' | 'pie'
      title?: string
      /** @description A column of the answer. */
      x: string
      /** @description Columns with numbers. */
      y: string[]
      /** @description A column whose every value is a series. */
      series?: string
    }
    Comment: {
      id: string
      body: string
      author: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at?: string
    }
    Comparison: {
      endpoint: string
      baseline: {
        deployment: string
        revision: number
        /** @description Median latency of answered requests, seconds. */
        p50?: number
        /** @description Seconds. */
        p95?: number
      }
      candidate: {
        deployment: string
        revision: number
        /** @description Median latency of answered requests, seconds. */
        p50?: number
        /** @description Seconds. */
        p95?: number
      }
      metrics: {
        /** @description latency is in milliseconds, error is a share. */
        name: string
        /** @description higher or lower */
        better: string
        baseline: components['schemas']['Estimate']
        candidate: components['schemas']['Estimate']
        /** @description Candidate less baseline. */
        difference: number
        interval?: {
          low: number
          high: number
        }
        margin: number
        /** @description better, worse, equivalent or undecided */
        verdict: string
        /** @description Adjusted for several metrics; valid at every look. */
        p_value?: number
        variance_reduction?: number
      }[]
      mirrored?: {
        count: number
        /** @description Both answers were JSON of a sensible size. */
        compared_count: number
        equal_count: number
        largest_difference: number
        /** @description Share of compared pairs whose answers are the same. With the interval that holds at every look. */
        agreement?: {
          value: number
          /** @description Absent with fewer than two observations. */
          standard_error?: number
          /** @description Requests, or units where the endpoint has a unit header. */
          count: number
          interval?: {
            low: number
            high: number
          }
        }
        /** @description Mean over pairs of the largest absolute difference of their numbers. With the interval that holds at every look. */
        mean_difference?: {
          value: number
          /** @description Absent with fewer than two observations. */
          standard_error?: number
          /** @description Requests, or units where the endpoint has a unit header. */
          count: number
          interval?: {
            low: number
            high: number
          }
        }
        /** @description Time of the copies by the time of the answers they are copies of. With the interval that holds at every look. */
        latency_ratio?: {
          value: number
          /** @description Absent with fewer than two observations. */
          standard_error?: number
          /** @description Requests, or units where the endpoint has a unit header. */
          count: number
          interval?: {
            low: number
            high: number
          }
        }
        /** @description Pairs by who answered; the others were refused. */
        answered_by: {
          both: number
          original: number
          copy: number
          neither: number
        }
        metrics: {
          /** @description latency in milliseconds, error, prediction */
          name: string
          difference: components['schemas']['Estimate']
          interval?: {
            low: number
            high: number
          }
          margin: number
          /** @description better, worse, equivalent or undecided */
          verdict: string
        }[]
      }
      split?: {
        counts: {
          [key: string]: number
        }
        p_value: number
        /** @description The shares are not what the traffic says: trust no comparison. */
        is_off: boolean
      }
      /** @description Requests that could not be noted since the server started. */
      dropped_count: number
    }
    CompletedUpload: {
      path: string
      size_bytes: number
      digest: string
    }
    ComponentJobRequest: {
      /** @description Values by input: text, numbers, booleans; data by reference, e.g. azureml:rides:3. */
      inputs: {
        [key: string]: unknown
      }
      experiment_name?: string
      display_name?: string
    }
    Cost: {
      currency?: string
      items: {
        /** @description A root job. */
        job?: string
        step?: string
        experiment?: string
        endpoint?: string
        deployment?: string
        wall_seconds: number
        cpu_seconds: number
        /** @description Mean memory in GB (10^9 bytes) times seconds. */
        gb_seconds: number
        /** @description Seconds in which a GPU was held, summed over GPUs. */
        gpu_seconds: number
        /** @description By the prices of the settings; absent without. */
        cost?: number
      }[]
      /** @description How many that used less are not among the items; the total has them. */
      left_out: number
      total: {
        wall_seconds: number
        cpu_seconds: number
        /** @description Mean memory in GB (10^9 bytes) times seconds. */
        gb_seconds: number
        /** @description Seconds in which a GPU was held, summed over GPUs. */
        gpu_seconds: number
        /** @description By the prices of the settings; absent without. */
        cost?: number
      }
    }
    CreateAsset: {
      /** @description Absolute path of its YAML file. */
      file?: string
      /** @description What the YAML file would say, instead of one. */
      document?: {
        [key: string]: unknown
      }
      /** @description Absolute folder that paths in `document` are relative to. */
      folder?: string
      /** @description Fields by dotted path; they win over the document. */
      overrides?: {
        [key: string]: string
      }
    }
    CreatedAsset: {
      name: string
      version: string
      type: string
      /** @description SHA-256 of what it is: type, definition and content. */
      digest: string
      content?: {
        /** @description file or folder */
        kind: string
        digest: string
        size_bytes: number
        file_count?: number
        base_name: string
      }
      /** @description Where it came from. */
      source?: string
      description?: string
      tags: {
        [key: string]: string
      }
      properties: {
        [key: string]: string
      }
      labels: string[]
      is_archived: boolean
      created_by: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
      /** @description False: this version with this content was there. */
      is_new: boolean
    }
    CreatedModelVersion: {
      name: string
      version: string
      stage: string
      source: string
      run_id?: string
      description?: string
      created_by: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
      aliases: string[]
      tags: {
        [key: string]: string
      }
      is_new: boolean
    }
    DataTestResults: {
      items: {
        name: string
        table: string
        status: 'passed' | 'failed' | 'warned' | 'error'
        /** @description In one sentence, with the numbers. */
        message: string
        row_count?: number
        failing_count?: number
      }[]
    }
    Datastore: {
      name: string
      type: string
      path?: string
      description?: string
      tags: {
        [key: string]: string
      }
      created_by: string
      /** Format: date-time */
      created_at?: string
      /** Format: date-time */
      updated_at?: string
    }
    Deployment: {
      name: string
      endpoint: string
      /** @description creating, updating, ready, failed or deleting */
      status: string
      status_detail?: string
      /** @description e.g. `azureml:diabetes:3`. */
      model?: string
      scoring_script?: string
      /** @description The registered or curated environment it runs in, e.g. `azureml:sklearn:2`. */
      environment?: string
      /** @description Percent. */
      traffic: number
      /** @description The one that serves. */
      revision?: number
      newest_revision: number
      workers: number
      /** @description Of the revision that serves, now. */
      resource_use?: {
        workers_ready: number
        workers_wanted: number
        /** @description Workers that ended and should not have. */
        worker_deaths: number
        requests_waiting: number
        /** @description Of its workers, since its revision began to serve here. */
        cpu_seconds: number
        /** @description What its workers hold that is their own. */
        memory_bytes: number
      }
      /** @description Seconds. */
      request_timeout: number
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    DrawnCharts: {
      name: string
      version: string
      sql: string
      inputs: {
        [key: string]: string
      }
      charts: {
        kind: 'line' | 'area' | 'bar' | 'scatter' | 'pie'
        title?: string
        /** @description A column of the answer. */
        x: string
        /** @description Columns with numbers. */
        y: string[]
        /** @description A column whose every value is a series. */
        series?: string
        lines: {
          name: string
          points: [unknown, number][]
        }[]
        /** @description The answer has more rows than are drawn. */
        is_cut: boolean
      }[]
      created_by: string
      /** Format: date-time */
      created_at: string
    }
    DriftVerdict: {
      metric: string
      effect: number | null
      effect_is?: string
      threshold: number
      is_drift: boolean
      p_value?: number | null
      binning?: string
      interval?: {
        low: number
        high: number
      }
      note?: string
    }
    Endpoint: {
      name: string
      /** @description Pass it back with a change to make sure that nobody else changed it. */
      version: number
      scoring_uri: string
      openapi_uri: string
      auth_mode: string
      description?: string
      /** @description Percent by deployment. */
      traffic: {
        [key: string]: number
      }
      /** @description Percent by deployment. */
      mirror_traffic: {
        [key: string]: number
      }
      /** @description Percent by deployment. */
      previous_traffic?: {
        [key: string]: number
      }
      routing: {
        /** @description Says for whom a request is. */
        unit_header?: string
        /** @description Chooses a deployment by name or label. */
        deployment_header?: string
        /** @description Deployment by label. */
        labels?: {
          [key: string]: string
        }
      }
      deployments: components['schemas']['Deployment'][]
      tags: {
        [key: string]: string
      }
      properties: {
        [key: string]: string
      }
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    EndpointSeries: {
      endpoint: string
      /** @description Seconds from one point to the next; a step without requests has no point. */
      step: number
      /**
       * Format: date-time
       * @description When this server began to count.
       */
      since: string
      deployments: {
        deployment: string
        points: {
          /** Format: date-time */
          at: string
          requests: number
          /** @description Refused, whoever was at fault. */
          errors: number
          /** @description Seconds; absent where nothing was answered. */
          p50?: number
          /** @description Seconds; absent where nothing was answered. */
          p95?: number
          /** @description Seconds; absent where nothing was answered. */
          p99?: number
        }[]
      }[]
    }
    EnvironmentLock: {
      digest: string
      python: string
      platform: string
      /** @description Exact versions, one line each. */
      requirements: string[]
      notes: string[]
    }
    EnvironmentState: {
      /** @description unresolved: its packages were never chosen here; broken: its Python is gone, it is built again when needed; unusable: it cannot be built here, as `detail` says. */
      state: 'unresolved' | 'unbuilt' | 'building' | 'ready' | 'broken' | 'unusable'
      /** @description Why it is unusable. */
      detail?: string
      /** @description On disk, without what it shares with others. */
      size_bytes?: number
      /**
       * Format: date-time
       * @description When something last asked for it.
       */
      used_at?: string
      lock?: components['schemas']['EnvironmentLock']
      build?: {
        status: 'building' | 'ready' | 'failed'
        /** Format: date-time */
        started_at: string
        /** Format: date-time */
        ended_at?: string
        error?: string
      }
    }
    EnvironmentSummary: {
      /** @description Of one of the program’s own; absent for a registered one. */
      registry?: string
      name: string
      version?: string
      /** @description unresolved: its packages were never chosen here; broken: its Python is gone, it is built again when needed; unusable: it cannot be built here, as `detail` says. */
      state: 'unresolved' | 'unbuilt' | 'building' | 'ready' | 'broken' | 'unusable'
      /** @description Why it is unusable. */
      detail?: string
      /** @description On disk, without what it shares with others. */
      size_bytes?: number
      /**
       * Format: date-time
       * @description When something last asked for it.
       */
      used_at?: string
      /** @description Of the lock, e.g. 3.11. */
      python?: string
      image?: string
      has_conda_file?: boolean
      package_count?: number
      lock_digest?: string
    }
    Error: {
      error: {
        code:
          | 'invalid-document'
          | 'invalid-request'
          | 'invalid-reference'
          | 'invalid-setting'
          | 'invalid-path'
          | 'input-not-found'
          | 'not-found'
          | 'unauthenticated'
          | 'permission-denied'
          | 'host-not-allowed'
          | 'origin-not-allowed'
          | 'already-exists'
          | 'conflict'
          | 'limit-exceeded'
          | 'budget-exceeded'
          | 'body-too-large'
          | 'unsupported-media-type'
          | 'too-many-requests'
          | 'timed-out'
          | 'model-failed'
          | 'environment-failed'
          | 'step-failed'
          | 'store-in-use'
          | 'store-too-new'
          | 'store-corrupt'
          | 'store-unavailable'
          | 'ownership-lost'
          | 'server-unreachable'
          | 'deployment-unavailable'
          | 'not-supported'
          | 'internal'
        message: string
        hint?: string
        at?: {
          file: string
          line: number
          column: number
        }
        diagnostics?: {
          message: string
          hint?: string
          at?: {
            file: string
            line: number
            column: number
          }
          /** @description The source line with a caret below it. */
          frame?: string
        }[]
      }
    }
    Estimate: {
      value: number
      /** @description Absent with fewer than two observations. */
      standard_error?: number
      /** @description Requests, or units where the endpoint has a unit header. */
      count: number
    }
    Event: {
      seq: number
      kind: string
      subject: string
      /** Format: date-time */
      at: string
      body: {
        [key: string]: unknown
      }
    }
    Example: {
      /** @description As `sluice init` calls it. */
      name: string
      description: string
      steps: string[]
    }
    ExportRequest: {
      /** @description azureml:NAME:VERSION, NAME@ALIAS, runs:/RUN/PATH, ... */
      model?: string
      /** @description A model that lies at this path of the machine of the server. */
      path?: string
      /** @constant */
      format: 'onnx'
      /** @description A scoring request whose answers are compared. */
      example?: unknown
    }
    Firing: {
      id: string
      reason: 'time' | 'event' | 'run' | 'backfill'
      status: 'pending' | 'submitted' | 'skipped' | 'failed'
      /** Format: date-time */
      nominal_time: string
      /** Format: date-time */
      noted_at: string
      /** @description How many times or events it stands for. */
      times: number
      job?: string
      job_status?:
        | 'NotStarted'
        | 'Queued'
        | 'Preparing'
        | 'Running'
        | 'Finalizing'
        | 'Completed'
        | 'Failed'
        | 'CancelRequested'
        | 'Canceled'
      detail?: string
      variables: {
        [key: string]: string
      }
    }
    GarbageReport: {
      is_dry_run: boolean
      removed: {
        kind: string
        count: number
        size_bytes: number
      }[]
      size_bytes: number
    }
    Job: {
      name: string
      type: 'command' | 'pipeline' | 'if_else' | 'do_while' | 'parallel_for' | 'sweep'
      status:
        | 'NotStarted'
        | 'Queued'
        | 'Preparing'
        | 'Running'
        | 'Finalizing'
        | 'Completed'
        | 'Failed'
        | 'CancelRequested'
        | 'Canceled'
      status_detail?: string
      display_name: string
      experiment_id: string
      experiment_name: string
      /** @description Name of the root job; its own name for a root job. */
      root: string
      parent?: string
      /** @description Path of the step in its root pipeline, e.g. `prepare.clean`. */
      step?: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      started_at?: string
      /** Format: date-time */
      ended_at?: string
      command?: string
      inputs: {
        [key: string]: components['schemas']['JobValue']
      }
      outputs: {
        [key: string]: components['schemas']['JobValue']
      }
      exit_code?: number
      error?: {
        code: string
        message: string
        hint?: string
      }
      attempts: number
      reuse_key?: string
      reused_from?: string
      /** @description Why it ran or did not; `reason.changes` has each field that differed with its old and new value. */
      verdict?: unknown
      /** @description The verdict in words. */
      verdict_text?: string
      usage?: {
        wall_seconds: number
        cpu_seconds: number
        peak_memory_bytes?: number
        peak_memory_is_sampled?: boolean
      }
      /** @description Of a parallel step that has begun. */
      mini_batches?: {
        total: number
        done: number
        /** @description For good: they are left out of the result. */
        failed: number
        /** @description Tries that failed and were followed by another. */
        retried: number
      }
      tags: {
        [key: string]: string
      }
      properties: {
        [key: string]: string
      }
      /** Format: date-time */
      archived_at?: string
    }
    JobCost: {
      currency?: string
      wall_seconds: number
      cpu_seconds: number
      /** @description Mean memory in GB (10^9 bytes) times seconds. */
      gb_seconds: number
      /** @description Seconds in which a GPU was held, summed over GPUs. */
      gpu_seconds: number
      /** @description By the prices of the settings; absent without. */
      cost?: number
    }
    JobCounts: {
      statuses: {
        [key: string]: number
      }
      /** @description Those with the newest jobs first, at most 200. */
      experiments: {
        name: string
        count: number
      }[]
    }
    JobDiff: {
      old: string
      new: string
      items: {
        step: string
        area:
          'status' | 'command' | 'input' | 'code' | 'environment' | 'setting' | 'output' | 'file' | 'param' | 'metric'
        /** @description e.g. `input alpha`, `code train.py`, `metric mse` */
        field: string
        old?: string
        new?: string
      }[]
      /** @description Outputs that both jobs have, whether they differ or not. */
      outputs_compared: number
    }
    JobGraph: {
      root: string
      within: string
      steps: {
        /** @description Path of the step in its root pipeline; empty for a job of one command. */
        path: string
        /** @description Name of its job. */
        job: string
        type: 'command' | 'pipeline' | 'if_else' | 'do_while' | 'parallel_for' | 'sweep'
        display_name: string
        status:
          | 'NotStarted'
          | 'Queued'
          | 'Preparing'
          | 'Running'
          | 'Finalizing'
          | 'Completed'
          | 'Failed'
          | 'CancelRequested'
          | 'Canceled'
        status_detail?: string
        /** @description Name of the job it stands in. */
        parent?: string
        /** Format: date-time */
        started_at?: string
        /** Format: date-time */
        ended_at?: string
        attempts: number
        reused_from?: string
        /** @description Why it ran or did not, in words. */
        verdict_text?: string
        error_message?: string
        key: string
        /** @description Path of the nested pipeline it stands in. */
        group?: string
        /** @description Of a loop or sweep: how many rounds there are so far, by status. */
        rounds?: {
          [key: string]: number
        }
      }[]
      /** @description Nested pipelines, outer before inner. */
      groups: components['schemas']['JobStep'][]
      edges: {
        from: string
        to: string
        kind: 'data' | 'branch' | 'order'
        data: {
          output: string
          input: string
        }[]
        /** @description Of a branch: which way the condition must turn out. */
        when?: boolean
      }[]
      /** @description The rounds that `within` is one of, in order. */
      siblings: string[]
    }
    JobOutput: {
      type: string
      value?: string
      digest?: string
      files: {
        /** @description Below the folder; the name of the output where it is a single file. */
        path: string
        size_bytes: number
        digest: string
      }[]
    }
    JobStep: {
      /** @description Path of the step in its root pipeline; empty for a job of one command. */
      path: string
      /** @description Name of its job. */
      job: string
      type: 'command' | 'pipeline' | 'if_else' | 'do_while' | 'parallel_for' | 'sweep'
      display_name: string
      status:
        | 'NotStarted'
        | 'Queued'
        | 'Preparing'
        | 'Running'
        | 'Finalizing'
        | 'Completed'
        | 'Failed'
        | 'CancelRequested'
        | 'Canceled'
      status_detail?: string
      /** @description Name of the job it stands in. */
      parent?: string
      /** Format: date-time */
      started_at?: string
      /** Format: date-time */
      ended_at?: string
      attempts: number
      reused_from?: string
      /** @description Why it ran or did not, in words. */
      verdict_text?: string
      error_message?: string
    }
    JobTags: {
      /** @description New tags by name; null removes one. Others stay. */
      tags: {
        [key: string]: string | null
      }
    }
    JobTimeline: {
      root: string
      status:
        | 'NotStarted'
        | 'Queued'
        | 'Preparing'
        | 'Running'
        | 'Finalizing'
        | 'Completed'
        | 'Failed'
        | 'CancelRequested'
        | 'Canceled'
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      ended_at?: string
      /** Format: date-time */
      now: string
      steps: {
        /** @description Path of the step in its root pipeline; empty for a job of one command. */
        path: string
        /** @description Name of its job. */
        job: string
        type: 'command' | 'pipeline' | 'if_else' | 'do_while' | 'parallel_for' | 'sweep'
        display_name: string
        status:
          | 'NotStarted'
          | 'Queued'
          | 'Preparing'
          | 'Running'
          | 'Finalizing'
          | 'Completed'
          | 'Failed'
          | 'CancelRequested'
          | 'Canceled'
        status_detail?: string
        /** @description Name of the job it stands in. */
        parent?: string
        /** Format: date-time */
        started_at?: string
        /** Format: date-time */
        ended_at?: string
        attempts: number
        reused_from?: string
        /** @description Why it ran or did not, in words. */
        verdict_text?: string
        error_message?: string
        spans: {
          kind: 'preparing' | 'queued' | 'following' | 'running'
          /** Format: date-time */
          start_at: string
          /** Format: date-time */
          end_at?: string
          attempt?: number
          end?: 'succeeded' | 'failed' | 'canceled' | 'never-started'
        }[]
      }[]
      /** @description Paths of the steps that decided when the job ended. */
      critical_path: string[]
      /** @description What those steps spent their time with. */
      critical_seconds: {
        preparing: number
        queued: number
        following: number
        running: number
      }
    }
    JobValue: {
      type: string
      value?: string
      uri?: string
      digest?: string
      size_bytes?: number
    }
    KeptPackage: {
      id: string
      model: string
      version: string
      /** @description tar: below a folder of its own; folder: without one; oci: a tar of an OCI image layout. */
      format: 'tar' | 'folder' | 'oci'
      file_name: string
      size_bytes: number
      /** @description SHA-256 of the file. */
      digest: string
      /** @description What was left out or changed. */
      notes: string[]
      created_by: string
      /** Format: date-time */
      created_at: string
    }
    Lineage: {
      /** @description prediction, deployment, model, job, run, code, environment, data or source. */
      kind: string
      name: string
      /** @description What it is to the one above. */
      role?: string
      details: {
        [key: string]: string
      }
      /** @description What it was made of. */
      from: components['schemas']['Lineage'][]
    }
    LogLines: {
      size_bytes: number
      /** @description Lines that have ended. */
      lines: number
      /** @description Where some lines begin, about every MiB one; lines count from 0. */
      marks: {
        line: number
        offset: number
      }[]
    }
    LogSearch: {
      items: {
        /** @description Byte at which its line begins. */
        offset: number
        /** @description The line; of a long one 400 bytes around the place. */
        text: string
      }[]
      /** @description Where to go on; absent at the end of the log. */
      next_offset?: number
      size_bytes: number
    }
    Model: {
      name: string
      latest_version?: string
      aliases: {
        [key: string]: string
      }
      description?: string
      tags: {
        [key: string]: string
      }
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    ModelTransition: {
      kind: 'alias' | 'stage'
      alias?: string
      /** @description Of a stage: the version that was moved. */
      version?: string
      /** @description A version of an alias, or a stage; absent: it was not set. */
      from?: string
      to?: string
      by: string
      /** Format: date-time */
      at: string
    }
    ModelVersion: {
      version: string
      stage: string
      source: string
      run_id?: string
      description?: string
      created_by: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
      aliases: string[]
      tags: {
        [key: string]: string
      }
    }
    ModelWithVersions: {
      name: string
      latest_version?: string
      aliases: {
        [key: string]: string
      }
      description?: string
      tags: {
        [key: string]: string
      }
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
      versions: components['schemas']['ModelVersion'][]
      next_page_token?: string
    }
    Monitor: {
      name: string
      status: 'enabled' | 'paused' | 'ended'
      display_name?: string
      description?: string
      tags: {
        [key: string]: string
      }
      /** @description When it runs, in few words. */
      when: string
      /** @description The same, as the YAML says it. */
      trigger: {
        [key: string]: unknown
      }
      next: string[]
      endpoint?: string
      deployment?: string
      model?: string
      signals: {
        name: string
        type:
          | 'data_drift'
          | 'prediction_drift'
          | 'data_quality'
          | 'feature_attribution_drift'
          | 'model_performance'
          | 'generation_token_statistics'
          | 'endpoint_performance'
          | 'custom'
        alert_enabled: boolean
      }[]
      emails: string[]
      webhooks: string[]
      on_breach?: {
        run: string
        inputs: {
          [key: string]: string
        }
        /** @description Seconds. */
        cooldown: number
        max_per_day?: number
      }
      last_run?: components['schemas']['MonitorRun']
      /** @description Those that are not resolved. */
      alerts: components['schemas']['Alert'][]
      mutes: {
        /** @description Absent: every signal. */
        signal?: string
        /** Format: date-time */
        until?: string
        muted_by: string
        /** Format: date-time */
        muted_at: string
      }[]
      /** @description Whether this server runs it by itself: not one that ends when it is idle, or with a command. */
      runs_by_itself: boolean
      created_by: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    MonitorBreach: {
      /** @description Whether a breach started it, or a person (retrain). */
      reason: 'breach' | 'run'
      status: 'pending' | 'submitted' | 'skipped' | 'failed'
      /** Format: date-time */
      time: string
      run: string
      job?: string
      job_status?: string
      /** @description Why no job was started, or what it waits for. */
      detail?: string
    }
    MonitorRetraining: {
      /** @description What would be started: a job file, azureml:JOB, or a published pipeline. */
      run: string
      /** @description The values that its inputs would have. */
      inputs: {
        [key: string]: string
      }
    }
    MonitorRun: {
      id: string
      reason: 'time' | 'run'
      status: 'pending' | 'completed' | 'failed' | 'skipped'
      /** Format: date-time */
      nominal_time: string
      /** Format: date-time */
      noted_at: string
      /** Format: date-time */
      ended_at?: string
      /** @description How many times it stands for: missed ones are one row. */
      times: number
      detail?: string
      signals: {
        name: string
        type:
          | 'data_drift'
          | 'prediction_drift'
          | 'data_quality'
          | 'feature_attribution_drift'
          | 'model_performance'
          | 'generation_token_statistics'
          | 'endpoint_performance'
          | 'custom'
        status: 'computed' | 'no-data' | 'failed'
        detail?: string
        /** @description From start until before end. */
        window?: {
          /** Format: date-time */
          start: string
          /** Format: date-time */
          end: string
        }
        /** @description From start until before end. */
        reference_window?: {
          /** Format: date-time */
          start: string
          /** Format: date-time */
          end: string
        }
        rows?: {
          production: number
          reference?: number
        }
        verdict_count: number
        breach_count: number
        job?: string
      }[]
    }
    MonitorRunWithVerdicts: {
      id: string
      reason: 'time' | 'run'
      status: 'pending' | 'completed' | 'failed' | 'skipped'
      /** Format: date-time */
      nominal_time: string
      /** Format: date-time */
      noted_at: string
      /** Format: date-time */
      ended_at?: string
      /** @description How many times it stands for: missed ones are one row. */
      times: number
      detail?: string
      signals: {
        name: string
        type:
          | 'data_drift'
          | 'prediction_drift'
          | 'data_quality'
          | 'feature_attribution_drift'
          | 'model_performance'
          | 'generation_token_statistics'
          | 'endpoint_performance'
          | 'custom'
        status: 'computed' | 'no-data' | 'failed'
        detail?: string
        /** @description From start until before end. */
        window?: {
          /** Format: date-time */
          start: string
          /** Format: date-time */
          end: string
        }
        /** @description From start until before end. */
        reference_window?: {
          /** Format: date-time */
          start: string
          /** Format: date-time */
          end: string
        }
        rows?: {
          production: number
          reference?: number
        }
        verdict_count: number
        breach_count: number
        job?: string
      }[]
      verdicts: components['schemas']['MonitorVerdict'][]
    }
    MonitorVerdict: {
      signal: string
      /** @description Empty where the metric is not of a feature. */
      feature: string
      metric: string
      effect: number | null
      threshold?: number
      is_breach: boolean
      /** Format: date-time */
      since?: string
      sentence: string
      breaches_when?: 'reaches' | 'exceeds' | 'below'
      kind?: 'number' | 'category'
      binning?: string
      interval?: {
        low: number
        high: number
      }
      p_value?: number | null
      effect_is?: string
      note?: string
      /** @description From start until before end. */
      window?: {
        /** Format: date-time */
        start: string
        /** Format: date-time */
        end: string
      }
      /** @description From start until before end. */
      reference_window?: {
        /** Format: date-time */
        start: string
        /** Format: date-time */
        end: string
      }
      rows?: {
        production: number
        reference: number
      }
      moved?: {
        of: string
        from: number | null
        to: number | null
        deviations?: number | null
      }
      new_categories?: string[]
      distribution?: {
        edges?: number[]
        categories?: string[]
        reference: number[]
        production: number[]
      }
    }
    NewBatchDeployment: {
      /** @description Absolute path of a batch deployment YAML on the server. */
      file: string
    }
    NewComment: {
      body: string
    }
    NewSavedView: {
      page: string
      name: string
      /** @description Whatever the page keeps of itself. */
      content: {
        [key: string]: unknown
      }
    }
    NewUpload: {
      run_id?: string
      /** @description In place of `run_id`: a logged model. */
      model_id?: string
      /** @description Below the artifacts of the run or model. */
      path: string
      /** @description Gives the upload of this path that is under way, if any. */
      resume?: boolean
    }
    NextTime: {
      /** Format: date-time */
      time: string
      /** @description What the clocks of its time zone show then, with their distance from UTC. */
      local_time: string
      /** @description What summer time does to it. */
      note?: string
    }
    NumberProfile: {
      /** @description Neither missing nor infinite. */
      count: number
      infinite_count: number
      mean: number | null
      deviation: number | null
      min: number | null
      max: number | null
      distinct_count: number
      zero_count: number
      negative_count: number
      percentiles: {
        [key: string]: number | null
      }
      histogram: {
        edges: number[]
        counts: number[]
      }
      top_values: {
        value: number
        count: number
      }[]
    }
    PackageRequest: {
      /** @description azureml:NAME:VERSION, NAME@ALIAS, runs:/RUN/PATH, ... */
      model?: string
      /** @description A model that lies at this path of the machine of the server. */
      path?: string
      /** @description Folder of the scoring script, on the machine of the server. */
      code?: string
      /** @description Relative to the code folder; default score.py. */
      scoring_script?: string
      /** @description azureml:NAME:VERSION, or a conda, requirements.txt or environment file. */
      environment?: string
      format?: 'folder' | 'tar' | 'oci'
      /** @description Base image on the machine of the server: OCI layout or tar. */
      base?: string
    }
    PayloadCollection: {
      endpoint: string
      deployment: string
      collection: string
      windows: number
      requests: number
      rows: number
      /** @description Requests that were lost: the queue was full, or the payload too large. */
      dropped: number
      /** @description Of the Parquet files. */
      size_bytes: number
      /** Format: date-time */
      first_at: string
      /** Format: date-time */
      last_at: string
      /** @description azureml:NAME:VERSION */
      newest?: string
    }
    PayloadCounts: {
      endpoint: string
      deployment: string
      collected: number
      dropped: number
      /** @description Payloads that are no table. */
      untabular: number
      /** @description Not written yet. */
      waiting: number
    }
    PayloadRow: {
      request_id: string
      /** @description Its place among the rows of its request. */
      row: number
      /** Format: date-time */
      at: string
      deployment: string
      revision: number
      model?: string
      model_version?: string
      /** @description Columns as they were collected. */
      values: {
        [key: string]: unknown
      }
    }
    PayloadRowList: {
      items: components['schemas']['PayloadRow'][]
      next_page_token?: string
      /** @description A window that is open yet has older rows; they are there when it has ended. */
      is_cut: boolean
    }
    PayloadWindow: {
      endpoint: string
      deployment: string
      collection: string
      /** Format: date-time */
      window_start: string
      /** Format: date-time */
      window_end: string
      requests: number
      rows: number
      /** @description Requests that were lost: the queue was full, or the payload too large. */
      dropped: number
      /** @description Of the Parquet files. */
      size_bytes: number
      path?: string
      /** @description azureml:NAME:VERSION */
      asset?: string
      /** Format: date-time */
      keep_until?: string
    }
    PipelineJob: {
      /** @description Name of the job. */
      name: string
      /** @description The same, where clients of Azure ML look for it. */
      Id: string
      status:
        | 'NotStarted'
        | 'Queued'
        | 'Preparing'
        | 'Running'
        | 'Finalizing'
        | 'Completed'
        | 'Failed'
        | 'CancelRequested'
        | 'Canceled'
      status_detail?: string
      /** @description Ask here, with the same key, how it goes. */
      url: string
      published_pipeline?: {
        name: string
        version: string
      }
      experiment_name: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      ended_at?: string
      error?: {
        code: string
        message: string
        hint?: string
      }
    }
    PipelineParameter: {
      name: string
      /** @description As in YAML, e.g. `number`, `string`, `uri_file`. */
      type: string
      default?: string
      is_required: boolean
      description?: string
      min?: number
      max?: number
      enum?: string[]
    }
    PlacedComment: {
      id: string
      subject:
        | {
            /** @constant */
            kind: 'run'
            run_id: string
          }
        | {
            /** @constant */
            kind: 'model'
            name: string
          }
        | {
            /** @constant */
            kind: 'version'
            name: string
            version: number
          }
      body: string
      author: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at?: string
    }
    Plan: {
      steps: {
        path: string
        type: 'command' | 'pipeline' | 'if_else' | 'do_while' | 'parallel_for' | 'sweep'
        verdict: unknown
        verdict_text: string
        command?: string
        sweep?: {
          /** @description How many trials at most. */
          trials: number
          at_once: number
          sampling: string
          /** @description Distributions in words, by parameter. */
          search_space: {
            [key: string]: string
          }
          primary_metric: string
          goal: 'minimize' | 'maximize'
          /** @description The first trials, at most 100; none where they depend on the results of others. */
          first: {
            parameters: {
              [key: string]: unknown
            }
            verdict?: unknown
            verdict_text?: string
          }[]
        }
        /** @description How long it ran before. */
        estimated_seconds?: number
      }[]
      estimated_seconds?: number
      /** @description What was written and is not used; never a reason not to run. */
      warnings?: {
        message: string
        hint?: string
        at?: {
          file: string
          line: number
          column: number
        }
        /** @description The source line with a caret below it. */
        frame?: string
      }[]
    }
    PublishedPipeline: {
      name: string
      version: string
      status: 'enabled' | 'disabled' | 'archived'
      display_name: string
      description?: string
      parameters: components['schemas']['PipelineParameter'][]
      /** @description POST a JSON body with `inputs` here, with a key as bearer token. */
      submit_url: string
      tags: {
        [key: string]: string
      }
      created_by: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    PublishedPipelineWithVersions: {
      name: string
      version: string
      status: 'enabled' | 'disabled' | 'archived'
      display_name: string
      description?: string
      parameters: components['schemas']['PipelineParameter'][]
      /** @description POST a JSON body with `inputs` here, with a key as bearer token. */
      submit_url: string
      tags: {
        [key: string]: string
      }
      created_by: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
      versions: components['schemas']['PublishedPipeline'][]
    }
    Purge: {
      /** @description Only what was deleted so long ago; default 0: all that is deleted. */
      older_than_seconds?: number
      dry_run?: boolean
    }
    PurgeReport: {
      experiments: number
      runs: number
      logged_models: number
      /** @description Left, because a registered model was made of them or lies in them. */
      kept: number
    }
    Queue: {
      compute: string
      slots: number
      running: components['schemas']['QueuedStep'][]
      /** @description The next one first, at most 500. */
      waiting: components['schemas']['QueuedStep'][]
      waiting_count: number
    }
    QueuedStep: {
      /** @description Path of the step in its root pipeline; empty for a job of one command. */
      path: string
      /** @description Name of its job. */
      job: string
      type: 'command' | 'pipeline' | 'if_else' | 'do_while' | 'parallel_for' | 'sweep'
      display_name: string
      status:
        | 'NotStarted'
        | 'Queued'
        | 'Preparing'
        | 'Running'
        | 'Finalizing'
        | 'Completed'
        | 'Failed'
        | 'CancelRequested'
        | 'Canceled'
      status_detail?: string
      /** @description Name of the job it stands in. */
      parent?: string
      /** Format: date-time */
      started_at?: string
      /** Format: date-time */
      ended_at?: string
      attempts: number
      reused_from?: string
      /** @description Why it ran or did not, in words. */
      verdict_text?: string
      error_message?: string
      root: string
      root_display_name: string
      experiment_name: string
      priority: 'low' | 'medium' | 'high'
      /** @description How many it has or wants. */
      slots: number
      /** @description How long it ran before. */
      estimated_seconds?: number
      /** @description In the queue, from 1. */
      place?: number
      /** @description If everything takes as long as before. */
      starts_in_seconds?: number
    }
    Rollout: {
      id: string
      endpoint: string
      /** @description deploying, stepping, promoted, rolled-back, aborted or failed */
      status: string
      candidate: string
      baseline?: string
      steps: number[]
      /** @description Percent that the candidate has, or had at the end. */
      step?: number
      /** Format: date-time */
      step_since: string
      /** @description Seconds. */
      hold: number
      min_requests: number
      abort_on: string[]
      waits_for?: string
      reason?: string
      /** @description By deployment, of this step since this server started; p95 in seconds. */
      counts?: {
        [key: string]: {
          requests: number
          errors: number
          p95?: number
        }
      }
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      ended_at?: string
    }
    SavedQuery: {
      name: string
      version: string
      sql: string
      inputs: {
        [key: string]: string
      }
      charts: components['schemas']['Chart'][]
      created_by: string
      /** Format: date-time */
      created_at: string
    }
    SavedView: {
      id: string
      /** @description Which page it is of, e.g. `runs`. */
      page: string
      name: string
      /** @description Whatever the page keeps of itself. */
      content: {
        [key: string]: unknown
      }
      author: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    SavedViewChange: {
      name?: string
      /** @description Whatever the page keeps of itself. */
      content?: {
        [key: string]: unknown
      }
    }
    Span: {
      span_id: string
      parent_span_id?: string
      name: string
      /** @description E.g. CHAT_MODEL, TOOL, RETRIEVER; UNKNOWN where the client does not say. */
      type: string
      status: 'UNSET' | 'OK' | 'ERROR'
      /** @description After the beginning of the trace, in parts of a millisecond. */
      start_ms: number
      /** @description Absent while it is under way. */
      duration_ms?: number
      total_tokens?: number
    }
    Status: {
      version: string
      url: string
      pid: number
      data_folder: string
      database: string
      /** Format: date-time */
      started_at: string
      jobs: {
        running: number
        queued: number
      }
      memory_bytes: number
      checks?: {
        name: string
        is_ok: boolean
        detail: string
      }[]
    }
    StoredRequest: {
      request_id: string
      endpoint: string
      deployment: string
      revision: number
      model?: string
      model_version?: string
      job?: string
      /** Format: date-time */
      at: string
      collections: {
        [key: string]: {
          [key: string]: unknown
        }[]
      }
      assets: string[]
    }
    Submission: {
      /** @description Absolute path of a YAML file on the machine of the server. */
      file: string
      /** @description Inputs by name, or anything by dotted path. */
      overrides?: {
        [key: string]: string
      }
      experiment_name?: string
      /** @description Runs every step, or the named ones, in any case. */
      no_reuse?: boolean | string[]
      /** @description Paths of steps, e.g. `train` or `prepare.clean`; a nested pipeline names all steps in it. */
      from?: string[]
      /** @description Paths of steps, e.g. `train` or `prepare.clean`; a nested pipeline names all steps in it. */
      only?: string[]
    }
    SubmittedJob: {
      name: string
      type: 'command' | 'pipeline' | 'if_else' | 'do_while' | 'parallel_for' | 'sweep'
      status:
        | 'NotStarted'
        | 'Queued'
        | 'Preparing'
        | 'Running'
        | 'Finalizing'
        | 'Completed'
        | 'Failed'
        | 'CancelRequested'
        | 'Canceled'
      status_detail?: string
      display_name: string
      experiment_id: string
      experiment_name: string
      /** @description Name of the root job; its own name for a root job. */
      root: string
      parent?: string
      /** @description Path of the step in its root pipeline, e.g. `prepare.clean`. */
      step?: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      started_at?: string
      /** Format: date-time */
      ended_at?: string
      command?: string
      inputs: {
        [key: string]: components['schemas']['JobValue']
      }
      outputs: {
        [key: string]: components['schemas']['JobValue']
      }
      exit_code?: number
      error?: {
        code: string
        message: string
        hint?: string
      }
      attempts: number
      reuse_key?: string
      reused_from?: string
      /** @description Why it ran or did not; `reason.changes` has each field that differed with its old and new value. */
      verdict?: unknown
      /** @description The verdict in words. */
      verdict_text?: string
      usage?: {
        wall_seconds: number
        cpu_seconds: number
        peak_memory_bytes?: number
        peak_memory_is_sampled?: boolean
      }
      /** @description Of a parallel step that has begun. */
      mini_batches?: {
        total: number
        done: number
        /** @description For good: they are left out of the result. */
        failed: number
        /** @description Tries that failed and were followed by another. */
        retried: number
      }
      tags: {
        [key: string]: string
      }
      properties: {
        [key: string]: string
      }
      /** Format: date-time */
      archived_at?: string
      /** @description What was written and is not used; never a reason not to run. */
      warnings?: {
        message: string
        hint?: string
        at?: {
          file: string
          line: number
          column: number
        }
        /** @description The source line with a caret below it. */
        frame?: string
      }[]
    }
    TableDiff: {
      row_counts: {
        reference: number
        current: number
      }
      added_columns: {
        name: string
        /** @description In DuckDB’s words. */
        type: string
      }[]
      removed_columns: {
        name: string
        /** @description In DuckDB’s words. */
        type: string
      }[]
      columns: {
        name: string
        kind: 'number' | 'category' | 'time' | 'other'
        reference_type: string
        current_type: string
        sample_sizes: {
          reference: number
          current: number
        }
        null_rate: {
          reference: number
          current: number
        }
        data_type_error_rate: number
        out_of_bounds_rate?: number
        verdict?: components['schemas']['DriftVerdict']
        new_categories?: {
          category_count: number
          row_count: number
          examples: string[]
        }
        missing_categories?: {
          category_count: number
          row_count: number
          examples: string[]
        }
      }[]
      compared_count: number
      drifted_count: number
      /** @description At least half of the compared columns drifted. */
      is_drift: boolean
    }
    TableLocation: {
      path: string
    }
    TableProfile: {
      digest: string
      base_name: string
      /** Format: date-time */
      created_at: string
      format: 'csv' | 'parquet' | 'json' | 'mltable'
      file_count: number
      row_count: number
      columns: {
        name: string
        /** @description In DuckDB’s words. */
        type: string
        kind: 'number' | 'category' | 'time' | 'other'
        missing_count: number
        distinct_count?: number
        is_distinct_estimated?: boolean
        numbers?: components['schemas']['NumberProfile']
        categories?: {
          top_values: {
            value: string
            count: number
          }[]
          shortest: number
          longest: number
        }
        times?: {
          earliest: string | null
          latest: string | null
        }
      }[]
      correlations: {
        first: string
        second: string
        r: number | null
      }[]
    }
    TableRows: {
      columns: {
        name: string
        /** @description In DuckDB’s words. */
        type: string
      }[]
      rows: unknown[][]
    }
    TimedMonitorVerdict: {
      signal: string
      /** @description Empty where the metric is not of a feature. */
      feature: string
      metric: string
      effect: number | null
      threshold?: number
      is_breach: boolean
      /** Format: date-time */
      since?: string
      sentence: string
      breaches_when?: 'reaches' | 'exceeds' | 'below'
      kind?: 'number' | 'category'
      binning?: string
      interval?: {
        low: number
        high: number
      }
      p_value?: number | null
      effect_is?: string
      note?: string
      /** @description From start until before end. */
      window?: {
        /** Format: date-time */
        start: string
        /** Format: date-time */
        end: string
      }
      /** @description From start until before end. */
      reference_window?: {
        /** Format: date-time */
        start: string
        /** Format: date-time */
        end: string
      }
      rows?: {
        production: number
        reference: number
      }
      moved?: {
        of: string
        from: number | null
        to: number | null
        deviations?: number | null
      }
      new_categories?: string[]
      run: string
      /** Format: date-time */
      nominal_time: string
    }
    Trace: {
      trace_id: string
      experiment_id: string
      name?: string
      state: 'STATE_UNSPECIFIED' | 'OK' | 'ERROR' | 'IN_PROGRESS'
      /** Format: date-time */
      started_at: string
      /** @description Absent while it is under way. */
      duration_ms?: number
      /** @description The beginning of what was asked. */
      request?: string
      response?: string
      total_tokens?: number
      /** @description In US dollars, as the client reckons it. */
      total_cost?: number
      session?: string
      user?: string
      run_id?: string
      /** @description Without MLflow's own. */
      tags: {
        [key: string]: string
      }
      /** @description Those that hold: none that another one replaces. */
      assessments: {
        name: string
        kind: 'feedback' | 'expectation' | 'issue'
        value: unknown
        /** @description It could not be made; there is no value. */
        is_error: boolean
      }[]
    }
    Trials: {
      primary_metric: string
      goal: 'minimize' | 'maximize'
      items: {
        /** @description Name of the trial’s job. */
        job: string
        /** @description From 1, in the order in which trials began. */
        number: number
        status:
          | 'NotStarted'
          | 'Queued'
          | 'Preparing'
          | 'Running'
          | 'Finalizing'
          | 'Completed'
          | 'Failed'
          | 'CancelRequested'
          | 'Canceled'
        status_detail?: string
        parameters: {
          [key: string]: unknown
        }
        /** @description Its best value; absent where it logged no number. */
        value?: number
        /** @description How many values it logged. */
        logged: number
        /** @description The sweep has ended and this trial’s outputs are its outputs. */
        is_best: boolean
      }[]
    }
    Trigger: {
      name: string
      kind: 'schedule' | 'trigger'
      status: 'enabled' | 'paused' | 'ended'
      display_name?: string
      description?: string
      tags: {
        [key: string]: string
      }
      /** @description When or upon what it fires, in few words. */
      when: string
      /** @description The same, as the YAML says it. */
      trigger: {
        [key: string]: unknown
      }
      /** @description What it submits. */
      create_job: {
        [key: string]: unknown
      }
      policy: {
        [key: string]: unknown
      }
      next: components['schemas']['NextTime'][]
      /** @description Whether this server fires by itself: not one that ends when it is idle, or with a command. */
      fires_by_itself: boolean
      /** @description It was made without a start and fired the moment it was made. */
      fires_at_once?: boolean
      /** @description Why its last look at its data failed. */
      problem?: string
      webhook_url?: string
      /** @description Of a webhook; told when it is made, and by /credentials. */
      secret?: string
      created_by: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    TriggerDocument: {
      /** @description YAML. */
      text: string
      /** @description Where it lay; its relative paths are seen from there. */
      file?: string
      /** @description Nobody wrote it: it is made from what is known. */
      is_made: boolean
    }
    TriggerRequest: {
      /** @description Absolute path of its YAML file. */
      file?: string
      /** @description What the YAML file would say, instead of one. */
      document?: {
        [key: string]: unknown
      }
      /** @description Absolute folder that paths in `document` are relative to. */
      folder?: string
      /** @description Fields by dotted path; they win over the document. */
      overrides?: {
        [key: string]: string
      }
      /** @description Its YAML, instead of a file: open to who may not name files of the server, and so names none. */
      text?: string
    }
    TriggerSecret: {
      secret: string
      webhook_url: string
    }
    TriggerTest: {
      inputs: {
        [key: string]: string
      }
      variables: {
        [key: string]: string
      }
    }
    UpdateAsset: {
      description?: string
      /** @description Set by key; null removes. */
      tags?: {
        [key: string]: string | null
      }
      /** @description Set by key; null removes. */
      properties?: {
        [key: string]: string | null
      }
    }
    Upload: {
      upload_id: string
      /** @description The artifact in the store: experiment, run, `artifacts` and its own path. */
      path: string
      /** @description What has arrived, by number. */
      parts: components['schemas']['UploadPart'][]
    }
    UploadPart: {
      number: number
      size_bytes: number
      /** @description SHA-256. */
      digest: string
    }
    WebhookAnswer: {
      status: 'accepted' | 'known' | 'ignored'
      detail?: string
    }
    WebhookDelivery: {
      id: string
      /** @description e.g. `model_version.created`. */
      event: string
      state: 'pending' | 'delivered' | 'failed'
      attempts: number
      response_status?: number
      error?: string
      /** Format: date-time */
      next_at?: string
      /** Format: date-time */
      created_at: string
      /** Format: date-time */
      updated_at: string
    }
    WholeSpan: {
      span_id: string
      parent_span_id?: string
      name: string
      /** @description E.g. CHAT_MODEL, TOOL, RETRIEVER; UNKNOWN where the client does not say. */
      type: string
      status: 'UNSET' | 'OK' | 'ERROR'
      /** @description After the beginning of the trace, in parts of a millisecond. */
      start_ms: number
      /** @description Absent while it is under way. */
      duration_ms?: number
      total_tokens?: number
      status_message?: string
      inputs?: unknown
      outputs?: unknown
      model?: string
      tokens?: {
        [key: string]: number
      }
      cost?: {
        [key: string]: number
      }
      attributes: {
        [key: string]: unknown
      }
      events: {
        name: string
        /** @description After the beginning of the span. */
        at_ms: number
        attributes: {
          [key: string]: unknown
        }
      }[]
      links: {
        trace_id: string
        span_id: string
      }[]
      resource: {
        [key: string]: unknown
      }
    }
    WholeTrace: {
      trace_id: string
      experiment_id: string
      name?: string
      state: 'STATE_UNSPECIFIED' | 'OK' | 'ERROR' | 'IN_PROGRESS'
      /** Format: date-time */
      started_at: string
      /** @description Absent while it is under way. */
      duration_ms?: number
      /** @description The beginning of what was asked. */
      request?: string
      response?: string
      total_tokens?: number
      /** @description In US dollars, as the client reckons it. */
      total_cost?: number
      session?: string
      user?: string
      run_id?: string
      /** @description False: its client said that more spans come. */
      is_whole: boolean
      tags: {
        [key: string]: string
      }
      metadata: {
        [key: string]: string
      }
      assessments: components['schemas']['Assessment'][]
      linked_runs: string[]
      prompts: {
        name: string
        version: string
      }[]
      /** @description The root first, then by start. */
      spans: components['schemas']['Span'][]
    }
  }
  responses: never
  parameters: never
  requestBodies: never
  headers: never
  pathItems: never
}
export type $defs = Record<string, never>
export interface operations {
  getHealth: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getStatus: {
    parameters: {
      query?: {
        check?: boolean
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Status']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobs: {
    parameters: {
      query?: {
        parent?: string
        status?: (
          | 'NotStarted'
          | 'Queued'
          | 'Preparing'
          | 'Running'
          | 'Finalizing'
          | 'Completed'
          | 'Failed'
          | 'CancelRequested'
          | 'Canceled'
        )[]
        experiment_name?: string
        text?: string
        tag?: string
        component?: string
        environment?: string
        archived?: 'without' | 'with' | 'only'
        with_children?: boolean
        limit?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Job'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postJobs: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['Submission']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SubmittedJob']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postPlan: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['Submission']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Plan']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postValidate: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          file: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            kind: string
            name?: string
            /** @description What was written and is not used; never a reason not to run. */
            warnings?: {
              message: string
              hint?: string
              at?: {
                file: string
                line: number
                column: number
              }
              /** @description The source line with a caret below it. */
              frame?: string
            }[]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobCounts: {
    parameters: {
      query?: {
        parent?: string
        status?: (
          | 'NotStarted'
          | 'Queued'
          | 'Preparing'
          | 'Running'
          | 'Finalizing'
          | 'Completed'
          | 'Failed'
          | 'CancelRequested'
          | 'Canceled'
        )[]
        experiment_name?: string
        text?: string
        tag?: string
        component?: string
        environment?: string
        archived?: 'without' | 'with' | 'only'
        with_children?: boolean
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobCounts']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteJobsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchJobsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['JobTags']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameChildren: {
    parameters: {
      query?: {
        changed_after?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Job'][]
            /** @description To ask with next, as changed_after. */
            latest_seq: number
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameTrials: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trials']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameDiff: {
    parameters: {
      query?: {
        with?: string
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobDiff']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameDocument: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postJobsNameCancel: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description What for; said wherever the job is shown. */
          reason?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postJobsNameRetry: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Takes over whatever completed, and runs only what failed or was canceled. */
          only_failed?: boolean
          /** @description Paths of steps, e.g. `train` or `prepare.clean`; a nested pipeline names all steps in it. */
          from?: string[]
        }
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postJobsNamePlan: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Takes over whatever completed, and runs only what failed or was canceled. */
          only_failed?: boolean
          /** @description Paths of steps, e.g. `train` or `prepare.clean`; a nested pipeline names all steps in it. */
          from?: string[]
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Plan']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postJobsNameArchive: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postJobsNameRestore: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postJobsNameReproduce: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getExamples: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Example'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postExamplesNameJobs: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SubmittedJob']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameLog: {
    parameters: {
      query?: {
        offset?: number
        tail?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameLogStream: {
    parameters: {
      query?: {
        offset?: number
        tail?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameGraph: {
    parameters: {
      query?: {
        within?: string
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobGraph']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameTimeline: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobTimeline']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameLogSearch: {
    parameters: {
      query: {
        text: string
        offset?: number
        limit?: number
        match_case?: boolean
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['LogSearch']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameLogLines: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['LogLines']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getQueue: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Queue']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameCode: {
    parameters: {
      query?: {
        step?: string
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: {
              path: string
              size_bytes: number
              digest: string
            }[]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameCodeContent: {
    parameters: {
      query: {
        step?: string
        path: string
        max_bytes?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameOutputsOutput: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        output: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobOutput']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameOutputsOutputContent: {
    parameters: {
      query?: {
        path?: string
        max_bytes?: number
      }
      header?: never
      path: {
        name: string
        output: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameInputsInput: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        input: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobOutput']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameInputsInputContent: {
    parameters: {
      query?: {
        path?: string
        max_bytes?: number
      }
      header?: never
      path: {
        name: string
        input: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEvents: {
    parameters: {
      query?: {
        after?: number
        subject?: string
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Event'][]
            /** @description Of the latest event there is: from there a reader hears only what is new. */
            latest_seq: number
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getCost: {
    parameters: {
      query?: {
        by?: 'job' | 'step' | 'experiment' | 'deployment'
        since?: string
        job?: string
        experiment?: string
        endpoint?: string
        limit?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Cost']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getJobsNameCost: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['JobCost']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getBudgets: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Budgets']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getModels: {
    parameters: {
      query?: {
        limit?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Model'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postModels: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateAsset']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CreatedModelVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getModelsName: {
    parameters: {
      query?: {
        limit?: number
        page_token?: string
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ModelWithVersions']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteModelsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getRunsRunIdComments: {
    parameters: {
      query?: never
      header?: never
      path: {
        run_id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Comment'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postRunsRunIdComments: {
    parameters: {
      query?: never
      header?: never
      path: {
        run_id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewComment']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Comment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getModelsNameComments: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Comment'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postModelsNameComments: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewComment']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Comment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getModelsNameVersionsVersionComments: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Comment'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postModelsNameVersionsVersionComments: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewComment']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Comment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putCommentsId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AdoptedComment']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** @description False: it was there already. */
            created: boolean
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteCommentsId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchCommentsId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewComment']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Comment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getViews: {
    parameters: {
      query?: {
        page?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['SavedView'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postViews: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewSavedView']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SavedView']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getViewsId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SavedView']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putViewsId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AdoptedView']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** @description False: it was there already. */
            created: boolean
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteViewsId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchViewsId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SavedViewChange']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SavedView']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getComments: {
    parameters: {
      query?: {
        max_results?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['PlacedComment'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getModelsNameHistory: {
    parameters: {
      query?: {
        limit?: number
        page_token?: string
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['ModelTransition'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTrackingPurge: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['Purge']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PurgeReport']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getWebhooksIdDeliveries: {
    parameters: {
      query?: {
        limit?: number
      }
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['WebhookDelivery'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getData: {
    parameters: {
      query?: {
        include_archived?: boolean
        limit?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetList']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postData: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateAsset']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CreatedAsset']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getDataName: {
    parameters: {
      query?: {
        include_archived?: boolean
        limit?: number
        page_token?: string
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetWithVersions']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteDataName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getDataNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteDataNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchDataNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateAsset']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putDataNameLabelsLabel: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        label: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description The version the label is to stand for. */
          version: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteDataNameLabelsLabel: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        label: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postDataNameArchive: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postDataNameRestore: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postDataNameVersionsVersionArchive: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postDataNameVersionsVersionRestore: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEnvironments: {
    parameters: {
      query?: {
        include_archived?: boolean
        limit?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetList']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEnvironments: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateAsset']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CreatedAsset']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEnvironmentsName: {
    parameters: {
      query?: {
        include_archived?: boolean
        limit?: number
        page_token?: string
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetWithVersions']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteEnvironmentsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEnvironmentsNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteEnvironmentsNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchEnvironmentsNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateAsset']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putEnvironmentsNameLabelsLabel: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        label: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description The version the label is to stand for. */
          version: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteEnvironmentsNameLabelsLabel: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        label: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEnvironmentsNameArchive: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEnvironmentsNameRestore: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEnvironmentsNameVersionsVersionArchive: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEnvironmentsNameVersionsVersionRestore: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getComponents: {
    parameters: {
      query?: {
        include_archived?: boolean
        limit?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetList']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postComponents: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateAsset']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CreatedAsset']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getComponentsName: {
    parameters: {
      query?: {
        include_archived?: boolean
        limit?: number
        page_token?: string
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetWithVersions']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteComponentsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getComponentsNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteComponentsNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchComponentsNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateAsset']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putComponentsNameLabelsLabel: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        label: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description The version the label is to stand for. */
          version: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteComponentsNameLabelsLabel: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        label: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postComponentsNameArchive: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postComponentsNameRestore: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postComponentsNameVersionsVersionArchive: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postComponentsNameVersionsVersionRestore: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getDataNameVersionsVersionFiles: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: {
              path: string
              size_bytes: number
              digest: string
            }[]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getDataNameVersionsVersionContent: {
    parameters: {
      query: {
        path: string
      }
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEnvironmentsNameVersionsVersionLock: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Resolves anew and keeps the newer versions. */
          upgrade?: boolean
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['EnvironmentLock']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEnvironmentLocks: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Absolute path of its YAML file. */
          file?: string
          /** @description What the YAML file would say, instead of one. */
          document?: {
            [key: string]: unknown
          }
          /** @description Absolute folder that paths in `document` are relative to. */
          folder?: string
          /** @description Fields by dotted path; they win over the document. */
          overrides?: {
            [key: string]: string
          }
          /** @description Resolves anew and keeps the newer versions. */
          upgrade?: boolean
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['EnvironmentLock']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getModelsNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ModelVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteModelsNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchModelsNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateAsset']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ModelVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putModelsNameLabelsLabel: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        label: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description The version the label is to stand for. */
          version: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ModelVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteModelsNameLabelsLabel: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        label: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postModelsNameVersionsVersionArchive: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postModelsNameVersionsVersionRestore: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getDatastores: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Datastore'][]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postDatastores: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateAsset']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Datastore']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getDatastoresName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Datastore']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteDatastoresName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchDatastoresName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['UpdateAsset']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Datastore']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postGc: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Counts, and removes nothing. */
          dry_run?: boolean
          /** @description Also what only jobs refer to that ended so long ago; the jobs stay. */
          outputs_older_than_days?: number
          /** @description Also environments that no job asked for since. */
          environments_older_than_days?: number
          /** @description First, for good, runs, experiments and logged models deleted so long ago. */
          deleted_older_than_days?: number
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['GarbageReport']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postComponentsNameVersionsVersionJobs: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ComponentJobRequest']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Job']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getComponentUse: {
    parameters: {
      query?: {
        reference?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['AssetUse'][]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEnvironmentUse: {
    parameters: {
      query?: {
        reference?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['AssetUse'][]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEnvironmentStates: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['EnvironmentSummary'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEnvironmentsNameVersionsVersionState: {
    parameters: {
      query?: {
        registry?: string
      }
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['EnvironmentState']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEnvironmentsNameVersionsVersionBuild: {
    parameters: {
      query?: {
        registry?: string
      }
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['EnvironmentState']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEnvironmentsNameVersionsVersionBuildLog: {
    parameters: {
      query?: {
        registry?: string
        offset?: number
      }
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            text: string
            /** @description In bytes; where to go on, and how long it is so far. */
            next_offset: number
            /** @description No build is under way, so nothing will follow. */
            is_complete: boolean
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getDataNameVersionsVersionProfile: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TableProfile']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTablesProfile: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description A reference (azureml:NAME:VERSION, azureml://..., https://...) or an absolute path of the server’s machine. */
          source: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TableProfile']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTablesLocation: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description A reference (azureml:NAME:VERSION, azureml://..., https://...) or an absolute path of the server’s machine. */
          source: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TableLocation']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTablesSample: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description A reference (azureml:NAME:VERSION, azureml://..., https://...) or an absolute path of the server’s machine. */
          source: string
          rows?: number
          /** @description Rows at random; without it the first. */
          seed?: number
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TableRows']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTablesDiff: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description A reference (azureml:NAME:VERSION, azureml://..., https://...) or an absolute path of the server’s machine. */
          reference: string
          /** @description A reference (azureml:NAME:VERSION, azureml://..., https://...) or an absolute path of the server’s machine. */
          current: string
          columns?: string[]
          number_metric?:
            | 'normalized_wasserstein_distance'
            | 'wasserstein_distance'
            | 'two_sample_kolmogorov_smirnov_test'
            | 'population_stability_index'
            | 'jensen_shannon_distance'
          category_metric?: 'jensen_shannon_distance' | 'population_stability_index' | 'pearsons_chi_squared_test'
          threshold?: number
          mode?: 'exact' | 'bounded' | 'evidently'
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TableDiff']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTablesQuery: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description One SELECT. */
          sql: string
          /** @description Names of tables and where they are. */
          inputs: {
            [key: string]: string
          }
          rows?: number
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TableRows']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTablesAnswer: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description One SELECT. */
          sql: string
          /** @description Names of tables and where they are. */
          inputs: {
            [key: string]: string
          }
          format: 'csv' | 'json' | 'parquet'
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postDataNameQuery: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description One SELECT; absent: the saved one is asked again. */
          sql?: string
          inputs?: {
            [key: string]: string
          }
          /** @description Absent: those of the newest version stay. */
          charts?: components['schemas']['Chart'][]
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AssetVersion']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTablesTests: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description YAML of type data_tests. */
          tests: string
          /** @description Names of tables of the file, and where they are instead. */
          sources?: {
            [key: string]: string
          }
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DataTestResults']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getQueries: {
    parameters: {
      query?: {
        limit?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['SavedQuery'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getDataNameVersionsVersionQuery: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SavedQuery']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getDataNameVersionsVersionCharts: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DrawnCharts']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getRunsRunIdMetricsSeries: {
    parameters: {
      query: {
        points?: number
        axis?: 'step' | 'time'
        from?: number
        to?: number
        key: string
      }
      header?: never
      path: {
        run_id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            run_id: string
            key: string
            axis: string
            /** @description How many values there are in all. */
            count: number
            points: {
              /** @description First place of the axis that this point stands for. */
              from: number
              /** @description The last one. */
              to: number
              /** @description How many values were logged there. */
              count: number
              nan_count: number
              min?: number
              max?: number
              last?: number
            }[]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postRuns: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          run_id: string
          experiment_id: string
          run_name: string
          user_id?: string
          status: 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED'
          start_ms: number
          end_ms?: number
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** @description False: it was there already. */
            created: boolean
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postLoggedModels: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          model_id: string
          experiment_id: string
          name: string
          model_type?: string
          source_run_id?: string
          status: 'UNSPECIFIED' | 'PENDING' | 'READY' | 'UPLOAD_FAILED'
          created_ms: number
          updated_ms: number
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** @description False: it was there already. */
            created: boolean
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putEvaluationDatasetsDatasetId: {
    parameters: {
      query?: never
      header?: never
      path: {
        dataset_id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          name: string
          experiment_ids?: string[]
          tags?: {
            [key: string]: string
          }
          created_ms: number
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** @description False: it was there already. */
            created: boolean
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postRunsSearch: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          experiment_ids: string[]
          /** @description In MLflow's language, e.g. metrics.acc > 0.9 and params.lr = '0.1'. */
          filter?: string
          view?: 'active' | 'deleted' | 'all'
          /** @description E.g. metrics.acc DESC; newest first at the end. */
          order_by?: string[]
          /** @description E.g. metrics.acc, params.lr, tags.team. */
          columns?: string[]
          max_results?: number
          page_token?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: {
              run_id: string
              experiment_id: string
              name: string
              user: string
              status: 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED'
              /** Format: date-time */
              started_at: string
              /** Format: date-time */
              ended_at?: string
              lifecycle_stage: 'active' | 'deleted'
              /** @description In the order of the columns asked for. */
              values: (number | string | null)[]
            }[]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postRunsCount: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          experiment_ids: string[]
          /** @description In MLflow's language, e.g. metrics.acc > 0.9 and params.lr = '0.1'. */
          filter?: string
          view?: 'active' | 'deleted' | 'all'
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            total: number
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postRunsCountChildren: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          experiment_ids: string[]
          view?: 'active' | 'deleted' | 'all'
          run_ids: string[]
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** @description In the order of the runs; 0 for one that is unknown. */
            children: number[]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getExperimentsExperimentIdRunKeys: {
    parameters: {
      query?: never
      header?: never
      path: {
        experiment_id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            metrics: string[]
            params: string[]
            tags: string[]
            /** @description False: params or tags that only few of very many runs have may be missing. */
            is_complete: boolean
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postRunsCompare: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          run_ids: string[]
          /** @description Leave out what is the same in all. */
          only_different?: boolean
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            runs: {
              run_id: string
              experiment_id: string
              name: string
              user: string
              status: 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED'
              /** Format: date-time */
              started_at: string
              /** Format: date-time */
              ended_at?: string
              lifecycle_stage: 'active' | 'deleted'
            }[]
            metrics: {
              key: string
              values: (number | string | null)[]
            }[]
            params: {
              key: string
              values: (number | string | null)[]
            }[]
            tags: {
              key: string
              values: (number | string | null)[]
            }[]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postMetricsSeries: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          run_ids: string[]
          keys: string[]
          /** @description Usually the width in pixels. */
          points?: number
          axis?: 'step' | 'time'
          from?: number
          to?: number
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            axis: 'step' | 'time'
            items: {
              run_id: string
              key: string
              /** @description How many values there are in all. */
              count: number
              from: number[]
              to: number[]
              counts: number[]
              nan_counts: number[]
              min: (number | null)[]
              max: (number | null)[]
              last: (number | null)[]
            }[]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postRunsGroups: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          experiment_ids: string[]
          /** @description In MLflow's language, e.g. metrics.acc > 0.9 and params.lr = '0.1'. */
          filter?: string
          view?: 'active' | 'deleted' | 'all'
          /** @description A param or tag, e.g. params.model. */
          by: string
          /** @description E.g. metrics.acc. */
          metrics?: string[]
          /** @description value, runs, or the mean of a metric, e.g. metrics.acc; then DESC or ASC. */
          order_by?: string
          max_results?: number
          page_token?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: {
              /** @description Null: the runs that have no such param or tag. */
              value: string | null
              runs: number
              /** @description In the order of the metrics asked for. */
              metrics: ({
                /** @description Runs that have a number; NaN is none. */
                count: number
                min: number
                mean: number
                max: number
              } | null)[]
            }[]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTracesSearch: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Absent: every experiment that is not deleted. */
          experiment_ids?: string[]
          /** @description In MLflow's language, e.g. span.name = 'retrieve' and feedback.correct = 'true'. */
          filter?: string
          /**
           * Format: date-time
           * @description Begun at this time or later.
           */
          from?: string
          /**
           * Format: date-time
           * @description Begun before this time.
           */
          to?: string
          state?: 'STATE_UNSPECIFIED' | 'OK' | 'ERROR' | 'IN_PROGRESS'
          /** @description E.g. execution_time_ms DESC; newest first at the end. */
          order_by?: string[]
          max_results?: number
          page_token?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Trace'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTracesCount: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Absent: every experiment that is not deleted. */
          experiment_ids?: string[]
          /** @description In MLflow's language, e.g. span.name = 'retrieve' and feedback.correct = 'true'. */
          filter?: string
          /**
           * Format: date-time
           * @description Begun at this time or later.
           */
          from?: string
          /**
           * Format: date-time
           * @description Begun before this time.
           */
          to?: string
          state?: 'STATE_UNSPECIFIED' | 'OK' | 'ERROR' | 'IN_PROGRESS'
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            total: number
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getTracesTraceId: {
    parameters: {
      query?: never
      header?: never
      path: {
        trace_id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WholeTrace']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getTracesTraceIdSpansSpanId: {
    parameters: {
      query?: never
      header?: never
      path: {
        trace_id: string
        span_id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WholeSpan']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postUploads: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewUpload']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Upload']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getUploadsUploadId: {
    parameters: {
      query?: never
      header?: never
      path: {
        upload_id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Upload']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteUploadsUploadId: {
    parameters: {
      query?: never
      header?: never
      path: {
        upload_id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putUploadsUploadIdPartsNumber: {
    parameters: {
      query?: never
      header?: never
      path: {
        upload_id: string
        number: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['UploadPart']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postUploadsUploadIdComplete: {
    parameters: {
      query?: never
      header?: never
      path: {
        upload_id: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description SHA-256 that the whole must have. */
          digest?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CompletedUpload']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpoints: {
    parameters: {
      query?: {
        limit?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Endpoint'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpoints: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Overrides what the file says. */
          name?: string
          /** @description Absolute path of a YAML file on the server’s machine. */
          file?: string
          /** @description Values by dotted path, over what the file says. */
          set?: {
            [key: string]: string
          }
          auth_mode?: 'none' | 'key'
          description?: string
          tags?: {
            [key: string]: string
          }
          properties?: {
            [key: string]: string
          }
          routing?: {
            /** @description Says for whom a request is. */
            unit_header?: string
            /** @description Chooses a deployment by name or label. */
            deployment_header?: string
            /** @description Deployment by label. */
            labels?: {
              [key: string]: string
            }
          }
        }
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Endpoint']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Endpoint']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteEndpointsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchEndpointsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Absolute path of a YAML file on the server’s machine. */
          file?: string
          /** @description Values by dotted path, over what the file says. */
          set?: {
            [key: string]: string
          }
          /** @description The version that the endpoint must have; else 409 and nothing changes. */
          version?: number
          /** @description Why, for the event. */
          reason?: string
          auth_mode?: 'none' | 'key'
          description?: string
          tags?: {
            [key: string]: string
          }
          properties?: {
            [key: string]: string
          }
          /** @description Percent by deployment. */
          traffic?: {
            [key: string]: number
          }
          /** @description Percent by deployment. */
          mirror_traffic?: {
            [key: string]: number
          }
          routing?: {
            /** @description Says for whom a request is. */
            unit_header?: string
            /** @description Chooses a deployment by name or label. */
            deployment_header?: string
            /** @description Deployment by label. */
            labels?: {
              [key: string]: string
            }
          }
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Endpoint']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpointsNameRollback: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description The version that the endpoint must have; else 409 and nothing changes. */
          version?: number
          /** @description Why, for the event. */
          reason?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Endpoint']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsNameOpenapi: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpointsNameDeploy: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          deployment?: string
          /** @description `azureml:NAME:VERSION` or `NAME@ALIAS`. */
          model?: string
          /** @description Absolute path of a deployment or endpoint YAML. */
          file?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Endpoint']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpointsNameInvoke: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          deployment?: string
          headers?: {
            [key: string]: string
          }
          body: unknown
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            /** @description HTTP status of the scoring answer. */
            status: number
            /** @description The one that answered. */
            deployment: string
            /** @description What outcomes are reported for. */
            request_id: string
            content_type: string
            /** @description Parsed where it is JSON, else its text. */
            body: unknown
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsNameCredentials: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            primary_key: string
            secondary_key: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpointsNameRegenerateKeys: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          key: 'primary' | 'secondary'
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            primary_key: string
            secondary_key: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsNameDeployments: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Deployment'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpointsNameDeployments: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          name?: string
          /** @description `azureml:NAME:VERSION` or `NAME@ALIAS`. */
          model?: string
          /** @description Absolute path of a YAML file on the server’s machine. */
          file?: string
          /** @description Values by dotted path, over what the file says. */
          set?: {
            [key: string]: string
          }
          /** @description Gives it all traffic once it is ready. */
          all_traffic?: boolean
          /** @description Answers when the deployment does (default), or at once. */
          wait?: boolean
        }
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Deployment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsNameDeploymentsDeployment: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        deployment: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Deployment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteEndpointsNameDeploymentsDeployment: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        deployment: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchEndpointsNameDeploymentsDeployment: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        deployment: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description `azureml:NAME:VERSION` or `NAME@ALIAS`. */
          model?: string
          /** @description Absolute path of a YAML file on the server’s machine. */
          file?: string
          /** @description Values by dotted path, over what the file says. */
          set?: {
            [key: string]: string
          }
          /** @description Gives it all traffic once it is ready. */
          all_traffic?: boolean
          /** @description Answers when the deployment does (default), or at once. */
          wait?: boolean
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Deployment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsNameDeploymentsDeploymentLog: {
    parameters: {
      query?: {
        offset?: number
        lines?: number
      }
      header?: never
      path: {
        name: string
        deployment: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            text: string
            next_offset: number
            /** @description It may grow any time. */
            is_at_end: boolean
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsNameRollout: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Rollout']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpointsNameRollout: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description A deployment that is ready. */
          to?: string
          /** @description Deployed as the one with most traffic is. */
          model?: string
          /** @description Absolute path of a deployment YAML. */
          file?: string
          /** @description Name of the new deployment. */
          deployment?: string
          steps?: number[]
          /** @description Seconds a step holds (600). */
          hold?: number
          /** @description Of the candidate, in a step (30). */
          min_requests?: number
          /** @description e.g. error-rate>1%, worse:latency. */
          abort_on?: string[]
          /** @description The version that the endpoint must have. */
          version?: number
        }
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Rollout']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsNameRollouts: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Rollout'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpointsNameRolloutAbort: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          reason?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Rollout']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpointsNameRolloutPromote: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          reason?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Rollout']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsNameComparison: {
    parameters: {
      query?: {
        baseline?: string
        candidate?: string
        metrics?: string
        margins?: string
        covariate?: string
        since?: string
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Comparison']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postEndpointsNameOutcomes: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': ({
          request_id: string
        } & {
          [key: string]: number
        })[]
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            stored_count: number
            /** @description Request ids that no recorded request has. */
            unknown_count: number
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getEndpointsNameSeries: {
    parameters: {
      query?: {
        from?: string
        to?: string
        step?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['EndpointSeries']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postModelPackages: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['PackageRequest']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postModelExports: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ExportRequest']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getModelsNameVersionsVersionPackages: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['KeptPackage'][]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postModelsNameVersionsVersionPackages: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description tar: below a folder of its own; folder: without one; oci: a tar of an OCI image layout. */
          format?: 'tar' | 'folder' | 'oci'
        }
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KeptPackage']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getModelPackagesIdFile: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getModelPackagesIdBillOfMaterials: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteModelPackagesId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getPayloads: {
    parameters: {
      query?: {
        endpoint?: string
        deployment?: string
        collection?: string
        from?: string
        to?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['PayloadCollection'][]
            /** @description What became of requests since the server started, windows that are still open included. */
            since_start: components['schemas']['PayloadCounts'][]
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getPayloadsWindows: {
    parameters: {
      query?: {
        endpoint?: string
        deployment?: string
        collection?: string
        from?: string
        to?: string
        limit?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['PayloadWindow'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getPayloadsRows: {
    parameters: {
      query: {
        endpoint: string
        collection: string
        deployment?: string
        from?: string
        to?: string
        limit?: number
        page_token?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PayloadRowList']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postPayloadsEndWindows: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['PayloadWindow'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getPayloadsRequestsId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['StoredRequest']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getBatchEndpoints: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['BatchEndpoint'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postBatchEndpoints: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['BatchEndpointChange']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BatchEndpoint']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getBatchEndpointsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BatchEndpoint']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteBatchEndpointsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  patchBatchEndpointsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['BatchEndpointChange']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BatchEndpoint']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getBatchEndpointsNameDeployments: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['BatchDeployment'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postBatchEndpointsNameDeployments: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewBatchDeployment']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BatchDeployment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postBatchDeployments: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewBatchDeployment']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BatchDeployment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getBatchEndpointsNameDeploymentsDeployment: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        deployment: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BatchDeployment']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteBatchEndpointsNameDeploymentsDeployment: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        deployment: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postBatchEndpointsNameInvoke: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['BatchInvocation']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['BatchJob']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getBatchEndpointsNameJobs: {
    parameters: {
      query?: {
        deployment?: string
        limit?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['BatchJob'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getLineagePredictionsId: {
    parameters: {
      query?: never
      header?: never
      path: {
        id: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Lineage']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getLineageModelsNameVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Lineage']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getLineageJobsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Lineage']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getPublishedPipelines: {
    parameters: {
      query?: {
        with_archived?: boolean
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['PublishedPipeline'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postPublishedPipelines: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Absolute path of a job file on the machine of the server, or azureml:JOB for an earlier job: its files as they were, with what it was given. */
          file: string
          name: string
          version?: string
          description?: string
          tags?: {
            [key: string]: string
          }
        }
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PublishedPipeline']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getPublishedPipelinesName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PublishedPipelineWithVersions']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deletePublishedPipelinesName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getPublishedPipelinesNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PublishedPipeline']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deletePublishedPipelinesNameVersionsVersion: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getPublishedPipelinesNameCredentials: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            primary_key: string
            secondary_key: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postPublishedPipelinesNameRotateKey: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Refuses every key given out so far. */
          revoke_old?: boolean
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            primary_key: string
            secondary_key: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postPublishedPipelinesNameEnable: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Default: every version. */
          version?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PublishedPipeline']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postPublishedPipelinesNameDisable: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Default: every version. */
          version?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PublishedPipeline']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postPublishedPipelinesNameArchive: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Default: every version. */
          version?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PublishedPipeline']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postPublishedPipelinesNameJobs: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          inputs?: {
            [key: string]: unknown
          }
          experiment_name?: string
          display_name?: string
          tags?: {
            [key: string]: string
          }
          ExperimentName?: string
          DisplayName?: string
          ParameterAssignments?: {
            [key: string]: unknown
          }
          DataPathAssignments?: {
            [key: string]: unknown
          }
          Tags?: {
            [key: string]: string
          }
        }
      }
    }
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PipelineJob']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postPublishedPipelinesNameVersionsVersionJobs: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          inputs?: {
            [key: string]: unknown
          }
          experiment_name?: string
          display_name?: string
          tags?: {
            [key: string]: string
          }
          ExperimentName?: string
          DisplayName?: string
          ParameterAssignments?: {
            [key: string]: unknown
          }
          DataPathAssignments?: {
            [key: string]: unknown
          }
          Tags?: {
            [key: string]: string
          }
        }
      }
    }
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PipelineJob']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getPublishedPipelinesNameJobsJob: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        job: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['PipelineJob']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getSchedules: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Trigger'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postSchedules: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TriggerRequest']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getSchedulesName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putSchedulesName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TriggerRequest']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteSchedulesName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getSchedulesNameDocument: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TriggerDocument']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getSchedulesNameFirings: {
    parameters: {
      query?: {
        limit?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Firing'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postSchedulesNamePause: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postSchedulesNameResume: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postSchedulesNameRun: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description What an event would say: names of `${{ }}` and values. */
          variables?: {
            [key: string]: string
          }
        }
      }
    }
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Firing']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postSchedulesNameTest: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description What an event would say: names of `${{ }}` and values. */
          variables?: {
            [key: string]: string
          }
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TriggerTest']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getSchedulesNameNext: {
    parameters: {
      query?: {
        limit?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['NextTime'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postSchedulesNameBackfill: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description RFC 3339, e.g. 2026-03-01T09:00:00Z. */
          from: string
          /** @description RFC 3339; this time is the last. */
          to: string
          /** @description Says what would be submitted; submits nothing. */
          preview?: boolean
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Backfill']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getTriggers: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Trigger'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTriggers: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TriggerRequest']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getTriggersName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putTriggersName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TriggerRequest']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteTriggersName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getTriggersNameDocument: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TriggerDocument']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getTriggersNameFirings: {
    parameters: {
      query?: {
        limit?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Firing'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTriggersNamePause: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTriggersNameResume: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Trigger']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTriggersNameRun: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description What an event would say: names of `${{ }}` and values. */
          variables?: {
            [key: string]: string
          }
        }
      }
    }
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Firing']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTriggersNameTest: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description What an event would say: names of `${{ }}` and values. */
          variables?: {
            [key: string]: string
          }
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TriggerTest']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTriggersNameWebhook: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['WebhookAnswer']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getTriggersNameCredentials: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TriggerSecret']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postTriggersNameRotateSecret: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TriggerSecret']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getMonitors: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Monitor'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postMonitors: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateAsset']
      }
    }
    responses: {
      /** @description Success */
      201: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Monitor']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getMonitorsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Monitor']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  putMonitorsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['CreateAsset']
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Monitor']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  deleteMonitorsName: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      204: {
        headers: {
          [name: string]: unknown
        }
        content?: never
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postMonitorsNamePause: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Monitor']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postMonitorsNameResume: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Monitor']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postMonitorsNameRun: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description RFC 3339, e.g. 2026-03-01T09:00:00Z. */
          at?: string
          /** @description Production windows begin here. RFC 3339, e.g. 2026-03-01T09:00:00Z. */
          since?: string
        }
      }
    }
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['MonitorRun']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getMonitorsNameRuns: {
    parameters: {
      query?: {
        limit?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['MonitorRun'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getMonitorsNameRunsRun: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['MonitorRunWithVerdicts']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getMonitorsNameVerdicts: {
    parameters: {
      query?: {
        signal?: string
        feature?: string
        since?: string
        limit?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['TimedMonitorVerdict'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getMonitorsNameBreaches: {
    parameters: {
      query?: {
        limit?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['MonitorBreach'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getMonitorsNameRetraining: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['MonitorRetraining']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postMonitorsNameRetrain: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      202: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['MonitorBreach']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getAlerts: {
    parameters: {
      query?: {
        limit?: number
        open?: boolean
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Alert'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getMonitorsNameAlerts: {
    parameters: {
      query?: {
        limit?: number
        open?: boolean
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Alert'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  getMonitorsNameDeliveries: {
    parameters: {
      query?: {
        limit?: number
      }
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['AlertDelivery'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postMonitorsNameAcknowledge: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Absent: every signal. */
          signal?: string
          note?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': {
            items: components['schemas']['Alert'][]
            next_page_token?: string
          }
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postMonitorsNameMute: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Absent: every signal. */
          signal?: string
          /** @description Seconds; absent: until unmuted. */
          for?: number
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Monitor']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
  postMonitorsNameUnmute: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': {
          /** @description Absent: every signal. */
          signal?: string
        }
      }
    }
    responses: {
      /** @description Success */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Monitor']
        }
      }
      /** @description Error */
      default: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Error']
        }
      }
    }
  }
}
