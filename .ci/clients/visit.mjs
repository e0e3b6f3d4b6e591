// What the visits of the page have in common: Debian's Chromium, and what is seen of the page.
// usage of each visit: node page….mjs URL FOLDER [FOLDER-FOR-PICTURES], with TOKEN and ADMIN in the environment; files for uploads are
// written into FOLDER. Prints a line of JSON for each thing seen.
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { chromium } from 'playwright-core'

export const [url, folder, pictures] = process.argv.slice(2)
export const { TOKEN, ADMIN } = process.env
export const asAdmin = { Authorization: `Bearer ${ADMIN}` }
export const put = (path, body) => fetch(`${url}/files/${path}`, { method: 'PUT', headers: asAdmin, body })
export const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})
const wait = 60_000

export function seen(what, good, detail = '') {
  console.log(JSON.stringify({ what, good, detail: String(detail) }))
}

export async function see(what, promise) {
  try {
    const value = await promise
    seen(what, value !== false, value)
  } catch (error) {
    seen(what, false, error.message.split('\n')[0])
  }
}

export async function open(options = {}, base = url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(wait)
  page.complaints = []
  page.elsewhere = []
  page.on('console', message => { if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) page.complaints.push(message.text()) })
  page.on('pageerror', error => page.complaints.push(error.message))
  page.on('request', request => { if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(base)) page.elsewhere.push(request.url()) })
  await page.goto(base)
  return page
}

export async function signIn(page, token) {
  await page.getByLabel('Token').fill(token)
  await page.keyboard.press('Enter')
}

/** A network between the page and the hub that can be cut, or answer 503 in the hub's place. Chromium's own emulation of being
 * offline isn't enough: it lets requests that are under way complete. */
export class Network {
  mode = 'up'
  refused = 0
  #sockets = new Set()

  async start() {
    const { hostname, port } = new URL(url)
    this.server = net.createServer(client => {
      this.#keep(client)
      if (this.mode === 'cut') client.destroy()
      else if (this.mode === 'unavailable') {
        client.once('data', () => {
          this.refused++
          client.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
        })
      } else {
        const hub = net.connect(Number(port), hostname)
        this.#keep(hub)
        client.pipe(hub).pipe(client)
        for (const [one, other] of [[client, hub], [hub, client]]) one.on('close', () => other.destroy())
      }
    })
    await new Promise(done => this.server.listen(0, '127.0.0.1', done))
    return `http://127.0.0.1:${this.server.address().port}`
  }

  #keep(socket) {
    this.#sockets.add(socket)
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket))
  }

  become(mode) {
    this.mode = mode
    for (const socket of this.#sockets) socket.destroy()
  }

  stop() {
    this.become('cut')
    this.server.close()
  }
}

/** WCAG 2.2 AA, as far as a program can check it. */
const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 800 } }
/** Rules that depend on the size of the window or the colour scheme. */
const APPEARANCE = ['color-contrast', 'target-size', 'scrollable-region-focusable']

/** Checks what is shown as it is; then its appearance on a desktop and a phone, light and dark. */
export async function accessible(page, what, inAllSizes = true) {
  await page.locator('h1:visible').waitFor()
  await page.evaluate(axe)
  const check = async (how, rules) => {
    const { violations } = await page.evaluate(options => axe.run(document, options), rules)
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`))
    seen(`${how}: axe finds no violation`, found.length === 0, found.slice(0, 5).join(' | '))
  }
  await check(what, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  if (!inAllSizes) return
  const before = page.viewportSize()
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size)
    for (const colorScheme of ['light', 'dark']) {
      const how = `${what}, ${name}, ${colorScheme}`
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await check(how, { resultTypes: ['violations'], runOnly: { type: 'rule', values: APPEARANCE } })
      await see(`${how}: fits the width`, page.evaluate(() => {
        const list = document.querySelector('#listing').parentElement
        return `${document.documentElement.scrollWidth - innerWidth}, ${list.scrollWidth - list.clientWidth}`
      }).then(tooWide => tooWide.split(', ').every(pixels => pixels <= 0) || Promise.reject(new Error(`page and list are too wide by ${tooWide} px`))))
      await picture(page, how.replaceAll(/[^a-z]+/gi, '-').toLowerCase())
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
  await page.setViewportSize(before)
}

export const picture = (page, name) => pictures && page.screenshot({ path: `${pictures}/${name}.png` })
