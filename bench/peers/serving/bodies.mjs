/** A table as MLflow has it. */
export function splitBody(columns, data) {
  return JSON.stringify({ dataframe_split: { columns, data } })
}

export function predictionsOf(text) {
  return JSON.parse(text).predictions
}

/** A table as one tensor of the Open Inference Protocol. */
export function tensorBody(columns, data) {
  const shape = [data.length, columns.length]
  return JSON.stringify({ inputs: [{ name: 'predict', shape, datatype: 'FP64', data: data.flat() }] })
}

export function tensorOf(text) {
  return JSON.parse(text).outputs[0].data
}
