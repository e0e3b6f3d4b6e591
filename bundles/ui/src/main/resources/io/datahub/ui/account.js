// The account of the user who is signed in: what it may do, and its tokens.

import { $, confirmDialog, redraw } from './dom.js'
import { onceSettled, request } from './hub.js'
import { clear, credentials, describe, ACTIONS, showRefusal, showToken, tokenForm, Turns } from './access.js'
import { scrollingTable } from './table.js'

const turns = new Turns()

export async function open(me) {
  const isCurrent = turns.read()
  const isHere = turns.stay()
  $('account-note').textContent = me.roles.length ? `${me.user}, ${me.roles.length === 1 ? 'role' : 'roles'} ${me.roles.join(', ')}` : me.user
  $('account-grants').replaceChildren(scrollingTable('What you may do', ['You may', 'Where', 'By'],
    me.roles.includes('admin') ? [['Do everything', 'all topics and files', 'the role admin']]
      : me.grants.map(grant => [ACTIONS[grant.action] || grant.action, describe(grant), grant.origin || '']), 'Nothing yet. An administrator grants access.'))
  if (!$('account-new').children.length) $('account-new').replaceChildren(tokenForm('account-token', create))
  try {
    const { tokens } = await (await request('/tokens')).json()
    if (isCurrent()) redraw($('account-tokens'), credentials(tokens, revoke))
  } catch (refused) {
    if (isCurrent()) showRefusal($('account-tokens'), refused)
  }
  async function create(wanted) {
    await change(async () => {
      const answer = await request('/tokens', { method: 'POST', body: JSON.stringify(wanted), headers: { 'Content-Type': 'application/json' } })
      const made = await answer.json()
      if (!isHere()) return
      redraw($('account-new'), tokenForm('account-token', create))
      showToken($('account-secret'), made)
    })
  }
  async function revoke(token) {
    const text = token.current ? 'You are signed in with it, and will be signed out.' : 'Whoever uses it is cut off at once.'
    if (!await confirmDialog(`Revoke the token ${token.label || token.id}?`, text, 'Revoke')) return
    await change(() => request(`/tokens/${encodeURIComponent(token.id)}`, { method: 'DELETE' }))
  }
  async function change(send) {
    $('account-secret').replaceChildren()
    try {
      await send()
    } catch (refused) {
      if (isHere()) showRefusal($('account-secret'), refused)
    }
    if (isCurrent()) await open(me)
    onceSettled(() => { if (isHere()) open(me) })
  }
}

/** Forgets everything, and clears the screen. */
export function reset() {
  turns.leave()
  clear('account-note', 'account-grants', 'account-tokens', 'account-new', 'account-secret')
}

/** Leaves nothing secret on the screen. */
export function leave() {
  turns.leave()
  clear('account-secret')
}
