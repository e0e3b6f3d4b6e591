// Hooks and webhooks, for administrators: their last deliveries, and the dead letters, which can be sent again or dropped.

import { forgetDead, remember } from './cluster.js'
import { $, announce, confirmDialog, createElement, formatTime, number, reconcile } from './dom.js'
import { request } from './hub.js'
import { scrollingTable } from './table.js'

const CLOUD_EVENTS = ['structured', 'binary'] // kinds of webhooks; the others are named after what they are for

/** How often the hub of a cluster that sends a webhook is looked for behind the address of the page. */
const ATTEMPTS = 10
const ATTEMPT_MILLIS = 100
/** A hook lists so many deliveries. */
const RECENT = 20

let generation = 0
const answers = { hooks: new Map(), webhooks: new Map() } // the last answer of each hub, whose name is empty if it is alone
const opened = new Set() // the webhooks whose dead letters are shown
const shown = new Map() // id of a list, a colon and a name → the element and what it shows

/**
 * Reads and shows all of them; hides the sections if the hub has no hooks. In a cluster, another hub may answer each time: what
 * each has counted is added up.
 */
export async function update() {
  const thisUpdate = ++generation
  const [hooks, webhooks] = await Promise.all(['/status/hooks', '/status/webhooks'].map(path =>
    request(path, {}, [404]).then(answer => answer.ok ? answer.json() : null)))
  if (thisUpdate !== generation) return
  for (const [map, answer] of [[answers.hooks, hooks], [answers.webhooks, webhooks]]) {
    if (answer) remember(map, answer.hub, answer)
    else map.clear()
  }
  show('hooks', hooks && byName(answers.hooks, 'hooks').map(ofAllHubs), hookSummary, hook => [recent(hook)])
  show('webhooks', webhooks && byName(answers.webhooks, 'webhooks').map(ofSender), webhookSummary,
    webhook => webhook.state === 'standby' ? [] : [recent(webhook), letters(webhook)])
}

/** Forgets what hubs said that aren't alive any more. */
export function keepAlive(cluster) {
  forgetDead(cluster, ...Object.values(answers))
}

/** What all hubs say of each hook, in the order of names: a list of pairs of the hub's name and its status. */
function byName(hubs, kind) {
  const found = new Map()
  for (const [hub, answer] of hubs) for (const one of answer[kind]) found.set(one.name, [...found.get(one.name) ?? [], [hub, one]])
  return [...found].sort(([one], [other]) => one < other ? -1 : 1).map(([, each]) => each)
}

function ofAllHubs(hubs) {
  const [, last] = hubs.at(-1)
  const sum = key => hubs.reduce((total, [, one]) => total + one[key], 0)
  return {
    ...last, accepted: sum('accepted'), repeated: sum('repeated'), unknown: sum('unknown'), refused: sum('refused'),
    problem: [...new Set(hubs.filter(([, one]) => one.problem).map(([hub, one]) => hub ? `${hub}: ${one.problem}` : one.problem))].sort().join('; '),
    recent: hubs.flatMap(([, one]) => one.recent).sort((one, other) => one.time < other.time ? 1 : -1).slice(0, RECENT + 5),
  }
}

/** Only one hub sends a webhook at a time. */
function ofSender(hubs) {
  return (hubs.findLast(([, one]) => one.state !== 'standby') ?? hubs.at(-1))[1]
}

/** Forgets everything, and clears the screen. */
export function reset() {
  generation++
  shown.clear()
  opened.clear()
  for (const hubs of Object.values(answers)) hubs.clear()
  for (const id of ['hooks', 'webhooks']) {
    $(id).replaceChildren()
    $(`${id}-part`).hidden = true
  }
}

/** Shows a list. What hasn't changed stays as it is, open or closed. */
function show(id, all, summary, content) {
  $(`${id}-part`).hidden = !all
  $(`${id}-none`).hidden = !all || all.length > 0
  reconcile($(id), (all || []).map(one => {
    const key = `${id}:${one.name}`
    const json = JSON.stringify(one)
    const present = shown.get(key)
    if (present?.json === json) return present.element
    const details = createElement('details', { className: 'hook card', open: present?.element.firstChild.open ?? false },
      createElement('summary', { tabIndex: 0 }, ...summary(one)), ...content(one))
    const element = createElement('li', {}, details)
    const focused = present?.element.contains(document.activeElement)
    shown.set(key, { json, element })
    if (focused) requestAnimationFrame(() => details.firstChild.focus({ preventScroll: true }))
    return element
  }))
}

function head(name, state, isBad, ...facts) {
  return [createElement('strong', {}, name), createElement('span', { className: `component ${isBad ? 'degraded' : ''}` }, state),
    ...facts.filter(Boolean).map(fact => createElement('span', { className: 'hint' }, fact))]
}

function hookSummary(hook) {
  return [
    ...head(hook.name, hook.problem ? 'problem' : 'ready', hook.problem,
      `${hook.kind}, publishes ${hook.topic || 'events'} as ${hook.user}`,
      `${number(hook.accepted)} accepted, ${number(hook.repeated)} repeated, ${number(hook.unknown)} unknown, ${number(hook.refused)} refused`),
    hook.problem ? createElement('span', { className: 'reason' }, hook.problem) : null,
  ].filter(Boolean)
}

