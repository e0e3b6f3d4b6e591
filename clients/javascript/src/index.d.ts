export interface Violation { validator: string, version: string, line?: number, column?: number, message: string }

export declare class HubError extends Error {
  readonly status: number
  readonly violations: Violation[]
  readonly oldest?: string
  /** How often the request was sent. */
  readonly attempts: number
  readonly isUnreachable: boolean
}

/** Such as localStorage. */
export interface Store {
  getItem(name: string): string | null | Promise<string | null>
  setItem(name: string, value: string): void | Promise<void>
  removeItem(name: string): void | Promise<void>
}

export declare class MemoryStore implements Store {
  getItem(name: string): string | null
  setItem(name: string, value: string): void
  removeItem(name: string): void
}

export interface HubOptions {
  token?: string | (() => string | Promise<string>)
  /** How often a request is sent at most; 4 unless set. */
  attempts?: number
  store?: Store
}

export interface Stored { path: string, size: number, etag: string, sha256?: string, modified?: string, cursor?: string }
export interface Downloaded { path: string, bytes: Uint8Array, etag: string, sha256: string }
/** Where the bytes of a record go as they arrive. */
export interface Sink {
  /** Empties it. */
  restart(): void | Promise<void>
  write(bytes: Uint8Array): void | Promise<void>
  /** That of all its bytes, in hexadecimal. */
  sha256(): string | Promise<string>
}
export interface Entry { name: string, path: string, type: 'file' | 'directory', size: number, modified: string, etag?: string }
export interface Change {
  kind: 'created' | 'updated' | 'deleted' | 'rejected'
  path: string
  size: number
  etag: string
  sha256?: string
  user?: string
  cursor: string
  event: Record<string, unknown>
}
export interface HubEvent {
  topic: string
  payload: Uint8Array
  /** The payload as text, where it is UTF-8. */
  text?: string
  user?: string
  time: string
  /** Where to continue after it; empty unless the hub keeps events of this topic. */
  cursor: string
}
export interface Abortable { signal?: AbortSignal }
export interface UploadOptions extends Abortable {
  ifMatch?: string
  ifNoneMatch?: boolean
  /** Identifies the content for another process that continues the upload. */
  key?: string
  onProgress?: (sent: number, size: number) => void
}
export interface DownloadOptions extends Abortable { onProgress?: (received: number) => void }

export declare class Hub {
  constructor(url: string | URL, options?: HubOptions)
  upload(path: string, content: Blob | BufferSource | string, options?: UploadOptions): Promise<Stored>
  download(path: string, options?: DownloadOptions): Promise<Downloaded>
  downloadTo(path: string, sink: Sink, options?: DownloadOptions): Promise<Omit<Downloaded, 'bytes'>>
  list(path?: string, options?: Abortable & { recursive?: boolean }): AsyncGenerator<Entry>
  delete(path: string, options?: Abortable & { recursive?: boolean, ifMatch?: string }): Promise<void>
  move(source: string, target: string, options?: Abortable & { replace?: boolean }): Promise<Stored>
  changes(since: string, options?: Abortable & { path?: string, wait?: number }): Promise<{ changes: Change[], cursor: string }>
  watch(path?: string, options?: Abortable & { name?: string, since?: string, wait?: number }): AsyncGenerator<Change>
  publish(topic: string, payload?: BufferSource | string, options?: Abortable): Promise<void>
  subscribe(prefixes?: string[], options?: Abortable & { since?: string, onOpen?: () => void }): AsyncGenerator<HubEvent>
  whoami(): Promise<Record<string, unknown>>
  renewToken(options?: { label?: string, expires?: string, save?: (token: string) => void | Promise<void> }): Promise<string>
}
