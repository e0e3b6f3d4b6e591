// Shows the OpenAPI and AsyncAPI documents: their paths, channels, operations and schemas, each to be opened.

import { $, createElement } from './dom.js'

const METHODS = ['get', 'head', 'put', 'post', 'patch', 'delete', 'options']
const SECTIONS = [
  ['openapi.yaml', 'paths', 'Paths'],
  ['asyncapi.yaml', 'channels', 'Channels'],
  ['asyncapi.yaml', 'operations', 'Operations'],
  ['openapi.yaml', 'components.schemas', 'Bodies over HTTP'],
  ['asyncapi.yaml', 'components.schemas', 'Messages'],
]

/** The lines below a key, which is named with the keys above it. YAML is indented by two blanks for each level. */
function below(lines, keys) {
  let found = lines
  keys.split('.').forEach((key, level) => {
    const begin = found.findIndex(line => line === `${'  '.repeat(level)}${key}:`)
    const rest = found.slice(begin + 1)
    const end = rest.findIndex(line => line !== '' && line.search(/\S/) <= 2 * level)
    found = begin < 0 ? [] : rest.slice(0, end < 0 ? rest.length : end)
  })
  return found
}

/** The entries among these lines, each with its name and its own lines. */
function entries(lines, indent) {
  const found = []
  for (const line of lines) {
    const name = line.search(/\S/) === indent && line.match(/^ *'?([^ '][^']*?)'?:(?: |$)/)
    if (name) found.push({ name: name[1], lines: [] })
    if (found.length > 0) found.at(-1).lines.push(line.slice(indent))
  }
  return found
}

function methods(entry) {
  return METHODS.filter(method => entry.lines.includes(`  ${method}:`)).map(method => method.toUpperCase()).join(', ')
}

function show(entry) {
  const summary = createElement('summary', {}, createElement('code', {}, entry.name))
  const words = methods(entry)
  if (words) summary.append(` ${words}`)
  return createElement('details', {}, summary, createElement('pre', {}, entry.lines.join('\n').trimEnd()))
}

async function load(name) {
  const response = await fetch(`/schemas/${name}`)
  if (!response.ok) throw new Error(`${name}: ${response.status}`)
  return (await response.text()).split('\n')
}

try {
  const documents = {}
  for (const name of ['openapi.yaml', 'asyncapi.yaml']) documents[name] = await load(name)
  for (const [name, keys, title] of SECTIONS) {
    const indent = 2 * keys.split('.').length
    $('documents').append(createElement('h2', {}, title), ...entries(below(documents[name], keys), indent).map(show))
  }
} catch (failure) {
  $('error').textContent = `The documents can't be fetched: ${failure.message}`
}
