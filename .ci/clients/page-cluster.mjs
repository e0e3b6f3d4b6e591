// An administrator at the page of a cluster, behind a proxy that sends everything to one hub, and to another once that one is killed.
// HUBS are the addresses of the hubs, PID the process of the first.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { accessible, ADMIN, asAdmin, browser, folder, home, Network, open, see, signIn } from './visit.mjs'

const hubs = process.env.HUBS.split(',')
const publish = (hub, topic) => fetch(`${hub}/events/${topic}`, { method: 'POST', headers: asAdmin, body: 'x' })
const network = new Network(hubs[0])
const throughProxy = await network.start()
const page = await open({}, throughProxy)
await signIn(page, ADMIN)
await page.getByText('Live', { exact: true }).waitFor()
const shows = topic => page.getByRole('button', { name: topic }).first().waitFor()
await publish(hubs[1], 'build.elsewhere')
await see('an event of another hub comes by', shows('build.elsewhere'))
await page.getByRole('link', { name: 'Hub', exact: true }).click()
const rows = page.locator('#cluster tbody tr')
await see('all hubs of the cluster are shown', rows.filter({ hasText: 'alive' }).nth(hubs.length - 1).waitFor())
await see('and clients of all of them', page.locator('#clients th', { hasText: 'Hub' }).waitFor())
await accessible(page, 'cluster')

// The hub is killed while a file is uploaded.
const bytes = Buffer.alloc(12_000_000, 'datahub')
writeFileSync(`${folder}/large.bin`, bytes)
await page.goto(`${throughProxy}/#/files/`)
await page.getByLabel('Upload to').fill(`${home}/`)
const throttle = await page.context().newCDPSession(page)
const limitUploads = bytesPerSecond => throttle.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond })
await limitUploads(1_000_000)
await page.locator('#chosen').setInputFiles(`${folder}/large.bin`)
await page.waitForFunction(() => document.querySelector('#uploads progress').value > 0.5)
process.kill(Number(process.env.PID), 'SIGKILL')
network.become('cut') // or Chromium itself sends the request again, to the other hub
const resume = page.getByRole('button', { name: `Resume ${home}/large.bin` })
await see('an upload that its hub didn’t survive can be resumed', resume.waitFor())
await limitUploads(-1)
network.target = hubs[1]
network.become('up')
await see('the page is live at another hub, with the same session', page.locator('#connection[data-state=live]').waitFor())
await resume.click()
await see('the upload is completed there', page.locator('#uploads .stored').waitFor())
const digest = data => createHash('sha256').update(data).digest('hex')
await see('and the record is complete, at a third hub', fetch(`${hubs.at(-1)}/files/${home}/large.bin`, { headers: asAdmin })
  .then(answer => answer.arrayBuffer()).then(data => digest(Buffer.from(data)) === digest(bytes)))
await page.getByRole('link', { name: 'Events', exact: true }).click()
await publish(hubs.at(-1), 'build.later')
await see('events come again', shows('build.later'))
await see('with what happened before', shows(`file.created/${home}/large.bin`))
await page.getByRole('link', { name: 'Hub', exact: true }).click()
await see('and the killed hub is seen to be gone', rows.filter({ hasText: 'not seen' }).waitFor())
await browser.close()
network.stop()
