// Choosing and dropping what is to be uploaded: files, and folders with all that is in them.

import { $, createElement } from './dom.js'
import { mayAddTo } from './hub.js'
import * as uploads from './uploads.js'

export function init() {
  const drop = $('drop')
  for (const name of ['chosen', 'chosen-folder']) {
    $(name === 'chosen' ? 'choose' : 'choose-folder').addEventListener('click', () => $(name).click())
    $(name).addEventListener('change', () => {
      upload([...$(name).files].map(file => ({ file, path: file.webkitRelativePath || file.name })))
      $(name).value = ''
    })
  }
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
  $('files').addEventListener('drop', async event => {
    event.preventDefault()
    drop.classList.remove('over')
    // The items must be asked before the first wait, since they are gone after the event.
    const dropped = [...event.dataTransfer.items].filter(item => item.kind === 'file').map(item => item.webkitGetAsEntry() || item.getAsFile())
    const found = []
    for (const each of dropped) {
      if (each instanceof File) found.push({ file: each, path: each.name })
      else if (each) await collect(each, found)
    }
    upload(found)
  })
  $('upload-directory').addEventListener('input', offer)
}

/** Offers the upload where the user may add files. */
export function offer() {
  $('drop').hidden = !mayAddTo(null)
  const isGranted = mayAddTo(target())
  $('choose').disabled = $('choose-folder').disabled = !isGranted
  $('upload-note').replaceChildren(isGranted ? '' : createElement('span', {}, 'You can’t upload to this folder.'))
}

/** Sets the folder to upload to. */
export function setTarget(folder) {
  $('upload-directory').value = folder
}

function target() {
  const directory = $('upload-directory').value.trim().replace(/^\/+/, '')
  return directory && !directory.endsWith('/') ? directory + '/' : directory
}

/** Uploads files to their paths below the target. */
function upload(files) {
  if (mayAddTo(target())) uploads.add(files.map(({ file, path }) => ({ file, path: target() + path })))
}

/** Finds the files in a folder that was dropped. */
async function collect(entry, found) {
  const path = entry.fullPath.replace(/^\//, '')
  try {
    if (entry.isFile) {
      found.push({ file: await new Promise((done, failed) => entry.file(done, failed)), path })
      return
    }
    const reader = entry.createReader()
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed))
      if (!some.length) return
      for (const each of some) await collect(each, found)
    }
  } catch (failure) {
    uploads.note(path, failure)
  }
}
