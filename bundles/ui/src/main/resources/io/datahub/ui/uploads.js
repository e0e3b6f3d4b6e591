// Uploads with progress, by tus: one that was interrupted is resumed, and what exists is replaced only after a yes.

import { $, el, say, size } from './dom.js'
import { BY_SCRIPT, may, refusal, Refused, request } from './hub.js'

const AT_ONCE = 3
const TUS = { 'Tus-Resumable': '1.0.0' }
/** Statuses after which the hub keeps the upload, so that it can be resumed. */
const PASSING = new Set([0, 408, 409, 423, 429, 500, 502, 503, 504, 507])
let running = 0
let whenStored = () => {}
const queue = []
const all = new Set()

export function begin(stored) {
  whenStored = stored
  $('clear-uploads').addEventListener('click', () => {
    for (const item of [...all]) if (item.isOver) item.dismiss()
    $('find').focus()
  })
}

export function add(files, into) {
  for (const file of files) {
    const item = new Upload(file, into + file.name)
    all.add(item)
    $('uploads').prepend(item.element)
    queue.push(item)
  }
  pump()
}

/** Ends and forgets all. */
export function reset() {
  queue.length = 0
  for (const item of all) item.stop()
  all.clear()
  $('uploads').replaceChildren()
  offerClear()
}

/** A refusal of something else than an upload, in the same place. */
export function note(name, refused) {
  const element = el('li', { className: 'upload card refused' },
    el('span', { className: 'name' }, name), el('span', { className: 'state' }, refused.message),
    el('button', { type: 'button', className: 'quiet', onclick: () => remove(element), 'aria-label': `Dismiss ${name}` }, 'Dismiss'))
  $('uploads').prepend(element)
}

function pump() {
  while (running < AT_ONCE && queue.length) {
    const item = queue.shift()
    if (item.isOver) continue
    running++
    item.run().finally(() => { running--; pump() })
  }
}

/** Takes one off the list, with the focus on the next. */
function remove(element) {
  const beside = element.nextElementSibling || element.previousElementSibling
  const hadFocus = element.contains(document.activeElement)
  element.remove()
  if (hadFocus) (beside?.querySelector('button:last-of-type') || $('find')).focus()
}

function offerClear() {
  $('clear-uploads').hidden = [...all].filter(item => item.isOver).length < 2
}

/** One file on its way. */
class Upload {
  isOver = false
  #location = null
  #isReplacing = false
  #isStopped = false
  #sending = null

  constructor(file, path) {
    this.file = file
    this.path = path
    this.bar = el('progress', { max: 1, value: 0, 'aria-label': `Progress of ${path}` })
    this.state = el('span', { className: 'state' }, 'Waiting')
    this.again = this.#button(() => this.#retry())
    this.again.hidden = true
    this.button = this.#button(() => this.#cancel())
    this.#name(this.button, 'Cancel')
    this.reasons = el('ul', { className: 'reasons' })
    this.element = el('li', { className: 'upload card' }, el('span', { className: 'name' }, path), this.state,
      el('span', { className: 'buttons' }, this.again, this.button), this.bar, this.reasons)
  }

