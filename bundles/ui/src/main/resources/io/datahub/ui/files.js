// Files: the entries of a folder, to find, upload, download and delete.

import { $, enableArrowKeys, confirmDialog, createElement, formatTime, announce, size } from './dom.js'
import { filePath, live, may, mayAddTo, request, useGrants } from './hub.js'
import * as uploads from './uploads.js'

const PAGE = 200
const MAX_ENTRIES = 10_000
let folder = ''
let entries = []
let next = null
let lastRead = 0
let refreshTimer = 0
let findTimer = 0

export function init() {
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
  $('upload-directory').addEventListener('input', offer)
  $('find').addEventListener('input', () => {
    clearTimeout(findTimer)
    findTimer = setTimeout(find, 250)
  })
  $('more').addEventListener('click', () => read(next))
  enableArrowKeys($('entries'), '[data-place]')
  uploads.init(path => { if (path.startsWith(folder)) refresh() })
  live.addEventListener('event', ({ detail }) => changed(detail.topic))
}

/** Offers only what this user may do; null if signed out. */
export function setUser(me) {
  useGrants(me)
  if (me) uploads.restore(me.user)
  offer()
  draw()
}

/** Offers the upload where the user may add files. */
function offer() {
  $('drop').hidden = !mayAddTo(null)
  const isGranted = mayAddTo(target())
  $('choose').disabled = !isGranted
  $('upload-note').textContent = isGranted ? '' : 'You can’t upload to this folder.'
}

/** The folder to upload to. */
function target() {
  const directory = $('upload-directory').value.trim().replace(/^\/+/, '')
  return directory && !directory.endsWith('/') ? directory + '/' : directory
}

function upload(files) {
  if (mayAddTo(target())) uploads.add(files, target())
}

/** Shows the entries of a folder whose names contain the text. Its path is empty or ends in a slash. */
export async function open(path, text) {
  const isOther = path !== folder
  folder = path
  $('find').value = text
  if (isOther) {
    entries = []
    next = null
    $('upload-directory').value = path
    draw()
  }
  offer()
  drawCrumbs()
  await read(null)
}

/** Forgets everything, and clears the screen. */
export function reset() {
  lastRead++
  clearTimeout(refreshTimer)
  clearTimeout(findTimer)
  folder = ''
  entries = []
  next = null
  $('upload-directory').value = $('find').value = ''
  uploads.reset()
  setUser(null)
  $('crumbs').replaceChildren()
  $('files-note').textContent = ''
}

/** Finds what was typed, unless another section is shown by now, whose address must not be replaced. */
function find() {
  if ($('files').hidden) return
  const text = $('find').value.trim()
  history.replaceState(null, '', '#/files/' + encoded(folder) + (text ? '?find=' + encodeURIComponent(text) : ''))
  read(null)
}

/** Reloads the entries that are shown. */
function refresh() {
  if ($('files').hidden) return
  clearTimeout(refreshTimer)
  refreshTimer = setTimeout(() => read(null, Math.min(MAX_ENTRIES, Math.max(PAGE, entries.length))), 150)
}

/** Loads entries after a name, or from the beginning. The hub searches the whole folder for the text, page by page. */
async function read(after, limit = PAGE) {
  const thisRead = ++lastRead
  const text = $('find').value.trim()
  const found = after ? [...entries] : []
  const wanted = found.length + limit
  let from = after
  try {
    do {
      const query = new URLSearchParams({ limit: wanted - found.length })
      if (from) query.set('after', from)
      if (text) query.set('find', text)
      const page = await (await request(`${filePath(folder)}?${query}`)).json()
      if (thisRead !== lastRead) return
      found.push(...page.entries)
      from = page.next
    } while (from && found.length < wanted)
    entries = found
    next = from
    draw()
  } catch (refused) {
    if (thisRead !== lastRead) return
    entries = []
    next = null
    draw()
    $('files-note').textContent = refused.status === 404 ? 'This folder doesn’t exist yet. An upload creates it.' : refused.message
  }
}

