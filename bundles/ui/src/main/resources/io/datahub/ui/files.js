// Files: a folder's contents, uploads with progress, and what validators said.

import { $, ask, el, moment, say, size } from './dom.js'
import { authorization, filePath, live, refusal, request } from './hub.js'

const PAGE = 200
const AT_ONCE = 3
let folder = ''
let entries = []
let next = null
let reading = 0
let stale = 0
let running = 0
const queue = []

export function begin() {
  const drop = $('drop')
  $('choose').addEventListener('click', () => $('chosen').click())
  $('chosen').addEventListener('change', () => { upload($('chosen').files); $('chosen').value = '' })
  for (const target of [drop, $('files')]) {
    target.addEventListener('dragover', event => {
      if (![...event.dataTransfer.types].includes('Files')) return
      event.preventDefault()
      drop.classList.add('over')
    })
  }
  $('files').addEventListener('dragleave', event => {
    if (!$('files').contains(event.relatedTarget)) drop.classList.remove('over')
  })
  $('files').addEventListener('drop', event => {
    event.preventDefault()
    drop.classList.remove('over')
    upload(event.dataTransfer.files)
  })
  $('find').addEventListener('input', draw)
  $('more').addEventListener('click', () => read(next))
  live.addEventListener('event', ({ detail }) => changed(detail.topic))
}

/** Shows a folder: its path, which is empty or ends in a slash. */
export async function open(path) {
  const isOther = path !== folder
  folder = path
  if (isOther) {
    entries = []
    $('find').value = ''
    $('into').value = path
    draw()
  }
  drawCrumbs()
  await read(null)
}

export function reset() {
  folder = ''
  entries = []
  next = null
  $('into').value = ''
  $('uploads').replaceChildren()
}

async function read(after) {
  const mine = ++reading
  try {
    const query = `?limit=${PAGE}` + (after ? `&after=${encodeURIComponent(after)}` : '')
    const page = await (await request(filePath(folder) + query)).json()
    if (mine !== reading) return
    entries = after ? [...entries, ...page.entries] : page.entries
    next = page.next
    $('files-note').className = 'empty'
    draw()
  } catch (refused) {
    if (mine !== reading) return
    entries = []
    next = null
    draw()
    $('files-note').textContent = refused.status === 404 ? 'There is no such folder yet. The first upload makes it.' : refused.message
  }
}

/** Reads again, soon, where an event is about this folder. */
function changed(topic) {
  const path = /^file\.[a-z]+\/(.*)$/s.exec(topic)?.[1]
  if (path === undefined || !path.startsWith(folder) || $('files').hidden) return
  clearTimeout(stale)
  stale = setTimeout(() => { if (!next || entries.length <= PAGE) read(null) }, 150)
}

function draw() {
  const text = $('find').value.trim().toLowerCase()
  const found = entries.filter(entry => entry.name.toLowerCase().includes(text))
  const focused = document.activeElement?.closest?.('tr')?.dataset?.name
  const place = document.activeElement?.dataset?.place
  $('entries').replaceChildren(...found.map(row))
  if (focused !== undefined) {
    [...$('entries').rows].find(each => each.dataset.name === focused)?.querySelector(`[data-place="${place}"]`)?.focus()
  }
  $('listing').hidden = found.length === 0
  $('files-note').textContent = found.length ? '' : entries.length ? 'Nothing here has such a name.' : 'This folder is empty.'
  $('more').hidden = !next
}

function row(entry) {
  const isFolder = entry.type === 'directory'
  const path = folder + entry.name
  const name = isFolder
    ? el('a', { href: '#/files/' + encoded(path) + '/', 'data-place': 'name' }, entry.name)
    : el('button', { type: 'button', className: 'link', 'data-place': 'name', onclick: () => download(path, entry.name) }, entry.name)
  const remove = el('button', {
    type: 'button', className: 'quiet', 'data-place': 'delete', 'aria-label': `Delete ${entry.name}`, onclick: () => erase(path, isFolder),
  }, 'Delete')
  const fetchIt = el('button', {
    type: 'button', className: 'quiet', 'data-place': 'download', 'aria-label': `Download ${entry.name}`, onclick: () => download(path, entry.name),
  }, 'Download')
  return el('tr', { 'data-name': entry.name, className: isFolder ? 'folder' : 'file' },
    el('td', { className: 'name' }, name),
    el('td', { className: 'number' }, isFolder || entry.size === undefined ? '' : size(entry.size)),
    el('td', { className: 'modified' }, entry.modified && !isFolder ? moment(entry.modified) : ''),
    el('td', { className: 'actions' }, isFolder ? null : fetchIt, remove))
}

function encoded(path) {
  return path.split('/').map(encodeURIComponent).join('/')
}

