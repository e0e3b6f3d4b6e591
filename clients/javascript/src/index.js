// A client of Datahub for browsers and Node (20 or newer), on fetch alone.

import { backoff, fromBase64, pause } from './common.js'

const CHUNK = 16 * 1024 * 1024
const RESUMABLE = 8 * 1024 * 1024
const MAX_FAILURES = 9
const TEMPORARY = new Set([429, 502, 503, 504])
// The hub says itself that it has done nothing; a proxy that reports an error of its own may have passed the request on.
const UNTOUCHED = new Set([429, 503])
// The hub has given the upload up; after others, such as 401 or 507, it can be continued.
const FINAL = new Set([400, 403, 412, 413, 415, 422])
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/** A request was refused (with its status), or the hub can't be reached (status 0). */
export class HubError extends Error {
  constructor(message, status = 0, problem = {}, oldest = undefined) {
    super(message)
    this.name = 'HubError'
    this.status = status
    /** Why a validator refused a record, with status 422. */
    this.violations = problem.violations ?? []
    /** The oldest cursor that there is, with status 410. */
    this.oldest = oldest
    /** How often the request was sent. */
    this.attempts = 1
  }

  /** Whether the hub can't be reached or isn't ready. */
  get isUnreachable() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

const encodePath = path => path.split('/').map(encodeURIComponent).join('/')

const base64 = bytes => {
  let text = ''
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte)
  return btoa(text)
}

const sha256 = async bytes => base64(await crypto.subtle.digest('SHA-256', bytes))

const hex = digest => Array.from(fromBase64(digest), byte => byte.toString(16).padStart(2, '0')).join('')

/** The SHA-256 of the record that a response is about, in hexadecimal; empty if the hub doesn't know it. */
const digestOf = response => hex(/sha-256=:([^:]*):/.exec(response.headers.get('Repr-Digest') ?? '')?.[1] ?? '')

const lost = e => {
  throw e.name === 'AbortError' ? e : new HubError(`the hub's answer was cut off: ${e.cause?.message ?? e.message}`)
}

const conditions = options => ({
  ...(options.ifMatch ? { 'If-Match': options.ifMatch } : {}),
  ...(options.ifNoneMatch ? { 'If-None-Match': '*' } : {})
})

/** Remembers in this process only. In browsers pass localStorage, in Node a FileStore. */
export class MemoryStore {
  #values = new Map()
  getItem(name) { return this.#values.get(name) ?? null }
  setItem(name, value) { this.#values.set(name, value) }
  removeItem(name) { this.#values.delete(name) }
}

export class Hub {
  #url
  #token
  #attempts
  #store

  /**
   * token is a string, or a function that returns one, asked at each request. store remembers uploads and cursors: anything with
   * getItem, setItem and removeItem, which may be asynchronous.
   */
  constructor(url, { token, attempts = 4, store = new MemoryStore() } = {}) {
    this.#url = String(url).replace(/\/+$/, '')
    this.#token = token
    this.#attempts = attempts
    this.#store = store
  }

  async #headers(headers) {
    const token = typeof this.#token === 'function' ? await this.#token() : this.#token
    return token ? { Authorization: `Bearer ${token}`, ...headers } : headers
  }

  /** A response, or with parse its JSON; throws a HubError for what is an error and not in accept. */
  async #request(method, target, { headers = {}, body, signal, accept = [], parse = false } = {}) {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= this.#attempts
      let delay = backoff(attempt)
      try {
        const response = await fetch(this.#url + target, { method, headers: await this.#headers(headers), body, signal, redirect: 'error' })
        // One that is cut off was lost, as one that didn't arrive.
        if (response.status < 400 || accept.includes(response.status)) return parse ? await response.json() : response
        const text = await response.text()
        if (isLast || !(IDEMPOTENT.has(method) ? TEMPORARY : UNTOUCHED).has(response.status)) throw refusal(response, text, `${method} ${target}`, attempt)
        const after = Number(response.headers.get('Retry-After'))
        if (after > 0) delay = Math.min(after, 60) * 1000
      } catch (e) {
        if (e instanceof HubError || signal?.aborted) throw e
        const wasRefused = e.cause?.code === 'ECONNREFUSED'
        if (isLast || !(IDEMPOTENT.has(method) || wasRefused)) throw new HubError(`the hub can't be reached: ${e.cause?.message ?? e.message}`)
      }
      await pause(delay, signal)
    }
  }

  async #json(method, target, options) {
    return this.#request(method, target, { ...options, parse: true })
  }

  // --- records ---------------------------------------------------------------------------------

