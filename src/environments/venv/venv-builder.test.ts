import { environmentBuilderContract } from '../environment-builder.contract.ts'
import { openVenvLab } from './lab.test-support.ts'

environmentBuilderContract('the venv builder', openVenvLab, ['Building an environment', 'Compiling bytecode'])
