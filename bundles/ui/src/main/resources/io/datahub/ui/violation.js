// What validators refuse.

import { createElement } from './dom.js'

/** Why a validator refused a text. */
export function violation({ validator, line, column, message }) {
  const where = line > 0 ? `line ${line}${column > 0 ? `, column ${column}` : ''}: ` : ''
  return createElement('li', {}, createElement('strong', {}, where), message, ' ', createElement('span', { className: 'hint' }, `(${validator})`))
}
