// The page by keyboard alone, as an administrator: every section, pane and dialog. What has the focus is seen, and gets it back when what it opened closes.
import { ADMIN, asAdmin, browser, instead, open, put, see, seen, seeNoComplaints, url } from './visit.mjs'

for (const name of ['a.txt', 'b.txt', 'c.txt']) await put(`keys/${name}`, 'text')
const page = await open()
const unseen = []

/** The name of what has the focus. Notes it if it can't be seen: it is covered, outside the window, or isn't marked. */
async function focused() {
  const { name, fault } = await page.evaluate(() => {
    const element = document.activeElement
    if (element === document.body) return { name: '', fault: '' }
    const name = (element.getAttribute('aria-label') || [...element.labels ?? []].map(label => label.textContent).join() || element.textContent || element.id).trim()
    if (element.id === 'main') return { name, fault: '' }
    const { left, right, top, bottom } = element.getBoundingClientRect()
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2
    const places = [0.1, 0.5, 0.9].map(part => Math.max(top, 0) + part * (Math.min(bottom, innerHeight) - Math.max(top, 0)))
    const isSeen = places.some(y => { const there = document.elementFromPoint(x, y); return there && (element.contains(there) || there.contains(element)) })
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return { name, fault: !isSeen ? 'is covered' : outlineStyle === 'none' || outlineWidth === '0px' ? 'isn’t marked' : '' }
  })
  if (fault) unseen.push(`${name} ${fault}`)
  return name
}

/** Presses Tab, or Shift and Tab, until something with this name has the focus. */
async function tabTo(wanted, key = 'Tab') {
  const passed = []
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press(key)
    const name = await focused()
    if (wanted instanceof RegExp ? wanted.test(name) : name === wanted) return name
    passed.push(name)
  }
  return instead(`no ${wanted} among ${[...new Set(passed)].join(', ')}`)
}

/** Waits until something with this name has the focus. */
const isAt = async wanted => {
  for (let i = 0; i < 200; i++) {
    const name = await focused()
    if (wanted instanceof RegExp ? wanted.test(name) : name === wanted) return true
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  return instead(await focused())
}

/** Opens a dialog by the control that has the focus, looks at what can be reached in it, and closes it. */
async function dialog(what) {
  const opener = await focused()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  const before = await focused()
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Tab')
    await focused()
  }
  await see(`${what}: a dialog keeps the focus`, page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null).then(isInside => isInside || instead(before)))
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await see(`${what}: and gives it back`, isAt(opener))
}

await see('the token has the focus', isAt('Token'))
await page.keyboard.type(ADMIN)
await page.keyboard.press('Enter')
await page.getByText('Live', { exact: true }).waitFor()
await page.keyboard.press('Shift+Tab')
await see('the bar is before the content', tabTo('Events', 'Shift+Tab').then(() => true))

// Events.
await page.keyboard.press('Enter')
await tabTo('Publish…')
await page.keyboard.press('Enter')
await see('Publish… leads to the topic', isAt('Topic'))
await page.keyboard.type('keys.typed')
await page.keyboard.press('Enter')
await page.getByText('Published keys.typed.').waitFor()
await page.keyboard.press('Escape')
await see('and Escape back', isAt('Publish…'))
await page.getByRole('button', { name: 'keys.typed' }).first().waitFor()
const row = await tabTo(/keys\.typed/)
await page.keyboard.press('ArrowDown')
await see('arrow down goes to an older event', focused().then(name => name !== row))
await page.keyboard.press('ArrowUp')
await page.keyboard.press('Enter')
await see('Enter shows an event', page.waitForFunction(() => document.activeElement.id === 'event').then(() => true))
await tabTo('Copy payload')
await page.keyboard.press('Escape')
await see('Escape leads back to its row', isAt(/keys\.typed/))

