// What is done with entries: one or several of them.

import { $, announce, confirmDialog, promptDialog } from './dom.js'
import { filePath, may, mayAddTo, request } from './hub.js'
import * as uploads from './uploads.js'

const selected = new Set() // paths, that of a folder with a slash at the end
/** Longer addresses may be refused, by the hub or by a proxy. */
const MAX_QUERY = 6_000
let folder = ''
let total = Infinity // how many entries the folder has, if all of them are shown
let onChanged = () => {}

/** @param changed called after entries have been changed, or the selection has been cleared */
export function init(changed) {
  onChanged = changed
  $('selection-clear').addEventListener('click', () => { clear(); onChanged() })
  $('selection-delete').addEventListener('click', () => remove([...selected]))
  $('selection-move').addEventListener('click', () => rename([...selected]))
  $('new-folder').addEventListener('click', makeFolder)
}

/** Begins with nothing selected in a folder. */
export function open(path) {
  folder = path
  $('new-folder').hidden = !mayAddTo(folder)
  clear()
}

export function has(path) {
  return selected.has(path)
}

export function set(path, isSelected) {
  setAll([path], isSelected)
}

export function setAll(paths, isSelected) {
  for (const path of paths) {
    if (isSelected) selected.add(path)
    else selected.delete(path)
  }
  draw()
}

/** Sets how many entries the folder has; Infinity if not all of them are shown. */
export function setTotal(count) {
  total = count
  draw()
}

/** Keeps only what is still there. */
export function keep(paths) {
  for (const path of [...selected]) if (!paths.has(path)) selected.delete(path)
  draw()
}

export function clear() {
  selected.clear()
  draw()
}

export function isEmpty() {
  return selected.size === 0
}

function draw() {
  const hadFocus = $('selection').contains(document.activeElement)
  $('selection').hidden = selected.size === 0
  if (hadFocus && !selected.size) ($('listing').hidden ? $('find') : $('select-all')).focus({ preventScroll: true })
  if (!selected.size) return
  const paths = [...selected]
  $('selection-count').textContent = `${paths.length} selected`
  const isHere = paths.every(path => path.startsWith(folder) && !path.slice(folder.length).replace(/\/$/, '').includes('/'))
  const names = paths.map(path => 'name=' + encodeURIComponent(path.slice(folder.length).replace(/\/$/, ''))).join('&')
  const isWhole = paths.length === total
  for (const format of ['zip', 'tar']) {
    $(`selection-${format}`).hidden = !isHere || (!isWhole && names.length > MAX_QUERY)
    $(`selection-${format}`).href = `${filePath(folder)}?archive=${format}${isWhole ? '' : '&' + names}`
  }
  const mayChange = paths.every(mayChangePath)
  $('selection-move').hidden = $('selection-delete').hidden = !mayChange
}

/** Whether the user may delete or move a record or folder. */
export function mayChangePath(path) {
  return path !== 'broker_users.xml' && may('write', path)
}

/** Deletes entries after a confirmation. */
export async function remove(paths) {
  const what = paths.length > 1 ? `${paths.length} entries` : paths[0].endsWith('/') ? `the folder ${paths[0]}` : paths[0]
  const title = `Delete ${what}${paths.some(path => path.endsWith('/')) ? ' and everything in it' : ''}?`
  if (!await confirmDialog(title, 'This can’t be undone.', 'Delete')) return false
  return each(paths, path => request(filePath(path) + (path.endsWith('/') ? '?recursive' : ''), { method: 'DELETE' }), 'Deleted')
}

/** Renames one entry, or moves several into another folder. Returns the new path of one, or where several are; null if nothing was moved, or not all. */
export async function rename(paths) {
  const isOne = paths.length === 1
  const plain = path => path.replace(/\/$/, '')
  const typed = isOne
    ? await promptDialog('Rename or move', 'New path', plain(paths[0]), 'Move', 'The validators of the new path decide. Missing folders are made.')
    : await promptDialog(`Move ${paths.length} entries`, 'To the folder', plain(folder), 'Move', 'Empty is the top folder. Missing folders are made.', true)
  if (typed === null) return null
  const to = plain(typed.replace(/^\/+/, ''))
  const isDone = await each(paths, path => {
    const name = plain(path).split('/').at(-1)
    const target = (isOne ? to : to ? `${to}/${name}` : name) + (path.endsWith('/') ? '/' : '')
    return request(filePath(path), { method: 'MOVE', headers: { Destination: filePath(target), Overwrite: 'F' } })
  }, 'Moved')
  return isDone ? to : null
}

async function makeFolder() {
  const name = await promptDialog('New folder', 'Name', '', 'Create')
  if (name) await each([`${folder}${name.replace(/^\/+|\/+$/g, '')}/`], path => request(filePath(path), { method: 'PUT' }), 'Created')
}

/** Does something with each path, and shows what was refused. */
async function each(paths, change, done) {
  let isRefused = false
  for (const path of paths) {
    try {
      await change(path)
      selected.delete(path)
    } catch (refused) {
      isRefused = true
      uploads.note(path, refused.status === 412 ? new Error('There is already something at the new path.') : refused)
    }
  }
  if (!isRefused) announce(`${done} ${paths.length > 1 ? `${paths.length} entries` : paths[0]}`)
  draw()
  onChanged()
  return !isRefused
}
