// One event: how it is listed, and its payload.

import { breakable, copyButton, createElement, size } from './dom.js'
import { encodePath } from './hub.js'

const MAX_PREVIEW = 300
const MAX_TEXT = 64 * 1024
const MAX_BYTES = 4096

/** The class of a topic, which gives it a colour. */
export function kind(topic) {
  for (const word of ['rejected', 'deleted', 'created', 'updated']) {
    if (topic.startsWith(`file.${word}/`)) return word
  }
  return topic.startsWith('hub.') ? 'hub' : ''
}

/** The payload in a few words. */
export function preview(event) {
  if (event.data === undefined) return `${size(bytesIn(event.base64))} binary`
  const { size: length } = fileEventData(event)
  return length === undefined ? event.data.slice(0, MAX_PREVIEW) : size(length)
}

/** Who published the event; empty for the hub itself. */
export function author(event) {
  return event.user || fileEventData(event).user || ''
}

/** The position of the event in the history; undefined for those that aren't kept. */
export function cursor(event) {
  if (event.cursor === undefined && event.topic.startsWith('file.')) event.cursor = /"id":"([^"]+)"/.exec(event.data)?.[1]
  return event.cursor
}

function fileEventData(event) {
  if (!event.topic.startsWith('file.')) return {}
  try {
    return JSON.parse(event.data).data
  } catch {
    return {}
  }
}

/** The elements that show an event. @param close called when the user closes it */
export function detail(event, close) {
  const { text, note } = payload(event)
  const path = /^file\.(created|updated)\/(.+)$/s.exec(event.topic)?.[2]
  return [
    createElement('div', { className: 'event-head' },
      createElement('h2', { id: 'event-title' }, ...breakable(event.topic)),
      createElement('button', { type: 'button', className: 'quiet', onclick: close, 'aria-label': 'Close' }, '✕')),
    createElement('dl', {},
      createElement('dt', {}, 'Published'), createElement('dd', {}, event.at.toLocaleString()),
      createElement('dt', {}, 'By'), createElement('dd', {}, author(event) || 'the hub'),
      createElement('dt', {}, 'Payload'), createElement('dd', {}, note)),
    path ? createElement('p', {}, createElement('a', { href: fileAddress(path) }, 'Show the file')) : null,
    createElement('pre', { tabIndex: 0, 'aria-label': 'Payload' }, text),
    createElement('div', { className: 'buttons' }, copyButton(event.data === undefined ? 'Copy as Base64' : 'Copy payload', event.data ?? event.base64)),
  ].filter(Boolean)
}

function fileAddress(path) {
  const end = path.lastIndexOf('/') + 1
  return `#/files/${encodePath(path.slice(0, end))}?${new URLSearchParams({ file: path.slice(end) })}`
}

function payload(event) {
  if (event.data === undefined) {
    const total = bytesIn(event.base64)
    const bytes = Uint8Array.from(atob(event.base64.slice(0, MAX_BYTES / 3 * 4 + 4 & ~3)), c => c.charCodeAt(0))
    return { text: hex(bytes), note: `${size(total)}, binary${total > MAX_BYTES ? `; the first ${size(MAX_BYTES)} are shown` : ''}` }
  }
  const length = size(new TextEncoder().encode(event.data).length)
  if (event.data.length > MAX_TEXT) return { text: event.data.slice(0, MAX_TEXT), note: `${length}; only the beginning is shown` }
  try {
    const value = JSON.parse(event.data)
    if (typeof value === 'object') return { text: JSON.stringify(value, null, 2), note: `${length}, JSON` }
  } catch { /* not JSON: shown unchanged */ }
  return { text: event.data, note: length }
}

function bytesIn(base64) {
  return base64.length / 4 * 3 - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0)
}

function hex(bytes) {
  const lines = []
  for (let at = 0; at < Math.min(bytes.length, MAX_BYTES); at += 16) {
    const part = [...bytes.subarray(at, at + 16)]
    lines.push(at.toString(16).padStart(8, '0') + '  '
      + part.map(b => b.toString(16).padStart(2, '0')).join(' ').padEnd(49)
      + part.map(b => (b > 31 && b < 127 ? String.fromCharCode(b) : '·')).join(''))
  }
  return lines.join('\n')
}