  /**
   * Stores a Blob, a File, bytes or a string. Above 8 MiB it is uploaded in parts, each with its SHA-256, and continued after a
   * lost connection; with a store that lasts and a key also by another page or process.
   */
  async upload(path, content, options = {}) {
    const blob = content instanceof Blob ? content : new Blob([content])
    if (blob.size > RESUMABLE) return this.#uploadInParts(path, blob, options)
    const bytes = await blob.arrayBuffer()
    const digest = await sha256(bytes)
    const headers = { ...conditions(options), 'Repr-Digest': `sha-256=:${digest}:` }
    const target = `/files/${encodePath(path)}`
    try {
      return await this.#json('PUT', target, { headers, body: bytes, signal: options.signal })
    } catch (e) {
      if (!(e instanceof HubError) || e.attempts === 1 || ![403, 412].includes(e.status)) throw e
      // The answer to an earlier attempt may have been lost, which then stands in the way of the next.
      const now = await this.#request('HEAD', target, { signal: options.signal, accept: [403, 404] })
      if (!now.ok || digestOf(now) !== hex(digest)) throw e
      return { path, size: blob.size, etag: now.headers.get('ETag') ?? '', sha256: hex(digest) }
    }
  }

  async #uploadInParts(path, blob, options) {
    const { signal, onProgress, key = blob.lastModified && `${blob.size} ${blob.lastModified}` } = options
    // Without a key nothing says whether the next content is the same.
    const store = key ? this.#store : new MemoryStore()
    const name = `datahub-upload ${this.#url} ${path} ${key} ${JSON.stringify(conditions(options))}`
    const tus = { 'Tus-Resumable': '1.0.0' }
    const stored = response => ({ path, size: blob.size, etag: response.headers.get('ETag') ?? '', sha256: digestOf(response) })
    let location = await store.getItem(name)
    let offset = 0
    let isLocated = !location
    let isRecalled = !isLocated
    let failures = 0
    for (;;) {
      const before = offset
      try {
        if (!isLocated) {
          const response = await this.#request('HEAD', location, { headers: tus, signal, accept: [403, 404, 410] })
          const isStored = response.headers.has('Content-Location')
          // What another page or process has stored may have been replaced since.
          if (response.status >= 400 || (isStored && isRecalled && await this.#isReplaced(path, response, signal))) {
            location = null
            offset = 0
          } else {
            offset = Number(response.headers.get('Upload-Offset'))
          }
          isLocated = true
          isRecalled = false
          // All bytes may be there and yet not stored: then an empty chunk has the hub try again.
          if (!location || !isStored) continue
          await store.removeItem(name)
          return stored(response)
        }
        if (!location) {
          const metadata = `path ${base64(new TextEncoder().encode(path))}`
          const headers = { ...tus, ...conditions(options), 'Upload-Length': String(blob.size), 'Upload-Metadata': metadata }
          const created = (await this.#request('POST', '/uploads', { headers, signal })).headers.get('Location')
          location = created.slice(created.lastIndexOf('/uploads/'))
          offset = 0
          await store.setItem(name, location)
        }
        const chunk = await blob.slice(offset, offset + CHUNK).arrayBuffer()
        const headers = {
          ...tus, 'Upload-Offset': String(offset), 'Upload-Checksum': `sha256 ${await sha256(chunk)}`,
          'Content-Type': 'application/offset+octet-stream'
        }
        const response = await this.#request('PATCH', location, { headers, body: chunk, signal })
        offset += chunk.byteLength
        onProgress?.(offset, blob.size)
        if (offset === blob.size) {
          await store.removeItem(name)
          return stored(response)
        }
      } catch (e) {
        if (!(e instanceof HubError) || !(e.isUnreachable || [404, 409, 410].includes(e.status))) {
          if (FINAL.has(e.status)) await store.removeItem(name)
          throw e
        }
        failures = offset > before ? 1 : failures + 1
        if (failures >= MAX_FAILURES || !location) throw e
        await pause(backoff(failures), signal)
        isLocated = false
      }
    }
  }

  async #isReplaced(path, upload, signal) {
    const now = await this.#request('HEAD', `/files/${encodePath(path)}`, { signal, accept: [403, 404] })
    return now.status === 404 || (now.status === 200 && now.headers.get('ETag') !== upload.headers.get('ETag'))
  }

  /** The bytes of a record, as a Uint8Array; their SHA-256 is compared with the hub's. They are in memory as a whole. */
  async download(path, options = {}) {
    let parts = []
    const record = await this.downloadTo(path, {
      restart() { parts = [] },
      write(bytes) { parts.push(bytes) },
      async sha256() { return hex(await sha256(await new Blob(parts).arrayBuffer())) }
    }, options)
    return { ...record, bytes: new Uint8Array(await new Blob(parts).arrayBuffer()) }
  }

