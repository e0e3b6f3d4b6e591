// The account of the user who is signed in: what it may do, and its tokens.

import { $, confirmDialog } from './dom.js'
import { request } from './hub.js'
import { clear, credentials, describe, ACTIONS, showRefusal, showToken, table, tokenForm } from './access.js'

let generation = 0
let visit = 0 // counts what ends the view of a user: a response that comes later is not shown

export async function open(me) {
  const thisOpening = ++generation
  const thisVisit = visit
  $('account-note').textContent = me.roles.length ? `${me.user}, ${me.roles.length === 1 ? 'role' : 'roles'} ${me.roles.join(', ')}` : me.user
  $('account-grants').replaceChildren(table('What you may do', ['You may', 'Where', 'By'],
    me.roles.includes('admin') ? [['Do everything', '', 'the role admin']]
      : me.grants.map(grant => [ACTIONS[grant.action] || grant.action, describe(grant), grant.origin || '']), 'Nothing yet. An administrator grants access.'))
  if (!$('account-new').children.length) $('account-new').replaceChildren(tokenForm(create))
  try {
    const { tokens } = await (await request('/tokens')).json()
    if (thisOpening === generation) $('account-tokens').replaceChildren(credentials(tokens, revoke))
  } catch (refused) {
    if (thisOpening === generation) showRefusal($('account-tokens'), refused)
  }
  async function create(wanted) {
    await change(async () => {
      const answer = await request('/tokens', { method: 'POST', body: JSON.stringify(wanted), headers: { 'Content-Type': 'application/json' } })
      const made = await answer.json()
      if (thisVisit !== visit) return
      $('account-new').replaceChildren(tokenForm(create))
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
      if (thisVisit === visit) showRefusal($('account-secret'), refused)
    }
    if (thisOpening === generation) await open(me)
  }
}

/** Forgets everything, and clears the screen. */
export function reset() {
  generation++
  visit++
  clear('account-note', 'account-grants', 'account-tokens', 'account-new', 'account-secret')
}

/** Leaves nothing secret on the screen. */
export function leave() {
  generation++
  visit++
  clear('account-secret')
}

