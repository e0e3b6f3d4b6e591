// The hubs of a cluster, and a warning if hubs that aren't one answer at the same address.

import { $, createElement, number, redraw } from './dom.js'
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

/** Shows the cluster; null hides it. */
export function show(cluster) {
  $('cluster-part').hidden = !cluster
  if (!cluster) {
    $('cluster').replaceChildren()
    return
  }
  const newest = Math.max(...cluster.hubs.map(({ sequence }) => sequence))
  redraw($('cluster'),
    cluster.serves ? '' : createElement('p', { className: 'error', role: 'alert' }, `This hub refuses requests: ${cluster.reason}`),
    scrollingTable('Hubs of the cluster', ['Hub', 'Address', 'State', 'Last seen', 'Journal read up to'], cluster.hubs.map(hub => [
      hub.name === cluster.hub ? createElement('strong', {}, `${hub.name} (this one)`) : hub.name, hub.address,
      createElement('span', { className: `component ${hub.alive ? '' : 'down'}` }, hub.alive ? 'alive' : 'not seen'),
      hub.seenMillisAgo < 1000 ? 'now' : `${number(Math.round(hub.seenMillisAgo / 1000))} s ago`,
      hub.sequence < newest ? `${number(hub.sequence)}, ${number(newest - hub.sequence)} behind` : number(hub.sequence),
    ]), 'None.'),
    createElement('p', { className: 'below components' }, ...cluster.engines.map(({ name, ready, degraded, detail }) => createElement('span', {
      className: `component ${!ready ? 'down' : degraded ? 'degraded' : ''}`, title: detail,
    }, `${name} is ${!ready ? 'down' : degraded ? 'degraded' : 'ready'}`))))
}
