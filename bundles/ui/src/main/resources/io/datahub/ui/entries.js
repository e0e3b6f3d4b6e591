// The entries of a folder that have been read, and their order.

const BY = {
  name: () => 0, // as the hub lists them
  size: (one, other) => one.size - other.size,
  modified: (one, other) => Date.parse(one.modified) - Date.parse(other.modified),
}

export class Entries {
  /** The entries by name, as the hub lists them. */
  all = []
  /** The entries as they are sorted. */
  ordered = []
  /** After which name there are others that haven't been read; null if there are none. */
  next = null
  sorting = { by: 'name', isDescending: false }

  /** Replaces what has been read. */
  set(all, next) {
    this.all = all
    this.next = next
    this.#order()
  }

  /** Sorts by a column, and the other way round the second time. Returns whether that needs all entries: whatever isn't the hub's order. */
  sort(by) {
    this.sorting = { by, isDescending: by === this.sorting.by && !this.sorting.isDescending }
    this.#order()
    return by !== 'name' || this.sorting.isDescending
  }

  /** Forgets the entries and how they were sorted. */
  reset() {
    this.sorting = { by: 'name', isDescending: false }
    this.set([], null)
  }

  /** Puts an entry in its place among those that have been read. */
  put(entry) {
    const [at, isThere] = this.#find(entry.name)
    if (isThere || at < this.all.length || !this.next) this.all.splice(at, Number(isThere), entry)
  }

  has(name) {
    return this.#find(name)[1]
  }

  /** Removes an entry. */
  remove(name) {
    const [at, isThere] = this.#find(name)
    if (isThere) this.all.splice(at, 1)
  }

  #order() {
    this.ordered = this.sorting.by === 'name' ? [...this.all] : [...this.all].sort(BY[this.sorting.by])
    if (this.sorting.isDescending) this.ordered.reverse()
  }

  /** The place of a name, and whether there is an entry. */
  #find(name) {
    let at = 0
    for (let to = this.all.length; at < to;) {
      const middle = (at + to) >> 1
      if (this.all[middle].name < name) at = middle + 1
      else to = middle
    }
    return [at, this.all[at]?.name === name]
  }
}