/** Reloads the folder soon if an event concerns it. */
function changed(topic) {
  const path = /^file\.[a-z]+\/(.*)$/s.exec(topic)?.[1]
  if (path?.startsWith(folder)) refresh()
}

function draw() {
  const focused = document.activeElement?.closest?.('tr')?.dataset?.name
  const place = document.activeElement?.dataset?.place
  $('entries').replaceChildren(...entries.map(row))
  if (focused !== undefined) focus(focused, place)
  $('listing').hidden = entries.length === 0
  $('files-note').textContent = entries.length ? '' : $('find').value.trim() ? 'No names match.' : 'This folder is empty.'
  $('more').hidden = !next
}

function focus(name, place) {
  const row = [...$('entries').rows].find(each => each.dataset.name === name)
  const element = row?.querySelector(`[data-place="${place}"]`) || row?.querySelector('[data-place="name"]')
  element?.focus()
  return element !== undefined && element !== null
}

function row(entry) {
  const isFolder = entry.type === 'directory'
  const path = folder + entry.name
  const name = isFolder
    ? createElement('a', { href: '#/files/' + encoded(path) + '/', 'data-place': 'name' }, entry.name)
    : createElement('a', { href: filePath(path) + '?download', download: entry.name, 'data-place': 'name' }, entry.name)
  const remove = createElement('button', {
    type: 'button', className: 'quiet', 'data-place': 'delete', 'aria-label': `Delete ${entry.name}`, onclick: () => deleteEntry(path, isFolder),
  }, 'Delete')
  const downloadLink = createElement('a', {
    className: 'quiet button', 'data-place': 'download', 'aria-label': `Download ${entry.name}`, href: filePath(path) + '?download', download: entry.name,
  }, 'Download')
  const mayDelete = path !== 'broker_users.xml' && may('write', path + (isFolder ? '/' : ''))
  return createElement('tr', { 'data-name': entry.name, className: isFolder ? 'folder' : 'file' },
    createElement('td', { className: 'name', title: entry.name }, name),
    createElement('td', { className: 'number' }, isFolder || entry.size === undefined ? '' : size(entry.size)),
    createElement('td', { className: 'modified' }, entry.modified && !isFolder ? formatTime(entry.modified) : ''),
    createElement('td', { className: 'actions' }, isFolder ? null : downloadLink, mayDelete ? remove : null))
}

function encoded(path) {
  return path.split('/').map(encodeURIComponent).join('/')
}

function drawCrumbs() {
  const names = folder.split('/').filter(Boolean)
  const parts = [createElement('a', { href: '#/files/' }, 'All files')]
  names.forEach((name, i) => {
    const path = names.slice(0, i + 1).map(encodeURIComponent).join('/')
    parts.push(createElement('span', { 'aria-hidden': 'true' }, '/'), createElement('a', { href: `#/files/${path}/` }, name))
  })
  parts.at(-1).setAttribute('aria-current', 'page')
  $('crumbs').replaceChildren(...parts)
}

async function deleteEntry(path, isFolder) {
  const title = isFolder ? `Delete the folder ${path} and everything in it?` : `Delete ${path}?`
  if (!await confirmDialog(title, 'This can’t be undone.', 'Delete')) return
  try {
    await request(filePath(path) + (isFolder ? '/?recursive' : ''), { method: 'DELETE' })
    announce(`Deleted ${path}`)
    const names = entries.map(entry => folder + entry.name)
    const at = names.indexOf(path)
    const beside = entries[at + 1] || entries[at - 1]
    entries = entries.filter((_, i) => i !== at)
    draw()
    if (!beside || !focus(beside.name, 'delete')) $('find').focus()
    await read(null, Math.min(MAX_ENTRIES, Math.max(PAGE, entries.length)))
  } catch (refused) {
    uploads.note(path, refused)
  }
}
