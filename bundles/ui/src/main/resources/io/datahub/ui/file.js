// One file: its preview, its history, a text that can be edited, and links to it.

import { $, announce, breakable, copyButton, createElement, formatTime, isDialogOpen, redraw, showPane, size } from './dom.js'
import { allChangesOf, encodePath, filePath, may, newestChangesOf, onceSettled, request } from './hub.js'
import { rename } from './selection.js'
import { isUniform, MAX_EDIT, textOf } from './text.js'
import { violation } from './violation.js'

const MAX_PREVIEW = 64 * 1024
const HISTORY = 200
const MAX_PICTURE = 32 * 1024 * 1024
const IMAGE = /\.(png|jpe?g|gif|webp|avif|bmp|ico|svg)$/i
let shown = null // the path
let lastLoad = 0
let onClose = () => {}
let opener = null // the control from which a text is edited that was refused

/** @param closed called with the path, and the control that gets the focus if there is one, when the user closes the pane */
export function init(closed) {
  onClose = closed
  addEventListener('beforeunload', event => { if (isChanged()) event.preventDefault() })
  // Another section, folder or file takes the place of the text.
  document.addEventListener('click', event => {
    if (event.target.closest?.('a[href^="#"]') && !mayDiscard()) event.preventDefault()
  }, true)
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && shown && !$('files').hidden && !isDialogOpen() && !event.target.closest?.('textarea')) leave()
  })
}

/** Hides the pane. */
export function hide() {
  lastLoad++
  shown = opener = null
  showPane($('file'), false)
  $('file').replaceChildren()
}

function leave() {
  if (!mayDiscard()) return
  const path = shown
  const from = opener
  hide()
  onClose(path, from)
}

/** Whether a text is being edited. */
export function isEditing() {
  return shown !== null && $('file').querySelector('textarea') !== null
}

function isChanged() {
  const area = $('file').querySelector('textarea')
  return area !== null && area.value !== area.defaultValue
}

function mayDiscard() {
  return !isChanged() || confirm('Discard your changes of this text?')
}

/** Shows a file. @param isAgain whether it was just shown, but not its last change, which another hub of a cluster may not know yet */
export async function show(path, isAgain = false) {
  const isOther = path !== shown
  shown = path
  const thisLoad = ++lastLoad
  if (isOther) $('file').replaceChildren(head(path), createElement('p', { className: 'hint' }, 'Loading…'))
  showPane($('file'), true)
  if (isOther) $('file').focus({ preventScroll: true })
  try {
    const [content, history] = await Promise.all([preview(path), newestChangesOf(path, HISTORY).catch(() => [])])
    if (thisLoad !== lastLoad) return
    draw(path, content, history)
    if (!isAgain && content.etag && history[0]?.data.etag !== content.etag) {
      onceSettled(() => { if (thisLoad === lastLoad && !isEditing()) show(path, true) })
    }
  } catch (refused) {
    if (thisLoad === lastLoad) $('file').replaceChildren(head(path), createElement('p', { className: 'error' }, refused.message))
  }
}

/** Lets the user edit a text that was refused when it was uploaded. @param saved called when it has been stored */
export async function mend(path, text, violations, saved) {
  if (!mayDiscard()) return
  lastLoad++
  shown = path
  opener = document.activeElement
  const view = createElement('div')
  $('file').replaceChildren(head(path), view)
  showPane($('file'), true)
  const present = await request(filePath(path), { method: 'HEAD' }, [404]).catch(() => null)
  if (shown === path) edit(path, { text, etag: present?.headers.get('ETag') }, view, violations, saved)
}

function head(path) {
  return createElement('div', { className: 'event-head' },
    createElement('h2', { id: 'file-title' }, ...breakable(path)),
    createElement('button', { type: 'button', className: 'quiet', onclick: leave, 'aria-label': 'Close' }, '✕'))
}

