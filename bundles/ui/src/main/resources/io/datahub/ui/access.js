// Lists of grants, roles and tokens, for one's own account and for administrators.

import { $, copyButton, createElement, formatTime, refocus } from './dom.js'
import { scrollingTable } from './table.js'

export const ACTIONS = { publish: 'Publish events', subscribe: 'Subscribe to events', read: 'Read files', create: 'Create files', write: 'Create, replace and delete files' }

/** What a grant permits, in words. */
export function describe({ action, what }) {
  if (action === 'publish' || action === 'subscribe') return what === '' ? 'all topics' : `topics that begin with ${what}`
  return what === '' ? 'all files' : what.endsWith('/') ? `in ${what}` : `the file ${what}`
}

/** Tokens and other credentials. @param revoke called with a token that the user revokes; null if that isn't offered */
export function credentials(all, revoke) {
  return scrollingTable('Credentials', ['Label', 'Created', 'Expires', 'Last used', ''], all.map(one => [
    one.kind === 'token' ? one.label || '–' : createElement('span', {}, `${one.label || ''} `, createElement('span', { className: 'hint' }, one.kind)),
    one.created ? formatTime(one.created) : '–', one.expires ? formatTime(one.expires) : 'never', one.lastUsed ? formatTime(one.lastUsed) : '–',
    revoke && one.id && ['token', 'short-lived'].includes(one.kind)
      ? createElement('button', { type: 'button', className: 'quiet', 'aria-label': `Revoke ${one.label || one.id}`, onclick: () => revoke(one) }, 'Revoke') : '',
  ]), 'None.')
}

/** A form that asks for a token's label and expiry. @param id begins the ids of its fields */
export function tokenForm(id, create) {
  const label = createElement('input', { type: 'text', id: `${id}-label`, maxLength: 100, autocomplete: 'off' })
  const expires = createElement('input', { type: 'date', id: `${id}-expires`, min: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10) })
  return createElement('form', { className: 'tools', onsubmit: event => { event.preventDefault(); create({ label: label.value.trim(), ...expiry(expires.value) }) } },
    createElement('div', { className: 'field' }, createElement('label', { htmlFor: `${id}-label` }, 'Label of the token'), label),
    createElement('div', { className: 'field' }, createElement('label', { htmlFor: `${id}-expires` }, 'Expires (optional)'), expires),
    createElement('button', { type: 'submit' }, 'Create token'))
}

function expiry(date) {
  return date ? { expires: `${date}T00:00:00Z` } : {}
}

/** Shows a new token, once. */
export function showToken(place, { token, user }) {
  const opener = document.activeElement
  const done = () => { place.replaceChildren(); refocus(opener) }
  place.replaceChildren(createElement('div', { className: 'card secret', role: 'alert' },
    createElement('p', {}, `The new token of ${user}. It is shown only now:`),
    createElement('code', {}, token),
    createElement('div', { className: 'buttons' },
      copyButton('Copy token', token, 'main'),
      createElement('button', { type: 'button', className: 'quiet', onclick: done }, 'Done'))))
  place.scrollIntoView({ block: 'nearest' })
}

/** Counts what a section shows: a response to a request of an earlier reading, or of an earlier visit, isn't shown any more. */
export class Turns {
  #reading = 0
  #visit = 0

  /** Begins a reading. Returns whether nothing newer has begun since. */
  read() {
    const own = ++this.#reading
    return () => own === this.#reading
  }

  /** Returns whether the user is still where it was when this was called. */
  stay() {
    const own = this.#visit
    return () => own === this.#visit
  }

  /** The user leaves. */
  leave() {
    this.#reading++
    this.#visit++
  }
}

/** Shows why something was refused. */
export function showRefusal(place, refused) {
  place.replaceChildren(createElement('p', { className: 'error', role: 'alert' }, refused.message,
    ...refused.violations?.map(({ message }) => createElement('span', {}, ` ${message}`)) || []))
  place.scrollIntoView({ block: 'nearest' })
}

/** Clears a section when its user signs out. */
export function clear(...ids) {
  for (const id of ids) $(id).replaceChildren()
}
