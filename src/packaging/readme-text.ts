import type { EnvironmentLock } from '../environments/environment-builder.ts'

export interface Readme {
  readonly name: string
  readonly version: string
  readonly python: string
  readonly packageCount: number
  readonly lock: EnvironmentLock
}

/** What is in the package and how to run it, for whoever receives it. */
export function readmeText({ name, version, python, packageCount, lock }: Readme): string {
  const packages = packageCount === 1 ? '1 package' : `${packageCount} packages`
  return `# ${name}, version ${version}

A model with everything that answers requests. It runs without Sluiceworks.

## Start

    ./start.sh

makes an environment in \`.venv\` once (Python ${python}, ${packages}; it was resolved on ${lock.platform}), with uv where it
is installed and with venv and pip otherwise, and serves at http://127.0.0.1:5001. \`--port 8080\` takes another port.

    curl -H 'content-type: application/json' -d @request.json http://127.0.0.1:5001/score

\`/invocations\` answers as \`mlflow models serve\` does, \`/v2\` speaks the Open Inference Protocol, \`/ping\` and
\`/health\` say that it is up, and \`/swagger.json\` (\`?version=3\`) describes it. Requests that come together are predicted
together where the model's library allows it. SIGTERM ends it when what was asked is answered.

Others reach it when it listens elsewhere. They must then send a key:

    SCORING_KEY=... ./start.sh --host 0.0.0.0
    curl -H 'authorization: Bearer ...' ...

\`--open\` in the place of the key answers everybody.

## Check

    ./verify sha256:...

compares every file with \`manifest.json\` and the manifest with the digest that was printed when the package was made.

## What is in it

- \`model.json\`: what is loaded, and which run it came from;
- \`azureml-models/\` the model, \`code/\` its scoring script if it has one, \`server/\` the server;
- \`requirements.txt\`: the exact packages; \`sbom.cdx.json\`: the bill of materials (CycloneDX), with licences.
`
}
