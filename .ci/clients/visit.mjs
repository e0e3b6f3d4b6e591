// What the visits of the page have in common: Debian's Chromium, and what is seen of the page.
// usage of each visit: node page….mjs URL FOLDER [FOLDER-FOR-PICTURES], with TOKEN and ADMIN in the environment; files for uploads are
// written into FOLDER. LOOK is the size and the colour scheme, such as phone-dark; BROWSER the address of a browser that runs
// (browser.mjs). Prints a line of JSON for each thing seen.
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { chromium } from 'playwright-core'
import { launch } from './browser.mjs'

export const [url, folder, pictures] = process.argv.slice(2)
export const { TOKEN, ADMIN } = process.env
export const asAdmin = { Authorization: `Bearer ${ADMIN}` }
export const put = (path, body) => fetch(`${url}/files/${path}`, { method: 'PUT', headers: asAdmin, body })
export const browser = process.env.BROWSER ? await chromium.connect(process.env.BROWSER) : await chromium.launch(launch)
export const look = process.env.LOOK || 'desktop-light'
const [size, colorScheme] = look.split('-')
export const isPhone = size === 'phone'
/** A folder for the files of this visit, whose name is seen in pictures. */
export const home = `reports/${{ 'desktop-light': 'nightly', 'phone-dark': 'weekly', 'desktop-dark': 'release-1', 'phone-light': 'release-2' }[look]}`
const DEVICES = {
  desktop: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 390, height: 800 }, isMobile: true, hasTouch: true },
}
/** What is left of a window of 1280 by 1024 pixels that is enlarged to 400 %. */
const ENLARGED = { width: 320, height: 256 }
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

/** What is seen isn't what it should be, but this. */
export const instead = found => Promise.reject(new Error(`found ${found}`))

// Where it is 11 o'clock now, since the text of a time is wider from 10 o'clock on. The names have the sign of the way to Greenwich.
const offset = 11 - new Date().getUTCHours()
const timezoneId = offset === 0 ? 'Etc/GMT' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`

export async function open(options = {}, base = url) {
  const context = await browser.newContext({ ...DEVICES[size], colorScheme, timezoneId, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(wait)
  page.complaints = []
  page.elsewhere = []
  page.on('dialog', dialog => {
    if (dialog.message() !== page.expectedDialog) page.complaints.push(`a dialog: ${dialog.message()}`)
    return dialog.accept()
  })
  await page.addInitScript(() => addEventListener('securitypolicyviolation', event => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`)))
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

  /** @param target the address of the hub; another one is in effect for new connections */
  constructor(target = url) {
    this.target = target
  }

  async start() {
    this.server = net.createServer(client => {
      this.#keep(client)
      if (this.mode === 'cut') client.destroy()
      else if (this.mode === 'unavailable') {
        client.once('data', () => {
          this.refused++
          client.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
        })
      } else {
        const { hostname, port } = new URL(this.target)
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
const ALL = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
/** What depends on the size of the window. */
const SIZES = { runOnly: { type: 'rule', values: ['color-contrast', 'target-size', 'scrollable-region-focusable'] } }
/** What depends on the colour scheme. */
const COLOURS = { runOnly: { type: 'rule', values: ['color-contrast'] } }

/** Checks what is shown: its width, and everything in the colour scheme of the visit; then what differs in the other scheme, and in the other size. */
export async function accessible(page, what) {
  await page.locator('h1:visible').waitFor()
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe)
  const otherScheme = colorScheme === 'dark' ? 'light' : 'dark'
  const otherSize = isPhone ? 'desktop' : 'phone'
  const own = page.viewportSize()
  for (const [device, scheme, rules] of [[size, colorScheme, ALL], [size, otherScheme, COLOURS], [otherSize, otherScheme, SIZES]]) {
    if (device !== size) await page.setViewportSize(DEVICES[device].viewport)
    await page.emulateMedia({ colorScheme: scheme })
    if (scheme === colorScheme || device !== size) await fits(page, what, device)
    const found = await page.evaluate(async options => {
      const { violations } = await axe.run(document, options)
      return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`))
    }, { ...rules, resultTypes: ['violations'], preload: false, iframes: false })
    seen(`${what}, ${device}, ${scheme}: axe finds no violation`, found.length === 0, found.slice(0, 5).join(' | '))
    await picture(page, rules === ALL ? what : `${what} ${device} ${scheme}`, true)
  }
  await page.setViewportSize(ENLARGED)
  await fits(page, what, 'enlarged')
  await picture(page, `${what} enlarged`)
  await page.setViewportSize(own)
  await page.emulateMedia({ colorScheme })
}

/** Checks that nothing is wider than the window, and no table wider than its place. */
export function fits(page, what, device = size) {
  return see(`${what}, ${device}: fits the width`, page.evaluate(() => {
    const places = [document.documentElement, ...document.querySelectorAll('.table-card')]
    return places.map(place => [place.getAttribute('aria-label') || place.id || place.tagName, place.scrollWidth - place.clientWidth]).filter(([, pixels]) => pixels > 0)
  }).then(tooWide => tooWide.length === 0 || Promise.reject(new Error(`too wide by so many pixels: ${tooWide.join(' | ')}`))))
}

/** Sees that a visit has had no errors, no dialogs that weren't expected, no violations of the CSP, and no requests to others. */
export function seeNoComplaints(...pages) {
  for (const { complaints, elsewhere } of pages) {
    seen('nothing was asked of anybody else', elsewhere.length === 0, elsewhere.join())
    seen('the browser had nothing to complain of', complaints.length === 0, complaints.join(' | '))
  }
}

/** A picture of the window; those on a desktop in light colours have the plain name. */
export function picture(page, name, fullPage = false) {
  const file = (look === 'desktop-light' ? name : `${name} ${look}`).replaceAll(/[^a-z]+/gi, '-').toLowerCase()
  return pictures && page.screenshot({ path: `${pictures}/${file}.png`, fullPage })
}