function webhookSummary(webhook) {
  if (webhook.state === 'standby') {
    return head(webhook.name, 'standby', false, `${webhook.sender ?? 'another hub'} sends it, and hasn’t answered this page: its deliveries and dead letters are seen at that hub’s own address`)
  }
  const waiting = webhook.nextAttempt ? createElement('span', { className: 'hint' }, 'next attempt ', formatTime(webhook.nextAttempt)) : null
  return [
    ...head(webhook.name, webhook.state, webhook.state !== 'sending' || webhook.problem, `${CLOUD_EVENTS.includes(webhook.kind) ? `${webhook.kind} CloudEvents` : webhook.kind} to ${webhook.host}`,
      `${number(webhook.delivered)} delivered, ${number(webhook.dropped)} dropped, ${count(webhook.deadLetters)}`),
    waiting,
    webhook.problem ? createElement('span', { className: 'reason' }, webhook.problem) : null,
  ].filter(Boolean)
}

/** Sends a request for dead letters, which only the hub that sends them can fulfil: another one of the cluster may have answered. */
async function askSender(path, options) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request(path, options)
    } catch (refused) {
      if (refused.status !== 409 || attempt === ATTEMPTS) throw refused
      await new Promise(done => setTimeout(done, ATTEMPT_MILLIS))
    }
  }
}

function count(letters) {
  return letters === 1 ? '1 dead letter' : `${number(letters)} dead letters`
}

function recent({ name, recent: deliveries }) {
  if (!deliveries.length) return createElement('p', { className: 'hint' }, 'No deliveries since the hub was started.')
  return scrollingTable(`Last deliveries of ${name}`, ['Time', 'Result', 'Topics', 'Delivery'], deliveries.map(({ time, id, topics, result, detail }) => [
    formatTime(time),
    createElement('span', { className: ['refused', 'retrying'].includes(result) ? 'failed' : '' }, result,
      detail ? createElement('span', { className: 'detail' }, detail) : null),
    topics.join(', '), createElement('code', {}, id),
  ]), '', true)
}

/** The dead letters of a webhook; they are read when the user asks for them. */
function letters({ name, deadLetters, state }) {
  const place = createElement('div', { className: 'letters' })
  const path = `/status/webhooks/${encodeURIComponent(name)}/dead-letters`
  const note = createElement('p', { className: 'error', role: 'status' })
  const change = async (method, id, done) => {
    note.textContent = ''
    try {
      await askSender(id ? `${path}/${encodeURIComponent(id)}` : path, { method })
      announce(done)
      await update()
    } catch (refused) {
      note.textContent = refused.message
    }
  }
  const resend = id => change('POST', id, 'Sent again')
  const drop = async id => {
    const what = id ? `the dead letter ${id}` : count(deadLetters)
    if (await confirmDialog(`Drop ${what} of ${name}?`, 'They are never sent. This can’t be undone.', 'Drop')) await change('DELETE', id, 'Dropped')
  }
  const button = (text, label, onclick) => createElement('button', { type: 'button', className: 'quiet', 'aria-label': label, onclick }, text)
  const toggle = button('', '', () => {
    if (opened.delete(name)) {
      place.replaceChildren()
      label()
    } else list()
  })
  const label = () => {
    toggle.textContent = opened.has(name) ? 'Hide dead letters' : 'Show dead letters'
    toggle.setAttribute('aria-label', `${opened.has(name) ? 'Hide' : 'Show'} the dead letters of ${name}`)
    toggle.setAttribute('aria-expanded', String(opened.has(name)))
  }
  const list = async () => {
    opened.add(name)
    label()
    try {
      const { total, deadLetters: found } = await (await request(path)).json()
      if (!opened.has(name)) return
      place.replaceChildren(scrollingTable(`Dead letters of ${name}${total > found.length ? `, the oldest ${found.length} of ${number(total)}` : ''}`, ['Time', 'Topic', 'Reason', ''], found.map(one => [
        formatTime(one.time), one.topic, one.reason,
        createElement('span', { className: 'actions' },
          one.resendable ? button('Send again', `Send ${one.id} again`, () => resend(one.id)) : 'too large to be sent again',
          button('Drop', `Drop ${one.id}`, () => drop(one.id))),
      ]), 'None.', true))
    } catch (refused) {
      note.textContent = refused.message
    }
  }
  if (deadLetters === 0 && state !== 'ended') return place
  label()
  if (opened.has(name)) list()
  return createElement('div', {}, createElement('div', { className: 'buttons' },
    deadLetters ? toggle : null,
    button(state === 'ended' ? 'Resume' : 'Send all again', state === 'ended' ? `Resume ${name}` : `Send all of ${name} again`, () => resend('')),
    deadLetters ? button('Drop all', `Drop all of ${name}`, () => drop('')) : null), place, note)
}
