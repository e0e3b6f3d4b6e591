// The uploads that this tab has begun and not ended, for after a reload of the page.

const STORAGE_KEY = 'datahub.uploads'

export function all() {
  return JSON.parse(sessionStorage.getItem(STORAGE_KEY) || '[]')
}

/** Remembers an upload in place of what was remembered of its location. */
export function put(upload) {
  save([...others(upload.location), upload])
}

export function remove(location) {
  save(others(location))
}

export function clear() {
  save([])
}

function others(location) {
  return all().filter(upload => upload.location !== location)
}

function save(uploads) {
  if (uploads.length) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(uploads))
  else sessionStorage.removeItem(STORAGE_KEY)
}
