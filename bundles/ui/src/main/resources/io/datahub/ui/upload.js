// The upload of one file by tus, with progress: an interrupted one can be resumed, also after a reload, and an existing file is
// replaced only after a confirmation.

import { announce, breakable, createElement, size } from './dom.js'
import { BY_SCRIPT, may, refusal, Refused, request } from './hub.js'
import * as remembered from './remembered.js'
import { localText } from './text.js'
import { violation } from './violation.js'

/** An upload without progress for so long, in milliseconds, counts as interrupted: a lost connection isn't always reported. */
const STALLED = 30_000
const TUS = { 'Tus-Resumable': '1.0.0' }
/** Statuses after which the hub keeps the upload, so that it can be resumed; 0 is a lost connection. */
const RESUMABLE = new Set([0, 408, 409, 423, 429, 500, 502, 503, 504, 507])

/** The upload of one file. */
export class Upload {
  isOver = false
  location = null
  #refusedText = null // of a file that a validator refused, to be edited
  #violations = []
  #expected = null // size and modification time of a file that has to be chosen again
  #stalled = 0
  #isReplacing = false
  #isStopped = false
  #sending = null
  #list

  /**
   * @param list the list of uploads
   * @param interrupted what was remembered of an upload that a reload interrupted
   */
  constructor(list, file, path, interrupted = null) {
    this.#list = list
    this.file = file
    this.path = path
    this.bar = createElement('progress', { max: 1, value: 0, 'aria-label': `Progress of ${path}` })
    this.state = createElement('span', { className: 'state' }, 'Waiting')
    this.retry = this.#button(() => this.#retry())
    this.retry.hidden = true
    this.button = this.#button(() => this.#cancel())
    this.#name(this.button, 'Cancel')
    this.reasons = createElement('ul', { className: 'reasons' })
    this.element = createElement('li', { className: 'upload card' }, createElement('span', { className: 'name' }, ...breakable(path)), this.state,
      createElement('span', { className: 'buttons' }, this.retry, this.button), this.bar, this.reasons)
    if (interrupted) {
      this.location = interrupted.location
      this.#expected = { size: interrupted.size, modified: interrupted.modified }
      this.#isReplacing = interrupted.replaces
      this.#offer('failed', 'Interrupted by a reload. Choose the file again to resume', 'Resume')
    }
  }

  /** Whether this upload can be resumed with a file that was chosen again. */
  awaits(file, path) {
    return !this.isOver && this.#expected !== null && path === this.path && this.#matches(file)
  }

