// The JavaScript client in a page of an origin that the hub lists: TOKEN=… node client-in-page.mjs ORIGIN HUB. The origin serves the client's
// folder. Exits with 0 if the client does all that is expected of it.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'
import { launch } from './browser.mjs'

const [origin, url] = process.argv.slice(2)
const token = process.env.TOKEN
const browser = await chromium.launch(launch)
const page = await browser.newPage()
const problems = []
page.on('pageerror', e => problems.push(String(e)))

// The example, which shows events as they arrive.
await page.goto(`${origin}/examples/events.html`)
await page.locator('[name=url]').fill(url)
await page.locator('[name=token]').fill(token)
const subscribed = page.waitForResponse(response => response.url().startsWith(`${url}/events`) && response.ok())
await page.getByRole('button', { name: 'Show' }).click()
await subscribed
const published = await fetch(`${url}/events/build.done`, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body: 'grün' })
assert.equal(published.status, 202)
await page.getByText('build.done grün').waitFor()

const found = await page.evaluate(async ({ url, token }) => {
  const { Hub } = await import('/src/index.js')
  const { WebSocketHub } = await import('/src/websocket.js')
  const found = {}
  const status = promise => promise.then(() => 'none', e => e.status)
  const hub = () => new Hub(url, { token, store: localStorage })

  const bytes = new Uint8Array(40 << 20)
  for (let i = 0; i < bytes.length; i += 7) bytes[i] = i >> 8
  const file = new File([bytes], 'big', { lastModified: 1 })
  const stop = new AbortController()
  found.interrupted = await hub().upload('page/big', file, { signal: stop.signal, onProgress: () => stop.abort() }).then(() => 'no', () => 'yes')
  const sent = []
  const stored = await hub().upload('page/big', file, { onProgress: n => sent.push(n) }) // by what localStorage remembers
  found.continued = sent[0] > 16 << 20
  const big = await hub().download('page/big')
  found.sameDigest = big.sha256 === stored.sha256 && big.etag === stored.etag && big.etag !== ''
  found.sameBytes = big.bytes.length === bytes.length && big.bytes.every((byte, i) => byte === bytes[i])

  await hub().upload('page/ä 1%', 'one', { ifNoneMatch: true })
  found.present = await status(hub().upload('page/ä 1%', 'one', { ifNoneMatch: true }))
  await hub().move('page/ä 1%', 'page/moved')
  found.text = new TextDecoder().decode((await hub().download('page/moved')).bytes)
  await hub().delete('page/moved')
  found.paths = []
  for await (const entry of hub().list('page')) found.paths.push(entry.path)
  found.changes = []
  for await (const change of hub().watch('page/', { name: 'test', since: '0' })) {
    if (found.changes.push(`${change.kind} ${change.path}`) === 4) break
  }
  found.expired = await hub().changes('nonsense-1').catch(e => `${e.status} ${e.oldest !== undefined}`)

  const events = new WebSocketHub(url, { token })
  found.forbidden = await status(events.publish('other.x'))
  found.events = []
  for await (const event of events.subscribe(['file.created/page/big', 'build.'], { since: '0', onOpen: () => events.publish('build.page', new Uint8Array([0, 255])) })) {
    found.events.push(event.topic)
    if (event.topic === 'build.page') { found.payload = [...event.payload]; break }
  }
  await events.close()
  return found
}, { url, token })
assert.deepEqual(found, {
  interrupted: 'yes', continued: true, sameDigest: true, sameBytes: true, present: 412, text: 'one', paths: ['page/big'],
  changes: ['created page/big', 'created page/ä 1%', 'created page/moved', 'deleted page/ä 1%'], expired: '410 true', forbidden: 403,
  events: ['file.created/page/big', 'build.page'], payload: [0, 255]
})
assert.deepEqual(problems, [])
await browser.close()
