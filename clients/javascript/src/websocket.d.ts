import { Abortable, HubEvent } from './index.js'

/** What is used of a WebSocket: those of browsers, of Node 22 and of the package ws have it. */
export interface WebSocketLike {
  readonly readyState: number
  onopen: ((event: any) => void) | null
  onmessage: ((event: any) => void) | null
  onclose: ((event: any) => void) | null
  onerror: ((event: any) => void) | null
  send(text: string): void
  close(): void
}

export interface WebSocketHubOptions {
  token?: string | (() => string | Promise<string>)
  WebSocket?: new (url: string) => WebSocketLike
  /** Milliseconds to wait for a connection or a reply; 30,000 unless set. */
  timeout?: number
}

export declare class WebSocketHub {
  constructor(url: string | URL, options?: WebSocketHubOptions)
  publish(topic: string, payload?: BufferSource | string): Promise<void>
  subscribe(prefixes?: string[], options?: Abortable & { since?: string, onOpen?: () => void }): AsyncGenerator<HubEvent>
  close(): Promise<void>
}