// Files.
await tabTo('Files', 'Shift+Tab')
await page.keyboard.press('Enter')
await tabTo('keys')
await page.keyboard.press('Enter')
await page.getByRole('link', { name: 'a.txt', exact: true }).waitFor()
await tabTo('New folder…')
await dialog('New folder')
await page.evaluate(() => {
  for (const close of [true, false]) {
    document.querySelector('#new-folder').click()
    if (close) document.querySelector('#ask').close('no') // of which the dialog tells later
  }
})
await page.getByRole('dialog').getByLabel('Name').fill('again')
await page.keyboard.press('Enter')
await see('a dialog that is opened again at once has an answer of its own', page.getByRole('link', { name: 'again', exact: true }).waitFor())
await tabTo('a.txt')
await page.keyboard.press('Enter')
await see('Enter shows a file', page.waitForFunction(() => document.activeElement.id === 'file').then(() => true))
await page.locator('#file pre').waitFor()
await tabTo('Rename…')
await dialog('Rename')
await tabTo('Edit', 'Shift+Tab')
await page.keyboard.press('Enter')
await see('Edit leads to the text', isAt(/^Text of/))
await tabTo('Discard changes')
await page.keyboard.press('Enter')
await page.locator('#file pre').waitFor()
await page.keyboard.press('Escape')
await see('Escape leads back to its name', isAt('a.txt'))
await page.keyboard.press('ArrowDown')
await tabTo('Select b.txt', 'Shift+Tab')
await page.keyboard.press('Space')
await tabTo('Move…', 'Shift+Tab')
await dialog('Move')
await tabTo('Delete')
await dialog('Delete several')
await tabTo('Delete c.txt')
await dialog('Delete')
await page.keyboard.press('Enter')
await page.getByRole('dialog').waitFor()
await page.keyboard.press('Tab')
await see('the dialog offers to delete after Cancel', isAt('Delete'))
await page.keyboard.press('Enter')
await page.getByRole('link', { name: 'c.txt', exact: true }).waitFor({ state: 'detached' })
await see('what was deleted leaves the focus beside it', isAt('Delete b.txt'))

// Users.
await tabTo('Users', 'Shift+Tab')
await page.keyboard.press('Enter')
await tabTo('New user…')
await dialog('New user')
await tabTo(/^viewer/)
await page.keyboard.press('Enter')
await see('Enter shows a user', page.waitForFunction(() => document.activeElement.id === 'user-pane').then(() => true))
await tabTo(/^Revoke Read files/)
await tabTo('Label of the token')
await page.keyboard.type('typed')
await page.keyboard.press('Enter')
await page.locator('#user-secret code').waitFor()
await tabTo('Done', 'Shift+Tab')
await page.keyboard.press('Enter')
await see('Done leads back to the form of the token', isAt('Label of the token'))
await tabTo('Revoke typed', 'Shift+Tab')
await dialog('Revoke')
await page.keyboard.press('Enter')
await page.getByRole('dialog').waitFor()
await page.keyboard.press('Tab')
await page.keyboard.press('Enter')
await page.locator('#user-pane').getByText('typed').waitFor({ state: 'detached' })
await tabTo('Delete user')
await dialog('Delete user')
await page.keyboard.press('Escape')
await see('Escape leads back to the user’s row', isAt(/^viewer/))

// The hub.
await tabTo('Hub', 'Shift+Tab')
await page.keyboard.press('Enter')
await page.locator('#validators').getByText('xml-reports').waitFor()
await tabTo('Period of the charts')
await tabTo(/^Disconnect admin/)
await dialog('Disconnect')
await tabTo('Try the validators')
await page.keyboard.press('Enter')
await tabTo('Path')
await page.keyboard.type('reports/keys.xml')
await tabTo('Validate')
await page.keyboard.press('Enter')
await page.locator('#trial-reasons li').first().waitFor()
await see('and the button keeps the focus', isAt('Validate'))
await tabTo(/^deploy/)
await page.keyboard.press('Enter')
await see('a webhook opens', page.locator('#webhooks details[open]').waitFor().then(() => true))

// One's own account.
await tabTo('admin', 'Shift+Tab')
await page.keyboard.press('Enter')
await page.locator('#account-tokens').getByText('first').waitFor()
await tabTo('Revoke first')
await dialog('Revoke one’s own')
await tabTo('Sign out', 'Shift+Tab')
await page.keyboard.press('Enter')
await see('signing out leads to the token', isAt('Token'))

seen('what has the focus is always seen', unseen.length === 0, [...new Set(unseen)].join(' | '))
seeNoComplaints(page)
await fetch(`${url}/files/keys/?recursive`, { method: 'DELETE', headers: asAdmin })
await browser.close()
