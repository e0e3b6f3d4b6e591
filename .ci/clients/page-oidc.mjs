// People who sign in at the page with OpenID Connect, at an issuer with pages of its own, and sign out again.
import { browser, open, see, seen, url } from './visit.mjs'

const options = { ignoreHTTPSErrors: true } // the issuer's certificate
const button = page => page.getByRole('link', { name: 'Sign in with Acme' })
const begin = async page => {
  await button(page).click()
  await page.getByRole('heading', { name: 'Acme' }).waitFor()
}

const ann = await open(options)
await begin(ann)
seen('the button leads to the issuer', new URL(ann.url()).pathname === '/authorize', ann.url().split('?')[0])
await ann.getByRole('link', { name: 'Continue as ann' }).click()
await see('who continues there is signed in at the page', ann.getByText('Live', { exact: true }).waitFor())
seen('the address has no code', ann.url().split('#')[0] === `${url}/`, ann.url())
const who = async () => { // with the browser's cookies
  const answer = await ann.context().request.get(`${url}/whoami`)
  return answer.ok() ? (await answer.json()).user : answer.status()
}
seen('as the user of the trust rule', await who() === 'ci')
await ann.reload()
await see('and after a reload', ann.getByText('Live', { exact: true }).waitFor())
const ofHub = async () => (await ann.context().cookies(url)).map(cookie => cookie.name)
const session = (await ann.context().cookies(url)).filter(cookie => cookie.httpOnly)
seen('the attempt has left the cookie of the session only', session.length === 1 && (await ofHub()).length === 1, await ofHub())
await ann.getByRole('button', { name: 'Sign out' }).click()
await see('who signs out is asked to sign in', ann.getByRole('heading', { name: 'Sign in' }).waitFor())
await see('with the button', button(ann).waitFor())
seen('no cookie is left', (await ofHub()).length === 0, await ofHub())
const remembered = () => ann.evaluate(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length, document.cookie.length])
seen('nor anything in the storage', (await remembered()).every(count => count === 0), await remembered())
seen('nor of the user on the screen', await ann.evaluate(() => !/\bci\b/.test(document.body.innerText)))
await ann.context().addCookies(session)
seen('the old cookie opens nothing', await who() === 401)
await ann.context().clearCookies({ domain: new URL(url).hostname })
await ann.goBack()
await ann.goto(url)
await see('nor does the history', ann.getByRole('heading', { name: 'Sign in' }).waitFor())
seen('the page has no complaints', ann.complaints.length === 0, ann.complaints)

for (const link of ['Cancel', 'Continue as mallory']) {
  const page = await open(options)
  await begin(page)
  await page.getByRole('link', { name: link }).click()
  await see(`${link}: says why nobody is signed in`, page.getByText('this account may not use the hub, or the sign-in was cancelled').waitFor())
  seen(`${link}: in the page's own words and address`, page.url() === `${url}/` && (await page.context().cookies(url)).length === 0, page.url())
  await page.context().close()
}
await browser.close()
