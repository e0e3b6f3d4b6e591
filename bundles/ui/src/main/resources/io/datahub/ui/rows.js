// The rows of a table. Of many rows only those near the window are in the document.

import { createElement, reconcile } from './dom.js'

/** Up to so many rows are in the document at once, whatever their height. */
const FEW = 300
/** Rows before and after those that can be seen. */
const MARGIN = 30

export class Rows {
  #table
  #body
  #row
  #onEnd
  #items = []
  #drawn = new Map() // place among the items → row
  #isWindowed = false
  #height = 44 // of a row, in pixels, until one has been measured
  #frame = 0

  /**
   * @param table the table; it gets the class "windowed" if it has many rows, which must then have one height
   * @param row makes the row of an item
   * @param onEnd called when the last rows come near
   */
  constructor(table, row, onEnd) {
    this.#table = table
    this.#body = table.tBodies[0]
    this.#row = row
    this.#onEnd = onEnd
    const update = () => { this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; this.#update() }) }
    addEventListener('scroll', update, { passive: true })
    addEventListener('resize', update)
    this.#body.addEventListener('keydown', event => this.#key(event))
  }

  /** Shows these items. @param hasMore whether there are others that haven't been read */
  show(items, hasMore) {
    this.#items = items
    this.#isWindowed = items.length > FEW || hasMore
    this.#table.classList.toggle('windowed', this.#isWindowed)
    this.#table.setAttribute('aria-rowcount', hasMore ? -1 : items.length + 1)
    this.#drawn.clear()
    this.#update()
  }

  /** Moves the focus to an element of an item's row, which is scrolled to. @param place the data-place of the element */
  focus(at, place) {
    if (at < 0 || at >= this.#items.length) return false
    if (!this.#drawn.has(at)) {
      scrollBy(0, this.#top() + at * this.#height - innerHeight / 2)
      this.#update()
    }
    const row = this.#drawn.get(at)
    const element = row?.querySelector(`[data-place="${place}"]`) || row?.querySelector('[data-place="name"]')
    element?.focus()
    return Boolean(element)
  }

  /** Where the first row begins, from the top of the window. */
  #top() {
    return this.#body.getBoundingClientRect().top
  }

  #update() {
    if (!this.#isWindowed) {
      this.#draw(0, this.#items.length)
      return
    }
    const { offsetParent } = this.#table
    if (!offsetParent && this.#drawn.size) return // another section is shown
    const first = Math.floor(-this.#top() / this.#height) - MARGIN
    const last = first + Math.ceil(innerHeight / this.#height) + 2 * MARGIN
    const begin = Math.max(0, Math.min(first, this.#items.length - 2 * MARGIN))
    const end = Math.min(this.#items.length, Math.max(last, 2 * MARGIN))
    this.#draw(begin, end)
    const measured = this.#drawn.get(begin)?.getBoundingClientRect().height
    if (measured && Math.abs(measured - this.#height) > 0.5) {
      this.#height = measured
      this.#update()
      return
    }
    if (end + MARGIN > this.#items.length) this.#onEnd()
  }

  #draw(begin, end) {
    for (const at of this.#drawn.keys()) if (at < begin || at >= end) this.#drawn.delete(at)
    const rows = []
    for (let at = begin; at < end; at++) {
      if (!this.#drawn.has(at)) {
        const row = this.#row(this.#items[at])
        row.dataset.at = at
        row.setAttribute('aria-rowindex', at + 2)
        this.#drawn.set(at, row)
      }
      rows.push(this.#drawn.get(at))
    }
    reconcile(this.#body, [...this.#space('before', begin), ...rows, ...this.#space('after', this.#items.length - end)])
  }

  /** Takes the room of rows that aren't in the document. */
  #space(name, count) {
    if (!count) return []
    const present = this.#body.querySelector(`.space[data-space="${name}"]`)
    const space = present || createElement('tr', { className: 'space', 'data-space': name, 'aria-hidden': 'true' }, createElement('td', { colSpan: 5 }))
    space.firstChild.style.height = `${count * this.#height}px`
    return [space]
  }

  /** Moves the focus with the keys. */
  #key(event) {
    const from = event.target.closest?.('[data-place]')
    if (!from || event.altKey || event.ctrlKey || event.metaKey) return
    const at = Number(from.closest('tr').dataset.at)
    const page = Math.max(1, Math.floor(innerHeight / this.#height) - 4)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: this.#items.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    this.focus(Math.max(0, Math.min(this.#items.length - 1, to)), from.dataset.place)
  }
}
