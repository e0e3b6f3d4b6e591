// Debian's Chromium. usage: node browser.mjs – runs one that several visits share, and prints its address.
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

export const launch = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await chromium.launchServer({ ...launch, host: '127.0.0.1' })
  console.log(server.wsEndpoint())
}
