// Tables. On narrow screens each row is a block, in which the heads are labels.

import { createElement } from './dom.js'

/**
 * A table with a heading for each column.
 * @param caption its name, which is shown if that is said
 * @param heads texts, or [text, class of the column]; an empty text is for buttons
 * @param rows the cells of each row: texts or elements
 * @param empty what is shown if there are no rows
 */
export function table(caption, heads, rows, empty, isCaptionShown = false) {
  const columns = heads.map(head => [head].flat())
  return createElement('table', { className: 'rows' },
    createElement('caption', { className: isCaptionShown ? '' : 'unseen' }, caption),
    createElement('thead', {}, createElement('tr', {}, ...columns.map(([text, kind = '']) => createElement('th', { scope: 'col', className: kind },
      text || createElement('span', { className: 'unseen' }, 'Actions'))))),
    createElement('tbody', {}, ...(rows.length
      ? rows.map(cells => createElement('tr', {}, ...cells.map((cell, i) => createElement('td', { className: columns[i][1] || '', 'data-label': columns[i][0] }, cell))))
      : [createElement('tr', {}, createElement('td', { colSpan: heads.length, className: 'empty' }, empty))])))
}

/** A table that scrolls if it is wider than its place. */
export function scrollingTable(caption, ...contents) {
  return createElement('div', { className: 'table-card', role: 'region', 'aria-label': caption, tabIndex: 0 }, table(caption, ...contents))
}
