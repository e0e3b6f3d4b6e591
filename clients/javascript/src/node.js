// What only Node has: files.
import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

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

/** Stores a file, which is read in parts. */
export async function uploadFile(hub, file, path, options = {}) {
  const { size, mtimeMs } = await stat(file)
  return hub.upload(path, await openAsBlob(file), { key: `${file} ${size} ${mtimeMs}`, ...options })
}

/** Fetches a record into a file, which appears as a whole. */
export async function downloadFile(hub, path, file, options = {}) {
  const { bytes, ...record } = await hub.download(path, options)
  await writeFile(`${file}.datahub-part`, bytes)
  await rename(`${file}.datahub-part`, file)
  return record
}
