// The numbers of a goal as the page knows them: what the server said, and over it what still waits to be sent.

import { spread } from "./amounts.js"

const known = (amounts) => amounts.filter((amount) => amount !== null)
const sum = (amounts) => amounts.reduce((all, each) => all + each, 0)
const totalOf = (amounts) => (known(amounts).length ? sum(known(amounts)) : null)
export const keyOf = (holder, column) => `${holder}|${column}`

export class Sheet {
  folded = new Set()
  waiting = new Set()
  #drafts = new Map()
  #lefts = new Map()
  #people = new Map()
  #past = null

  constructor({ columns, rows, is_level }) {
    this.isLevel = is_level
    const months = (this.months = columns.filter(({ kind }) => kind === "month").map(({ key }) => key))
    this.columns = columns.map((column) => {
      const of = column.kind === "month" || !column.of?.length ? null : column.of // of a sum, its months
      const parts = column.key === "total" && !is_level ? months : (of ?? [])
      return { ...column, of, parts, at: (parts.length ? parts : [column.key]).map((key) => months.indexOf(key)) }
    })
    this.read(rows)
  }

  /** All rows anew; what is folded stays folded. */
  read(rows) {
    this.rows = new Map(rows.map((row) => [row.key, row]))
    this.#nest()
    this.#arrange()
    this.#forget()
  }

  #nest() {
    this.places = new Map()
    this.below = new Map([[null, []]])
    for (const { key, parent } of this.rows.values()) {
      const above = this.places.get(parent)
      this.places.set(key, { depth: above ? above.depth + 1 : 0, number: this.below.get(parent ?? null).push(key) })
      this.below.set(key, [])
    }
  }

  #arrange() {
    const hidden = new Set()
    this.visible = [...this.rows.keys()].filter((key) => {
      const { parent } = this.rows.get(key)
      if (parent !== null && (this.folded.has(parent) || hidden.has(parent))) hidden.add(key)
      return !hidden.has(key)
    })
    this.position = new Map(this.visible.map((key, at) => [key, at]))
  }

  isBranch(key) { return this.below.get(key).length > 0 }

  fold(keys, isFolded) {
    for (const key of keys) this.folded[isFolded && this.isBranch(key) ? "add" : "delete"](key)
    this.#arrange()
  }

  /** A few rows as they are now. Someone who joined meanwhile is seen with the next reading. */
  take(rows) {
    for (const row of rows) if (this.rows.has(row.key)) this.rows.set(row.key, row)
    this.#forget()
  }

  /** Shows the changes that wait, in their order, over what the server said. */
  draft(edits) {
    this.#drafts = new Map()
    this.waiting = new Set(edits.map(({ holder, column }) => keyOf(holder, column)))
    for (const { holder, column, amount } of edits) {
      const row = this.row(holder)
      if (row) this.#drafts.set(holder, { ...row, ...this.#changed(row, this.columns.find(({ key }) => key === column), amount) })
    }
    this.#forget()
  }

  #changed(row, column, amount) {
    if (this.isLevel) return column.key === "total" ? { total: amount } : { months: row.months.with(column.at[0], amount) }
    const months = [...row.months], free = this.#free(row, column, amount)
    const rest = amount - sum(known(column.at.filter((at) => !free.includes(at)).map((at) => months[at])))
    const amounts = column.parts.length ? spread(rest, this.#shape(row, free)) : [amount]
    free.forEach((at, part) => { months[at] = amounts[part] })
    return { months, total: totalOf(months) }
  }

  /** The months that a number is spread over: a total's without those that are held, as long as there is room. */
  #free(row, column, amount) {
    if (column.key !== "total") return column.at
    const isHeld = (at) => row.held_months.includes(this.months[at]) && row.months[at] !== null
    const free = column.at.filter((at) => !isHeld(at))
    const held = sum(column.at.filter(isHeld).map((at) => row.months[at]))
    return free.length && held <= amount ? free : column.at
  }

  /** What a number is spread like: as it is now, else as above, else evenly. */
  #shape(row, at) {
    for (let from = row; from; from = this.row(from.parent)) {
      const weights = at.map((month) => from.months[month] ?? 0)
      if (weights.some(Boolean)) return weights
    }
    return at.map(() => 1)
  }

  row(key) { return this.#drafts.get(key) ?? this.rows.get(key) }

  value(row, column) {
    return column.key === "total" ? row.total : totalOf(column.at.map((at) => row.months[at]))
  }

  /** What a unit has not given on, below zero where it gave too much; null where there is nothing to compare. */
  left(key, column) {
    const at = keyOf(key, column.key)
    if (!this.#lefts.has(at)) this.#lefts.set(at, this.#worked(key, column))
    return this.#lefts.get(at)
  }

  #worked(key, column) {
    if (this.isLevel || !this.isBranch(key)) return null
    const own = this.value(this.row(key), column)
    const given = totalOf(this.below.get(key).map((child) => this.value(this.row(child), column)))
    return own === null && given === null ? null : (own ?? 0) - (given ?? 0)
  }

  /** What all people below a unit carry together, of its own number; null where nobody has one. */
  carried(key) {
    const own = this.row(key).total, people = this.isLevel || !this.isBranch(key) ? null : this.#ofPeople(key)
    return own && people !== null ? people / own : null
  }

  #ofPeople(key) {
    const row = this.row(key)
    if (!row.is_unit) return row.total
    if (!this.#people.has(key)) this.#people.set(key, totalOf(this.below.get(key).map((child) => this.#ofPeople(child))))
    return this.#people.get(key)
  }

  /** What everyone reached before comes after the numbers. */
  remember(past) { this.#past = past }

  /** How hard a row's number is, by what was reached before: {word, reached, of}; null while nothing can be said. */
  hardness(row) {
    const past = this.#past?.past[row.key]
    if (!past || row.total === null) return null
    const reached = past.filter((amount) => (this.#past.is_lower_better ? amount <= row.total : amount >= row.total)).length
    return { word: this.#past.words[past.length][reached], reached, of: past.length }
  }

  #forget() {
    this.#lefts.clear()
    this.#people.clear()
  }

  isHeld(row, column) {
    if (row.held || column.key === "total") return row.held
    return (column.of ?? [column.key]).every((month) => row.held_months.includes(month))
  }
}
