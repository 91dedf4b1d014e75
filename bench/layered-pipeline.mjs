/** A document may have 1 MB. */
export const componentSteps = 500

/** 500 steps in layers of 50, each step reading two of the layer before; `head` names it and declares the input n. */
export function layeredYaml(head) {
  const steps = Array.from({ length: componentSteps }, (_, step) => {
    const parents = step < 50 ? [] : [step - 50, step - 50 + (step % 50 === 49 ? -49 : 1)]
    const inputs = parents.map((parent) => `p${parent}: "\${{parent.jobs.s${parent}.outputs.o}}"`)
    inputs.push('n: "${{parent.inputs.n}}"')
    const command = `echo \${{inputs.n}} ${step} > \${{outputs.o}}`
    return `  s${step}: {command: '${command}', inputs: {${inputs.join(', ')}}, outputs: {o: {type: uri_file}}}`
  })
  return `type: pipeline\n${head}\njobs:\n${steps.join('\n')}\n`
}
