// What only Node has: files.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { HubError } from './index.js'

export { Hub, HubError, MemoryStore } from './index.js'

/** Remembers uploads and cursors in files of a directory. */
export class FileStore {
  #directory

  constructor(directory) { this.#directory = directory }

  #file(name) { return join(this.#directory, createHash('sha256').update(name).digest('hex').slice(0, 32)) }

  async getItem(name) {
    try { return await readFile(this.#file(name), 'utf8') } catch (e) {
      if (e.code === 'ENOENT') return null
      throw e
    }
  }

  async setItem(name, value) {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    const file = this.#file(name)
    await writeFile(`${file}.new`, value, { mode: 0o600, flush: true })
    await rename(`${file}.new`, file)
  }

  async removeItem(name) { await rm(this.#file(name), { force: true }) }
}

/** Stores a file, which is read in parts; its SHA-256 is compared with that of the record. */
export async function uploadFile(hub, file, path, options = {}) {
  const { size, mtimeMs } = await stat(file)
  const stored = await hub.upload(path, await openAsBlob(file), { key: `${file} ${size} ${mtimeMs}`, ...options })
  const hash = createHash('sha256')
  for await (const part of createReadStream(file)) hash.update(part)
  const sha256 = hash.digest('hex')
  if (stored.sha256 && stored.sha256 !== sha256) throw new HubError(`${path} was stored with other bytes than those of ${file}: upload it again`)
  return { ...stored, sha256 }
}

/** Fetches a record into a file, which appears as a whole, and isn't in memory. */
export async function downloadFile(hub, path, file, options = {}) {
  // A name that nobody can guess: another download to the same file has another.
  const part = join(dirname(file), `.${basename(file).slice(0, 100)}.${randomUUID()}.datahub-part`)
  const out = await open(part, 'wx')
  try {
    let hash = createHash('sha256')
    const sink = {
      async restart() {
        hash = createHash('sha256')
        await out.truncate(0)
        position = 0
      },
      async write(bytes) {
        for (let written = 0; written < bytes.length;) {
          written += (await out.write(bytes, written, bytes.length - written, position + written)).bytesWritten
        }
        position += bytes.length
        hash.update(bytes)
      },
      sha256: () => hash.copy().digest('hex')
    }
    let position = 0
    const record = await hub.downloadTo(path, sink, options)
    await out.sync()
    await rename(part, file)
    return record
  } finally {
    await out.close()
    await rm(part, { force: true })
  }
}
