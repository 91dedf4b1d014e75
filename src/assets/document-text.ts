import { readFile, stat } from 'node:fs/promises'
import { SluiceError } from '../base/errors.ts'

/** Generated pipelines of ten thousand steps are a few megabytes. */
const largestBytes = 64 * 1024 * 1024

/**
 * Text of a YAML file, or of one that it refers to. To read from a pipe or a device would never end, hold a thread of the
 * server and keep it from stopping: such a path throws `invalid-path`, as one that is larger than any document does.
 * Throws what the file system says of any other that cannot be read.
 */
export async function readDocumentText(path: string): Promise<string> {
  const stats = await stat(path)
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new SluiceError('invalid-path', `${path} is a pipe or another special file`, {
      hint: 'Write the document into a file.',
    })
  }
  if (stats.size > largestBytes)
    throw new SluiceError('invalid-path', `${path} has ${stats.size} bytes, too many for a document`)
  return readFile(path, 'utf8')
}
