/** Metaflow with its local metadata: every step is a process; what fans out must be joined. A run runs all steps. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const packages = ['metaflow==2.*']
export const version = ['python', '-c', "import metaflow, importlib.metadata as m; print(m.version('metaflow'))"]
export const run = ['python', 'flow.py', '--quiet', 'run', '--max-workers', '2']

export function settings() {
  return { METAFLOW_USER: 'bench', METAFLOW_DEFAULT_METADATA: 'local', METAFLOW_DEFAULT_DATASTORE: 'local' }
}

export function write(folder, steps) {
  const nameOf = (index) => ({ 0: 'start', [steps.length - 1]: 'end' })[index] ?? steps[index].name
  const methods = steps.map(({ index, parents, children, command }) => {
    const next = children.map((child) => `self.${nameOf(child)}`).join(', ')
    return [
      '    @step',
      `    def ${nameOf(index)}(self${parents.length > 1 ? ', inputs' : ''}):`,
      `        subprocess.run(["/bin/sh", "-c", ${JSON.stringify(command)}], check=True)`,
      ...(next === '' ? [] : [`        self.next(${next})`]),
    ].join('\n')
  })
  const head = 'import subprocess\n\nfrom metaflow import FlowSpec, step\n\n\nclass BenchFlow(FlowSpec):\n'
  const tail = '\n\n\nif __name__ == "__main__":\n    BenchFlow()\n'
  writeFileSync(join(folder, 'flow.py'), head + methods.join('\n\n') + tail)
}