  /**
   * Gives the bytes of a record to a sink as they arrive: restart() empties it, write(bytes) appends, and sha256() returns that of all
   * its bytes in hexadecimal; each may be asynchronous. Continued after a lost connection.
   */
  async downloadTo(path, sink, { signal, onProgress } = {}) {
    let position = 0
    let etag = null
    let failures = 0
    for (;;) {
      const before = position
      try {
        const headers = position > 0 && etag ? { Range: `bytes=${position}-`, 'If-Range': etag } : {}
        const response = await this.#request('GET', `/files/${encodePath(path)}`, { headers, signal })
        if (response.status !== 206) {
          await sink.restart()
          position = 0
          etag = response.headers.get('ETag')
        }
        for (let reader = response.body?.getReader(), next; reader && !(next = await reader.read().catch(lost)).done;) {
          await sink.write(next.value)
          position += next.value.byteLength
          onProgress?.(position)
        }
        const own = await sink.sha256()
        const expected = digestOf(response)
        if (expected && expected !== own) {
          position = 0
          throw new HubError(`${path} arrived with other bytes than the hub has`, 502)
        }
        return { path, etag: response.headers.get('ETag') ?? '', sha256: own }
      } catch (e) {
        // What isn't the hub's is the sink's, such as a full disk.
        if (signal?.aborted || !(e instanceof HubError) || !(e.isUnreachable && (position > 0 || before > 0))) throw e
        failures = position > before ? 1 : failures + 1
        if (failures >= MAX_FAILURES) throw e
        await pause(backoff(failures), signal)
      }
    }
  }

  /** The entries of a directory; with recursive those below it, too. The path of a directory ends with a slash. */
  async * list(path = '', { recursive = false, signal } = {}) {
    const directory = path.replace(/^\/+|\/+$/g, '') ? path.replace(/^\/+|\/+$/g, '') + '/' : ''
    for (let after = ''; after !== null;) {
      const target = `/files/${encodePath(directory)}?limit=10000&after=${encodeURIComponent(after)}`
      const page = await this.#json('GET', target, { headers: { Accept: 'application/json' }, signal })
      for (const entry of page.entries) {
        const found = { ...entry, path: directory + entry.name + (entry.type === 'directory' ? '/' : '') }
        yield found
        if (recursive && entry.type === 'directory') yield * this.list(found.path, { recursive, signal })
      }
      after = page.next
    }
  }