/** Reads the beginning of a file: its text, or null if it is none. */
async function preview(path) {
  const answer = await request(filePath(path), { headers: { Accept: '*/*', Range: `bytes=0-${MAX_EDIT - 1}` } }, [416])
  const etag = answer.headers.get('ETag')
  const sha256 = /sha-256=:([^:]+):/.exec(answer.headers.get('Repr-Digest') || '')?.[1]
  const total = answer.status === 416 ? 0 : Number(/\/(\d+)$/.exec(answer.headers.get('Content-Range') || '')?.[1] ?? answer.headers.get('Content-Length'))
  const modified = answer.headers.get('Last-Modified')
  const bytes = answer.status === 416 ? new Uint8Array() : new Uint8Array(await answer.arrayBuffer())
  const type = answer.headers.get('Content-Type')
  return { etag, sha256: sha256 && hex(sha256), total, modified, type, bytes, isWhole: bytes.length >= total, text: textOf(bytes, bytes.length < total) }
}

function hex(base64) {
  return [...atob(base64)].map(c => c.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}

function draw(path, content, history) {
  const mayWrite = may('write', path)
  const view = createElement('div', {}, IMAGE.test(path) && content.total > 0 ? picture(path, content) : text(content))
  const buttons = createElement('div', { className: 'buttons' },
    createElement('a', { className: 'button', href: filePath(path) + '?download', download: '' }, 'Download'),
    mayWrite && content.text !== null && content.isWhole && content.etag && isUniform(content.text)
      ? createElement('button', { type: 'button', onclick: () => edit(path, content, view) }, 'Edit') : null,
    mayWrite && path !== 'broker_users.xml'
      ? createElement('button', { type: 'button', onclick: () => move(path) }, 'Rename…') : null,
    copyButton('Copy link', location.origin + filePath(path)), copyButton('Copy curl', curl(path)))
  redraw($('file'), head(path),
    createElement('dl', {},
      createElement('dt', {}, 'Size'), createElement('dd', {}, size(content.total)),
      ...(content.modified ? [createElement('dt', {}, 'Modified'), createElement('dd', {}, formatTime(content.modified, true))] : []),
      ...(content.sha256 ? [createElement('dt', {}, 'SHA-256'), createElement('dd', { className: 'digest' }, content.sha256)] : [])),
    view, buttons, createElement('h3', {}, 'History'), createElement('div', {}, ...historyOf(path, history)))
}

/** Renames the file, and goes with it. */
async function move(path) {
  const to = await rename([path])
  if (to === null || shown !== path) return
  const end = to.lastIndexOf('/') + 1
  location.hash = `#/files/${encodePath(to.slice(0, end))}?${new URLSearchParams({ file: to.slice(end) })}`
}

/** A picture, which is read as all else is: what an address in the page loads stays in the browser's cache, also after the user has signed out. */
function picture(path, { bytes, isWhole, total, type }) {
  const place = createElement('div')
  const explain = text => place.replaceChildren(createElement('p', { className: 'hint' }, text))
  if (total > MAX_PICTURE) {
    explain(`No preview: the picture is larger than ${size(MAX_PICTURE)}.`)
    return place
  }
  const show = content => {
    const address = URL.createObjectURL(content)
    const done = () => URL.revokeObjectURL(address)
    place.replaceChildren(createElement('img', {
      className: 'picture', alt: `Preview of ${path}`, onload: done, onerror: () => { done(); explain('No preview: the browser can’t show this picture.') }, src: address,
    }))
  }
  if (isWhole) show(new Blob([bytes], { type }))
  else request(filePath(path), { headers: { Accept: '*/*' } }).then(answer => answer.blob()).then(show, refused => explain(refused.message))
  return place
}

function text({ text, total, isWhole }) {
  if (total === 0) return createElement('p', { className: 'hint' }, 'The file is empty.')
  if (text === null) return createElement('p', { className: 'hint' }, 'No preview: this isn’t text.')
  const part = text.length > MAX_PREVIEW ? text.slice(0, MAX_PREVIEW) : text
  const isCut = !isWhole || part.length < text.length
  return createElement('div', {},
    createElement('pre', { tabIndex: 0, 'aria-label': 'Content' }, part),
    isCut ? createElement('p', { className: 'hint' }, 'Only the beginning is shown.') : null)
}

/** The list of changes; unless the whole journal has been read, or it begins with the file's creation, with a button that reads it. */
function historyOf(path, changes, isWhole = false) {
  const rows = changes.map(({ type, time, data }) => createElement('li', {},
    createElement('span', { className: `topic ${type.split('.').at(-1)}` }, type.split('.').at(-1)), ' ', formatTime(time, true),
    ' by ', data.user || 'the hub', data.size === undefined ? '' : `, ${size(data.size)}`,
    data.validators?.length ? createElement('span', { className: 'hint' }, `, validated by ${data.validators.map(({ name, version }) => `${name} ${version}`).join(', ')}`) : null))
  const list = rows.length ? createElement('ol', { className: 'history' }, ...rows)
    : createElement('p', { className: 'hint' }, isWhole ? 'No change of this file is in the journal any more.' : 'None of the newest changes is one of this file.')
  if (isWhole || changes.at(-1)?.type.endsWith('.created')) return [list]
  const button = createElement('button', { type: 'button', onclick: async () => {
    button.textContent = 'Loading…'
    const all = await allChangesOf(path).catch(refused => announce(refused.message))
    button.textContent = 'Load older changes'
    if (all && button.isConnected) redraw(button.parentElement, ...historyOf(path, all, true))
  } }, 'Load older changes')
  return [list, button]
}

/** A command that downloads the file. It asks for the token, which isn't in it. */
function curl(path) {
  const url = (location.origin + filePath(path)).replaceAll("'", '%27')
  return `curl -fO -u '${$('user').textContent.replaceAll("'", '')}' '${url}'`
}

/** Where the cursor goes: to the line and column of the first violation that has one, else to the beginning. */
function placeOf(violations, text) {
  const found = violations.find(({ line }) => line > 0)
  if (!found) return [0, 0]
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const before = lines.slice(0, found.line - 1).reduce((length, line) => length + line.length + 1, 0)
  const place = before + Math.min(Math.max(found.column - 1, 0), lines[found.line - 1]?.length ?? 0)
  return [place, place]
}

/** Edits a text. It is saved only over the version that was shown, or as a new file, and only if the validators accept it. */
function edit(path, content, view, violations = [], saved = () => {}) {
  const lineEnd = content.text.includes('\r\n') ? '\r\n' : '\n'
  const area = createElement('textarea', { defaultValue: content.text, spellcheck: false, 'aria-label': `Text of ${path}`, rows: 16 })
  const note = createElement('p', { className: 'hint', role: 'status' })
  const reasons = createElement('ul', { className: 'reasons' }, ...violations.map(violation))
  const changed = () => area.value.replaceAll('\r\n', '\n').replaceAll('\n', lineEnd)
  const send = async isTrial => {
    note.className = 'hint'
    note.textContent = isTrial ? 'Validating…' : 'Saving…'
    reasons.replaceChildren()
    try {
      await request(filePath(path) + (isTrial ? '?raw&dry-run' : '?raw'), {
        method: 'PUT', body: changed(),
        headers: { ...(content.etag ? { 'If-Match': content.etag } : { 'If-None-Match': '*' }), 'Content-Type': 'application/octet-stream' },
      })
      note.textContent = isTrial ? 'The validators accept this text.' : ''
      if (isTrial) return
      announce(`Saved ${path}`)
      saved()
      redraw($('file'), head(path))
      await show(path)
    } catch (refused) {
      note.className = 'error'
      note.textContent = refused.status === 412 ? 'Somebody has changed the file meanwhile. Copy your text, and open the file again.'
        : refused.status === 422 ? 'Refused. Nothing has changed.' : refused.message
      reasons.replaceChildren(...refused.violations.map(violation))
    }
  }
  view.replaceChildren(area, note, reasons, createElement('div', { className: 'buttons' },
    createElement('button', { type: 'button', className: 'main', onclick: () => send(false) }, 'Save'),
    createElement('button', { type: 'button', onclick: () => send(true) }, 'Validate'),
    createElement('button', { type: 'button', className: 'quiet', onclick: () => content.etag ? show(path) : leave() }, 'Discard changes')))
  area.focus()
  area.setSelectionRange(...placeOf(violations, content.text))
  $('file').scrollIntoView({ block: 'nearest' })
}