  #matches(file) {
    return file.size === this.#expected.size && file.lastModified === this.#expected.modified
  }

  /** Resumes the upload with its file. */
  resumeWith(file) {
    this.file = file
    this.#expected = null
    this.#retry()
  }

  #chooseAgain() {
    const input = createElement('input', { type: 'file' })
    input.addEventListener('change', () => {
      const [file] = input.files
      if (this.#matches(file)) this.resumeWith(file)
      else this.#offer('failed', 'That is another file, or it has changed. Choose the same file, or cancel', 'Resume')
    })
    input.click()
  }

  /** Ends the request that is being sent, so that the upload can be resumed. */
  interrupt() {
    this.#sending?.abort()
  }

  /** Remembers the upload until it ends, for after a reload. */
  #remember() {
    const { size, lastModified } = this.file
    remembered.put({ user: this.#list.user, path: this.path, location: this.location, size, modified: lastModified, replaces: this.#isReplacing })
  }

  #forget() {
    remembered.remove(this.location)
  }

  #button(onclick) {
    return createElement('button', { type: 'button', className: 'quiet', onclick })
  }

  #name(button, text) {
    button.textContent = text
    button.setAttribute('aria-label', `${text} ${this.path}`)
    button.hidden = false
  }

  async run() {
    try {
      const offset = this.location ? await this.#offset() : await this.#create()
      if (this.#isStopped) return this.#withdraw()
      if (offset !== null) await this.#send(offset)
      this.bar.value = 1
      this.#end('stored', `Stored, ${size(this.file.size)}`)
      this.#list.stored(this.path)
    } catch (refused) {
      if (!this.#isStopped) this.#refused(refused)
    }
  }

  /** Creates the upload; an existing file is replaced only if the user has confirmed it. Returns the offset, or null if an empty file was stored. */
  async #create() {
    const headers = {
      ...TUS, 'Upload-Length': this.file.size, 'Upload-Metadata': `path ${base64(this.path)}`,
      ...(this.#isReplacing ? {} : { 'If-None-Match': '*' }),
    }
    const answer = await request('/uploads', { method: 'POST', headers })
    this.location = new URL(answer.headers.get('Location'), location.href).pathname
    this.#remember()
    return this.file.size ? 0 : null
  }

  /** The number of bytes that the hub has; null if the file was stored and only the response was lost. */
  async #offset() {
    try {
      const answer = await request(this.location, { method: 'HEAD', headers: TUS })
      if (answer.headers.get('Content-Location')) return null
      return Number(answer.headers.get('Upload-Offset'))
    } catch (refused) {
      if (refused.status !== 404 && refused.status !== 410) throw refused
      this.#forget()
      return this.#create()
    }
  }

  #send(offset) {
    return new Promise((done, failed) => {
      const sending = this.#sending = new XMLHttpRequest()
      sending.open('PATCH', this.location)
      const headers = { ...TUS, ...BY_SCRIPT, 'Upload-Offset': offset, 'Content-Type': 'application/offset+octet-stream' }
      for (const [name, value] of Object.entries(headers)) sending.setRequestHeader(name, value)
      const watch = () => {
        clearTimeout(this.#stalled)
        this.#stalled = setTimeout(() => sending.abort(), STALLED)
      }
      sending.upload.onprogress = event => { watch(); this.#progress(offset + event.loaded) }
      sending.upload.onloadend = () => clearTimeout(this.#stalled) // the hub validates, which may take longer
      sending.onloadend = () => { clearTimeout(this.#stalled); this.#sending = null }
      sending.onload = () => sending.status < 300 ? done() : failed(refusal(sending.status, sending.responseText))
      sending.onerror = sending.onabort = () => failed(new Refused(0, 'Interrupted'))
      watch()
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
      this.#forget()
      this.location = null
      this.#offer('exists', 'Already exists', 'Replace')
    } else if (refused.status === 412 && !this.#isReplacing) {
      this.#end('refused', 'Already exists, and you can’t replace it')
    } else if (RESUMABLE.has(refused.status) && (refused.status !== 409 || this.location)) {
      this.#offer('failed', refused.status ? refused.message : 'Interrupted', 'Resume')
    } else {
      this.#end('refused', refused.status === 422 ? 'Refused' : refused.message)
      this.#violations = refused.violations
      const reasons = this.#violations.map(violation)
      this.reasons.replaceChildren(...(reasons.length ? reasons : refused.status === 422 ? [createElement('li', {}, refused.message)] : []))
      if (refused.status === 422) this.#offerEdit()
    }
  }

  /** Offers to edit a text that was refused. */
  async #offerEdit() {
    this.#refusedText = await localText(this.file).catch(() => null)
    if (this.#refusedText !== null) this.#name(this.retry, 'Edit')
  }

  /** Offers to go on with the upload. */
  #offer(kind, text, yes) {
    this.element.classList.add(kind)
    this.state.textContent = text
    this.#name(this.retry, yes)
    this.#list.raise(this)
    announce(`${this.path}: ${text}`)
  }

  #retry() {
    if (this.#refusedText !== null) {
      this.#list.edit(this.path, this.#refusedText, this.#violations, () => this.#mended())
      return
    }
    if (this.#expected) {
      this.#chooseAgain()
      return
    }
    this.#isReplacing ||= this.element.classList.contains('exists')
    this.element.classList.remove('exists', 'failed')
    this.state.textContent = 'Waiting'
    this.button.focus()
    this.retry.hidden = true
    this.#list.start(this)
  }

  /** Its text was edited and stored. */
  #mended() {
    this.element.classList.remove('refused')
    this.reasons.replaceChildren()
    this.#end('stored', 'Stored, as you edited it')
  }

  #cancel() {
    if (this.isOver) {
      this.dismiss()
      return
    }
    this.stop()
    this.#end('cancelled', 'Cancelled')
  }

  /** Ends the upload, and deletes what the hub has of it. */
  stop() {
    if (this.isOver || this.#isStopped) return
    this.#isStopped = true
    this.#sending?.abort()
    this.#withdraw()
  }

  #withdraw() {
    if (!this.location) return
    this.#forget()
    request(this.location, { method: 'DELETE', headers: TUS }).catch(() => { /* the hub deletes it when it expires */ })
  }

  dismiss() {
    this.#list.remove(this)
  }

  #end(kind, text) {
    this.isOver = true
    this.#forget()
    this.element.classList.add(kind)
    this.state.textContent = text
    this.bar.hidden = this.retry.hidden = true
    this.#name(this.button, 'Dismiss')
    if (kind === 'refused') this.#list.raise(this)
    else this.#list.ended()
  }
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