  #button(onclick) {
    return el('button', { type: 'button', className: 'quiet', onclick })
  }

  #name(button, text) {
    button.textContent = text
    button.setAttribute('aria-label', `${text} ${this.path}`)
    button.hidden = false
  }

  async run() {
    try {
      const offset = this.#location ? await this.#offset() : await this.#create()
      if (this.#isStopped) return this.#withdraw()
      if (offset !== null) await this.#send(offset)
      this.bar.value = 1
      this.#end('stored', `Stored, ${size(this.file.size)}`)
      whenStored(this.path)
    } catch (refused) {
      if (!this.#isStopped) this.#refused(refused)
    }
  }

  /** Creates it; what is there already isn't overwritten unasked. Returns where to begin, or null if that was all. */
  async #create() {
    const headers = {
      ...TUS, 'Upload-Length': this.file.size, 'Upload-Metadata': `path ${base64(this.path)}`,
      ...(this.#isReplacing ? {} : { 'If-None-Match': '*' }),
    }
    const answer = await request('/uploads', { method: 'POST', headers })
    this.#location = new URL(answer.headers.get('Location'), location.href).pathname
    return this.file.size ? 0 : null
  }

  /** How far it came; null if it was stored and only the answer was lost. */
  async #offset() {
    try {
      const answer = await request(this.#location, { method: 'HEAD', headers: TUS })
      if (answer.headers.get('Content-Location')) return null
      return Number(answer.headers.get('Upload-Offset'))
    } catch (refused) {
      if (refused.status !== 404 && refused.status !== 410) throw refused
      return this.#create()
    }
  }

  #send(offset) {
    return new Promise((done, failed) => {
      const sending = this.#sending = new XMLHttpRequest()
      sending.open('PATCH', this.#location)
      const headers = { ...TUS, ...BY_SCRIPT, 'Upload-Offset': offset, 'Content-Type': 'application/offset+octet-stream' }
      for (const [name, value] of Object.entries(headers)) sending.setRequestHeader(name, value)
      sending.upload.onprogress = event => this.#progress(offset + event.loaded)
      sending.onload = () => sending.status < 300 ? done() : failed(refusal(sending.status, sending.responseText))
      sending.onerror = sending.onabort = () => failed(new Refused(0, 'Interrupted'))
      sending.send(this.file.slice(offset))
    })
  }

  #progress(loaded) {
    const total = this.file.size
    this.bar.value = total ? loaded / total : 1
    this.state.textContent = loaded >= total ? 'Validating…' : `${size(loaded)} of ${size(total)}`
  }

  #refused(refused) {
    if (refused.status === 412 && !this.#isReplacing && may('write', this.path)) {
      this.#location = null
      this.#offer('exists', 'Already exists', 'Replace')
    } else if (refused.status === 412 && !this.#isReplacing) {
      this.#end('refused', 'Already exists, and you can’t replace it')
    } else if (PASSING.has(refused.status) && (refused.status !== 409 || this.#location)) {
      this.#offer('failed', refused.status ? refused.message : 'Interrupted', 'Resume')
    } else {
      this.#end('refused', refused.status === 422 ? 'Refused' : refused.message)
      const reasons = refused.violations.map(reason)
      this.reasons.replaceChildren(...(reasons.length ? reasons : refused.status === 422 ? [el('li', {}, refused.message)] : []))
    }
  }

  /** Waits for a yes. */
  #offer(kind, text, yes) {
    this.element.classList.add(kind)
    this.state.textContent = text
    this.#name(this.again, yes)
    say(`${this.path}: ${text}`)
  }

  #retry() {
    this.#isReplacing ||= this.element.classList.contains('exists')
    this.element.classList.remove('exists', 'failed')
    this.state.textContent = 'Waiting'
    this.button.focus()
    this.again.hidden = true
    queue.push(this)
    pump()
  }

  #cancel() {
    if (this.isOver) {
      this.dismiss()
      return
    }
    this.stop()
    this.#end('cancelled', 'Cancelled')
  }

  /** Ends it where it is; the hub keeps nothing of it. */
  stop() {
    if (this.isOver || this.#isStopped) return
    this.#isStopped = true
    this.#sending?.abort()
    this.#withdraw()
  }

  #withdraw() {
    if (!this.#location) return
    request(this.#location, { method: 'DELETE', headers: TUS }).catch(() => { /* it expires by itself */ })
  }

  dismiss() {
    all.delete(this)
    remove(this.element)
    offerClear()
  }

  #end(kind, text) {
    this.isOver = true
    this.element.classList.add(kind)
    this.state.textContent = text
    this.bar.hidden = this.again.hidden = true
    this.#name(this.button, 'Dismiss')
    offerClear()
  }
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

function reason({ validator, line, column, message }) {
  const where = line > 0 ? `line ${line}${column > 0 ? `, column ${column}` : ''}: ` : ''
  return el('li', {}, el('strong', {}, where), message, ' ', el('span', { className: 'hint' }, `(${validator})`))
}
