// A dry run: what the validators say of a file that isn't stored.

import { $, announce } from './dom.js'
import { filePath, mayAddTo, request } from './hub.js'
import { violation } from './violation.js'

export function init() {
  $('trial').addEventListener('submit', event => { event.preventDefault(); run() })
}

/** Offers the dry run to users who could upload something. */
export function offer() {
  $('trial').hidden = !mayAddTo(null)
}

/** Forgets what was entered. */
export function reset() {
  $('trial').reset()
  $('trial').hidden = true
  answer('', '')
}

function answer(className, text, violations = []) {
  $('trial-note').className = className
  $('trial-note').textContent = text
  $('trial-reasons').replaceChildren(...violations.map(violation))
}

async function run() {
  const path = $('trial-path').value.replace(/^\/+/, '')
  const [file] = $('trial-file').files
  answer('hint', 'Validating…')
  try {
    const response = await request(`${filePath(path)}?raw&dry-run`, {
      method: 'PUT', body: file || $('trial-text').value, headers: { 'Content-Type': 'application/octet-stream' },
    })
    const { validators = [] } = await response.json().catch(() => ({}))
    answer('good', validators.length ? `Accepted by ${validators.map(({ name, version }) => `${name} ${version}`).join(', ')}.`
      : 'Accepted: no validator applies to this path.')
  } catch (refused) {
    answer('error', refused.status === 422 ? 'Refused.' : refused.message, refused.violations)
  }
  announce($('trial-note').textContent)
}