  /** Deletes a record or an empty directory; with recursive everything in it. */
  async delete(path, { recursive = false, ifMatch, signal } = {}) {
    const target = `/files/${encodePath(path)}`
    try {
      await this.#request('DELETE', target + (recursive ? '?recursive' : ''), { headers: conditions({ ifMatch }), signal })
    } catch (e) {
      // The answer to an earlier attempt may have been lost.
      const isRepeated = e instanceof HubError && e.attempts > 1 && [404, 412].includes(e.status)
      if (!isRepeated || (await this.#request('HEAD', target, { signal, accept: [404] })).status !== 404) throw e
    }
  }

  /** Renames a record or a directory. */
  async move(source, target, { replace = true, signal } = {}) {
    const prefix = new URL(this.#url).pathname.replace(/\/+$/, '')
    const headers = { Destination: `${prefix}/files/${encodePath(target)}`, ...(replace ? {} : { Overwrite: 'F' }) }
    return this.#json('MOVE', `/files/${encodePath(source)}`, { headers, signal })
  }

  // --- changes ---------------------------------------------------------------------------------

  /** The changes after a cursor, oldest first, and the cursor after them; waits for the next one for so many seconds. */
  async changes(since, { path = '', wait = 0, signal } = {}) {
    const query = new URLSearchParams({ since, limit: '5000', ...(path ? { path } : {}), ...(wait ? { wait: String(wait) } : {}) })
    const response = await this.#request('GET', `/changes?${query}`, { signal })
    const text = await response.text().catch(e => {
      throw signal?.aborted ? e : new HubError(`the hub's answer was cut off: ${e.cause?.message ?? e.message}`)
    })
    const lines = text.split('\n').filter(Boolean)
    return { changes: lines.map(toChange), cursor: response.headers.get('Datahub-Cursor') }
  }

  /**
   * Each change below a directory, once, for ever. With a name, the store remembers the cursor when the next change is asked for,
   * thus after one was handled. The first run begins after since, or with the next change.
   */
  async * watch(path = '', { name, since, wait = 55, signal } = {}) {
    const key = name && `datahub-cursor ${this.#url} ${name}`
    const remember = async cursor => { if (key) await this.#store.setItem(key, cursor) }
    let cursor = (key && await this.#store.getItem(key)) ?? since
    if (!cursor) {
      const response = await this.#request('GET', '/changes?newest=1', { signal })
      await response.text()
      cursor = response.headers.get('Datahub-Cursor')
      await remember(cursor)
    }
    for (let failures = 0; ;) {
      let page
      try {
        page = await this.changes(cursor, { path, wait, signal })
        failures = 0
      } catch (e) {
        if (signal?.aborted) return
        if (!(e instanceof HubError) || !e.isUnreachable) throw e
        await pause(backoff(++failures), signal)
        continue
      }
      for (const change of page.changes) {
        yield change
        await remember(change.cursor)
      }
      if (page.cursor !== cursor) await remember(page.cursor)
      cursor = page.cursor
    }
  }

  // --- events ----------------------------------------------------------------------------------

  /** Publishes bytes or a string. It isn't sent again once it may have arrived. */
  async publish(topic, payload = '', { signal } = {}) {
    await (await this.#request('POST', `/events/${encodePath(topic)}`, {
      headers: { 'Content-Type': 'application/octet-stream' }, body: payload, signal
    })).arrayBuffer()
  }

  /**
   * The events whose topic begins with one of the prefixes, as they happen, until the signal aborts. After a lost connection it
   * subscribes again; file events and events of kept topics that were missed come first.
   */
  async * subscribe(prefixes = [], { since, signal, onOpen } = {}) {
    const query = prefixes.map(prefix => `topic=${encodeURIComponent(prefix)}`).join('&')
    for (let cursor = since, failures = 0; !signal?.aborted;) {
      const headers = { Accept: 'text/event-stream', ...(cursor ? { 'Last-Event-ID': cursor } : {}) }
      const watchdog = new AbortController()
      const stop = () => watchdog.abort()
      signal?.addEventListener('abort', stop, { once: true })
      let timer
      // The hub sends a comment every 15 seconds.
      const alive = () => { clearTimeout(timer); timer = setTimeout(stop, 45_000) }
      try {
        const response = await this.#request('GET', `/events${query && '?' + query}`, { headers, signal: watchdog.signal })
        failures = 0
        onOpen?.()
        for await (const event of eventsOf(response.body, alive)) {
          cursor = event.cursor || cursor
          yield event
        }
      } catch (e) {
        if (signal?.aborted) return
        if (e instanceof HubError && !e.isUnreachable) throw e
      } finally {
        clearTimeout(timer)
        signal?.removeEventListener('abort', stop)
        watchdog.abort()
      }
      try { await pause(backoff(++failures), signal) } catch { return }
    }
  }

  // --- users -----------------------------------------------------------------------------------

  /** The user, its roles and grants. */
  async whoami() { return this.#json('GET', '/whoami') }

  /** Makes a new token for the same user, uses it from now on, and revokes the old one once save, if given, has stored the new one. */
  async renewToken({ label, expires, save } = {}) {
    const old = await this.whoami()
    const body = JSON.stringify({ label: label ?? old.label ?? 'renewed', expires })
    const { token } = await this.#json('POST', '/tokens', { headers: { 'Content-Type': 'application/json' }, body })
    await save?.(token)
    this.#token = token
    if (old.id) await this.#request('DELETE', `/tokens/${old.id}`, { accept: [404] })
    return token
  }
}

function refusal(response, text, what, attempts) {
  let problem = {}
  try { problem = JSON.parse(text) } catch { /* another server's error */ }
  const message = problem.detail ?? problem.title ?? `${what} was answered with ${response.status}`
  const error = new HubError(message, response.status, problem, response.headers.get('Datahub-Cursor') ?? undefined)
  error.attempts = attempts
  return error
}

function toChange(line) {
  const event = JSON.parse(line)
  return { ...event.data, kind: event.type.split('.').pop(), path: event.subject, cursor: event.id, event }
}

async function * eventsOf(body, alive) {
  const decoder = new TextDecoder()
  let rest = ''
  let data = ''
  let cursor = ''
  alive()
  for (const reader = body.getReader(); ;) {
    const { done, value } = await reader.read()
    if (done) return
    alive()
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/)
    rest = lines.pop()
    for (const line of lines) {
      if (line.startsWith('data:')) data += line.slice(5).trim()
      else if (line.startsWith('id:')) cursor = line.slice(3).trim()
      else if (line === '' && data) {
        const { topic, user, time, ...event } = JSON.parse(data)
        const payload = event.base64 === undefined ? new TextEncoder().encode(event.data) : fromBase64(event.base64)
        yield { topic, payload, text: event.data, user, time, cursor }
        data = ''
        cursor = ''
      }
    }
  }
}
