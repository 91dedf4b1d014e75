import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { importsAzureServer, withAzureServer } from './azure-script.ts'
import { temporaryFolder } from './serving.test-support.ts'

test("a script is Azure ML's when it or a module beside it imports what only that server runs", async (t) => {
  const cases: Readonly<Record<string, boolean>> = {
    'from inference_schema.schema_decorators import input_schema\n': true,
    'import json\nfrom azureml.contrib.services.aml_request import rawhttp\n': true,
    'try:\n    import azureml.core\nexcept ImportError:\n    pass\n': true,
    'from flask import Response\n': true,
    '# from azureml.core import Run\nimport json\n': false,
    'import azuremlx\nfrom my.azureml import x\n': false,
    '"azureml"\n': false,
  }
  for (const [index, [text, expected]] of Object.entries(cases).entries()) {
    const folder = join(await temporaryFolder(t), `code-${index}`)
    await mkdir(join(folder, 'parts'), { recursive: true })
    await writeFile(join(folder, 'score.py'), 'import parts.one\n')
    await writeFile(join(folder, 'notes.txt'), 'import azureml\n')
    await writeFile(join(folder, 'parts', 'one.py'), text)
    assert.equal(await importsAzureServer(folder), expected, text)
  }
})

test("its environment gets the server's package, and the log says so; the machine's own Python stays as it is", () => {
  const lines: string[] = []
  const base = { kind: 'requirements', lines: ['numpy'] } as const
  const packages = ['azureml-inference-server-http']
  assert.deepEqual(
    withAzureServer(base, (line) => lines.push(line)),
    { kind: 'extended', base, packages },
  )
  assert.match(lines[0]!, /azureml-inference-server-http is in its environment/)
  assert.deepEqual(withAzureServer({ kind: 'none' }, assert.fail), { kind: 'none' })
})
