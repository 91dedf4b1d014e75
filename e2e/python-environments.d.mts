/** Packages of each MLflow client that is tested, by its version. */
export declare const mlflowClients: Readonly<Record<'2.22' | '3.17', readonly string[]>>
/** The folder that the program under test keeps environments, downloads and compiled code in: one for all tests. */
export declare const programCache: string
/** The interpreter of an environment with these packages, built when it is not there. */
/** What makes ONNX files, and saves them with MLflow. */
export declare const onnxTools: readonly string[]
/** Packages of the Open Inference Protocol client. */
export declare const tritonClient: readonly string[]
export declare function pythonEnvironment(packages: readonly string[]): Promise<string>
