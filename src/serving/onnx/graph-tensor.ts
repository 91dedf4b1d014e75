import type { Datatype } from '../tensor-message.ts'

/** An input or an output of a graph; -1: any extent. */
export interface GraphTensor {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
}

/** A graph, and the runtime to require. */
export interface OnnxThread {
  readonly runtime: string
  readonly file: string
  /** Of a model of MLflow: its inputs by the signature, by which it is asked; it answers in MLflow's form. */
  readonly declared?: readonly GraphTensor[]
}
