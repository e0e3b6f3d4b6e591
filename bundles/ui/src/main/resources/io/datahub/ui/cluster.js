// The hubs of a cluster, and a warning if hubs that aren't one answer at the same address.

import { $, createElement, number, redraw, visible } from './dom.js'
import { scrollingTable } from './table.js'

let journal = null

/** Compares the journal that /whoami names with the one it named before: all hubs of a cluster have the same. */
export function compare(me) {
  if (me.journal === undefined) return
  if (journal !== null && me.journal !== journal) warn()
  journal = me.journal
}

/** Forgets the hub, for another sign-in. */
export function reset() {
  journal = null
  $('several-hubs').hidden = true
  show(null)
}

/** Warns that another hub has answered. */
export function warn() {
  $('several-hubs').hidden = false
}

/**
 * Remembers the answer of a hub as the newest. In a cluster, another hub may answer each time.
 * @param answers the last answer of each hub by name, which is empty if the hub is alone
 */
export function remember(answers, hub, answer) {
  answers.delete(hub ?? '')
  answers.set(hub ?? '', answer)
}

/** Forgets the answers of hubs that aren't alive any more. @param all maps from the name of a hub to its answer */
export function forgetDead(cluster, ...all) {
  const alive = aliveIn(cluster)
  for (const answers of all) for (const name of [...answers.keys()]) if (!alive.includes(name)) answers.delete(name)
}

function aliveIn(cluster) {
  return cluster ? cluster.hubs.filter(hub => hub.alive).map(({ name }) => name) : ['']
}

/** Says whose the answers are. */
function whose(cluster, answers) {
  const missing = aliveIn(cluster).filter(name => !answers.has(name))
  const what = 'Problems, activity, components, validators and hooks are those of'
  if (missing.length === 0) return `${what} all hubs.`
  return `${what} ${listed(answers.keys())} only: ${listed(missing)} ${missing.length > 1
    ? 'haven’t answered this page. Open it at their own addresses to see theirs.' : 'hasn’t answered this page. Open it at that hub’s own address to see them.'}`
}

/** The names of hubs in a sentence. */
export function listed(names) {
  return new Intl.ListFormat('en').format([...names].sort().map(visible))
}

/**
 * Shows the cluster.
 * @param cluster null hides it
 * @param answers what each hub that has answered the page has said last
 */
export function show(cluster, answers = new Map()) {
  $('cluster-part').hidden = !cluster
  if (!cluster) {
    $('cluster').replaceChildren()
    $('whose').textContent = ''
    return
  }
  const newest = Math.max(...cluster.hubs.map(({ sequence }) => sequence))
  redraw($('cluster'),
    cluster.serves ? '' : createElement('p', { className: 'error', role: 'alert' }, `${visible(cluster.hub)} refuses requests: ${cluster.reason}`),
    scrollingTable('Hubs of the cluster', ['Hub', 'Address', 'State', 'Last seen', 'Journal at'], cluster.hubs.map(hub => [
      hub.name === cluster.hub && answers.size < 2 ? createElement('strong', {}, `${hub.name} (this one)`) : hub.name, hub.address,
      createElement('span', { className: `component ${hub.alive ? '' : 'down'}` }, hub.alive ? 'alive' : 'not seen'),
      hub.seenMillisAgo < 1000 ? 'now' : `${number(Math.round(hub.seenMillisAgo / 1000))} s ago`,
      hub.sequence < newest ? `${number(hub.sequence)}, ${number(newest - hub.sequence)} behind` : number(hub.sequence),
    ]), 'None.'))
  $('whose').textContent = whose(cluster, answers)
}