function drawCrumbs() {
  const names = folder.split('/').filter(Boolean)
  const parts = [el('a', { href: '#/files/' }, 'All files')]
  names.forEach((name, i) => {
    const path = names.slice(0, i + 1).map(encodeURIComponent).join('/')
    parts.push(el('span', { 'aria-hidden': 'true' }, '/'), el('a', { href: `#/files/${path}/` }, name))
  })
  parts.at(-1).setAttribute('aria-current', 'page')
  $('crumbs').replaceChildren(...parts)
}

async function download(path, name) {
  try {
    const answer = await request(filePath(path) + '?download', { headers: { Accept: '*/*' } })
    const url = URL.createObjectURL(await answer.blob())
    const link = el('a', { href: url, download: name })
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 60_000)
    say(`${name} was downloaded`)
  } catch (refused) {
    note(name, refused)
  }
}

async function erase(path, isFolder) {
  const title = isFolder ? `Delete the folder ${path} and all that is in it?` : `Delete ${path}?`
  if (!await ask(title, 'This can’t be undone.', 'Delete')) return
  try {
    await request(filePath(path) + (isFolder ? '/?recursive' : ''), { method: 'DELETE' })
    say(`${path} was deleted`)
    await read(null)
  } catch (refused) {
    note(path, refused)
  }
}

function upload(files) {
  let into = $('into').value.trim().replace(/^\/+/, '')
  if (into && !into.endsWith('/')) into += '/'
  for (const file of files) {
    const item = new Upload(file, into + file.name)
    $('uploads').prepend(item.element)
    queue.push(item)
  }
  pump()
}

function pump() {
  while (running < AT_ONCE && queue.length) {
    const item = queue.shift()
    if (item.isOver) continue
    running++
    item.run().finally(() => { running--; pump() })
  }
}

/** One file on its way. */
class Upload {
  isOver = false

  constructor(file, path) {
    this.file = file
    this.path = path
    this.bar = el('progress', { max: 1, value: 0, 'aria-label': `Progress of ${path}` })
    this.state = el('span', { className: 'state' }, 'waiting')
    this.button = el('button', { type: 'button', className: 'quiet', onclick: () => this.cancel(), 'aria-label': `Cancel ${path}` }, 'Cancel')
    this.reasons = el('ul', { className: 'reasons' })
    this.element = el('li', { className: 'upload card' },
      el('span', { className: 'name' }, path), this.state, this.button, this.bar, this.reasons)
  }

  run() {
    return new Promise(done => {
      const sending = this.sending = new XMLHttpRequest()
      sending.open('PUT', filePath(this.path))
      sending.setRequestHeader('Authorization', authorization())
      sending.setRequestHeader('Content-Type', 'application/octet-stream')
      sending.upload.onprogress = event => this.progress(event.loaded, event.total)
      sending.onload = () => { this.answered(sending.status, sending.responseText); done() }
      sending.onerror = () => { this.over('failed', 'The connection broke.'); done() }
      sending.onabort = done
      sending.send(this.file)
    })
  }

  progress(loaded, total) {
    this.bar.value = total ? loaded / total : 1
    this.state.textContent = loaded === total ? 'being judged' : `${size(loaded)} of ${size(total)}`
  }

  answered(status, body) {
    if (status === 200 || status === 201) {
      this.bar.value = 1
      this.over('stored', `Stored, ${size(this.file.size)}`)
      read(null)
    } else {
      const refused = refusal(status, body)
      this.over('refused', status === 422 ? 'Refused' : refused.message)
      this.reasons.replaceChildren(...(refused.violations.length ? refused.violations.map(reason) : status === 422 ? [el('li', {}, refused.message)] : []))
    }
  }

  cancel() {
    if (this.isOver) {
      this.element.remove()
    } else {
      this.sending?.abort()
      this.over('cancelled', 'Cancelled; nothing was stored')
    }
  }

  over(state, text) {
    this.isOver = true
    this.element.classList.add(state)
    this.state.textContent = text
    this.bar.hidden = true
    this.button.textContent = 'Dismiss'
    this.button.setAttribute('aria-label', `Dismiss ${this.path}`)
  }
}

function reason({ validator, line, column, message }) {
  const where = line > 0 ? `line ${line}${column > 0 ? `, column ${column}` : ''}: ` : ''
  return el('li', {}, el('strong', {}, where), message, ' ', el('span', { className: 'hint' }, `(${validator})`))
}

/** A refusal of something else than an upload, in the same place. */
function note(name, refused) {
  const element = el('li', { className: 'upload card refused' },
    el('span', { className: 'name' }, name), el('span', { className: 'state' }, refused.message),
    el('button', { type: 'button', className: 'quiet', onclick: () => element.remove(), 'aria-label': `Dismiss ${name}` }, 'Dismiss'))
  $('uploads').prepend(element)
}
