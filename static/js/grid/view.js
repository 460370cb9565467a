// Draws the part of the sheet that is in sight: a treegrid whose rows are taken over by others as it scrolls.

import { keyOf } from "./sheet.js"

export const ROW = 36 // pixels; the style sheet is told
const BEYOND = 6 // rows drawn above and below what is in sight

const made = (role, className) => {
  const element = document.createElement("div")
  element.setAttribute("role", role)
  element.className = className
  return element
}

const looksOf = ({ kind, key, column }) =>
  ["grid-cell", `grid-${kind}`, key === "total" && "grid-total", kind === "value" && column.of && "grid-sum"].filter(Boolean).join(" ")

const put = (element, name, value) => {
  if (value === null || value === "") element.removeAttribute(name)
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value)
}

export class View {
  active = { row: 0, at: 1 }
  anchor = { row: 0, at: 1 }
  editing = null // the cell that holds the field
  marks = new Map() // what happened to a cell: keyOf → {look, text}
  #live = new Map() // what is drawn: row → element

  /** `columns`: what is shown, from left to right: {key, label, kind: name|value|proposed|past|left, column}. */
  constructor({ root, grid, sheet, scale, words, columns }) {
    Object.assign(this, { grid, sheet, scale, words, columns })
    this.head = grid.querySelector("[data-head]")
    this.body = grid.querySelector("[data-body]")
    this.chevron = root.querySelector("template[data-chevron]").content.firstElementChild
    this.lock = root.querySelector("template[data-lock]").content.firstElementChild
    grid.style.setProperty("--row", `${ROW}px`)
    grid.setAttribute("aria-colcount", columns.length)
    this.#drawHead()
    grid.addEventListener("scroll", () => this.paint(), { passive: true })
    new ResizeObserver(() => this.paint()).observe(grid)
    this.renew()
  }

  #drawHead() {
    const row = made("row", "grid-row")
    row.setAttribute("aria-rowindex", 1)
    row.append(...this.columns.map((shown, at) => {
      const cell = made("columnheader", looksOf(shown))
      cell.setAttribute("aria-colindex", at + 1)
      cell.textContent = shown.label
      return cell
    }))
    this.head.replaceChildren(row)
  }

  /** After rows were folded, opened or read anew: each place may show another row. */
  renew() {
    this.grid.setAttribute("aria-rowcount", this.sheet.visible.length + 1)
    this.body.style.height = `${this.sheet.visible.length * ROW}px`
    this.grid.style.setProperty("--digits", `${this.#longest()}ch`)
    this.refresh()
  }

  /** How long the largest number is: columns are never too narrow for it. */
  #longest() {
    const largest = this.sheet.visible.reduce((largest, key) => {
      const { total, proposed } = this.sheet.row(key)
      return Math.max(largest, total ?? 0, proposed ?? 0)
    }, 0)
    return this.scale.short(largest).length
  }

  /** After numbers changed. */
  refresh() {
    for (const [index, element] of this.#live) if (index < this.sheet.visible.length) this.#fill(element, index)
    this.paint()
  }

  paint() {
    const wanted = this.#wanted()
    const spare = [...this.body.children].filter((element) => !wanted.has(element.index) || this.#live.get(element.index) !== element)
    for (const element of spare) if (this.#live.get(element.index) === element) this.#live.delete(element.index)
    for (const index of [...wanted].sort((a, b) => a - b)) {
      if (this.#live.has(index)) continue
      const element = spare.shift() ?? this.#row()
      this.#fill(element, index)
      this.#place(element, index)
    }
    for (const element of spare) element.hidden = true
  }

  #wanted() {
    const first = Math.max(0, Math.floor(this.grid.scrollTop / ROW) - BEYOND)
    const last = Math.min(this.sheet.visible.length, Math.ceil((this.grid.scrollTop + this.grid.clientHeight) / ROW) + BEYOND)
    const wanted = new Set(Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at))
    if (this.active.row < this.sheet.visible.length) wanted.add(this.active.row) // what has the focus stays
    return wanted
  }

  #row() {
    const row = made("row", "grid-row")
    row.append(...this.columns.map((shown, at) => {
      const cell = made(shown.kind === "name" ? "rowheader" : "gridcell", "")
      cell.base = looksOf(shown)
      cell.at = at
      cell.tabIndex = -1
      cell.setAttribute("aria-colindex", at + 1)
      if (shown.kind === "name") this.#makeName(cell)
      return cell
    }))
    return row
  }

  #makeName(cell) {
    const [name, note] = [document.createElement("span"), document.createElement("span")]
    name.className = "grid-called"
    note.className = "grid-note"
    cell.className = cell.base
    cell.append(this.chevron.cloneNode(true), name, note)
  }

  /** In the order of the rows, for those who read the page from top to bottom. Moved only if it must be: that is dear. */
  #place(element, index) {
    const others = [...this.#live.keys()]
    const before = this.#live.get(Math.max(...others.filter((other) => other < index)))
    const after = this.#live.get(Math.min(...others.filter((other) => other > index)))
    const isAfter = (one, other) => Boolean(other.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)
    const isRight = element.isConnected && (!before || isAfter(element, before)) && (!after || isAfter(after, element))
    if (!isRight) this.body.insertBefore(element, after ?? null)
    this.#live.set(index, element)
  }

  #fill(element, index) {
    const key = this.sheet.visible[index]
    const row = this.sheet.row(key)
    const { depth, number } = this.sheet.places.get(key)
    element.hidden = false
    element.index = index
    element.style.top = `${index * ROW}px`
    element.className = `grid-row${this.sheet.isBranch(key) ? " grid-branch" : ""}`
    put(element, "aria-rowindex", index + 2)
    put(element, "aria-level", depth + 1)
    put(element, "aria-posinset", number)
    put(element, "aria-setsize", this.sheet.below.get(row.parent).length)
    put(element, "aria-expanded", this.sheet.isBranch(key) ? String(!this.sheet.folded.has(key)) : null)
    this.columns.forEach((shown, at) => {
      const cell = element.children[at]
      if (cell === this.editing) return
      if (shown.kind === "name") this.#fillName(cell, row, depth)
      else this.#fillValue(cell, row, shown)
      this.#fillPlace(cell, index, at)
    })
  }

  #fillPlace(cell, index, at) {
    const isActive = index === this.active.row && at === this.active.at
    cell.tabIndex = isActive ? 0 : -1
    cell.classList.toggle("grid-active", isActive)
    cell.classList.toggle("grid-chosen", this.isChosen(index, at))
    put(cell, "aria-selected", this.isChosen(index, at) || isActive ? "true" : null)
  }

  #fillName(cell, row, depth) {
    const [twist, name, note] = cell.children
    cell.style.setProperty("--depth", depth)
    twist.classList.toggle("grid-leaf", !this.sheet.isBranch(row.key))
    name.textContent = cell.title = row.name
    note.textContent = this.#noteOf(row)
  }

  #noteOf(row) {
    if (row.is_stray) return this.words.say("stray")
    if (row.last_day) return this.words.say("until", { day: this.#day(row.last_day) })
    return row.joined_on ? this.words.say("joined", { day: this.#day(row.joined_on) }) : ""
  }

  #day(iso, more = {}) {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", day: "numeric", ...more, timeZone: "UTC" })
    return format.format(new Date(iso))
  }

  #fillValue(cell, row, { kind, column }) {
    const { text, looks, titles, isHeld } = this[`${kind}Of`](row, column)
    const className = [cell.base, ...looks.map((look) => `is-${look}`)].join(" ")
    if (cell.className !== className) cell.className = className
    if (cell.textContent !== text || cell.childElementCount) cell.textContent = text
    if (isHeld) cell.prepend(this.lock.cloneNode(true))
    put(cell, "title", titles.join(" · "))
    put(cell, "aria-readonly", kind !== "value" || !row.writable ? "true" : null)
  }

  /** A number: how it reads, and everything to be known about it. */
  valueOf(row, column) {
    const looks = [], titles = []
    const note = (look, text) => { looks.push(look); titles.push(text) }
    const amount = this.sheet.value(row, column), left = this.sheet.left(row.key, column), isHeld = this.sheet.isHeld(row, column)
    const mark = this.marks.get(keyOf(row.key, column.key))
    if (mark) note(mark.look, mark.text)
    if (this.sheet.waiting.has(keyOf(row.key, column.key))) looks.push("waiting")
    if (!row.writable) looks.push("fixed")
    if (isHeld) note("held", this.words.say("held"))
    if (left > 0) note("short", this.words.say("unallocated", { amount: this.scale.exact(left) }))
    if (left < 0) note("over", this.words.say("over", { amount: this.scale.exact(-left) }))
    if (column.key === "total" && row.computed !== null && row.computed !== row.total) note("override", this.words.say("override", { amount: this.scale.exact(row.computed) }))
    const carried = column.key === "total" ? this.sheet.carried(row.key) : null
    if (carried !== null && carried !== 1) titles.push(this.words.say("carried", { share: this.scale.share(carried) }))
    if (column.key === "total" && row.agreed) note("agreed", this.words.say("agreed"))
    if (column.key === "total" && row.coming.length) {
      const whole = (day) => this.#day(day, { year: "numeric" })
      note("coming", this.words.say("coming", { day: whole(row.coming.at(-1)[0]), now: this.scale.exact(row.now) }))
      for (const [day, amount] of row.coming.slice(0, -1)) titles.push(this.words.say("before", { day: whole(day), amount: this.scale.exact(amount) }))
    }
    return { text: this.scale.short(amount), looks, titles, isHeld }
  }

  leftOf(row, column) {
    const left = this.sheet.left(row.key, column)
    if (left === null) return { text: "—", looks: ["none"], titles: [] }
    if (left === 0) return { text: this.words.say("all_given"), looks: ["even"], titles: [] }
    const said = (how) => this.words.say(left > 0 ? "unallocated" : "over", { amount: this.scale[how](Math.abs(left)) })
    return { text: said("brief"), looks: [left > 0 ? "unallocated" : "over-assigned"], titles: [said("exact")] }
  }

  proposedOf(row) {
    return { text: this.scale.short(row.proposed), looks: row.proposed === null ? ["none"] : [], titles: [] }
  }

  /** How hard the number is: a word and the counts, and the sentence that they stand for. */
  pastOf(row) {
    const found = this.sheet.hardness(row)
    if (!found) return { text: "—", looks: ["none"], titles: [] }
    const { word, reached, of } = found, values = { reached, periods: of }
    if (word === "unknown") return { text: "—", looks: ["none"], titles: [this.words.say("past.unknown", values)] }
    return { text: `${this.words.say(`past.${word}`)} ${reached}/${of}`, looks: [word], titles: [this.words.say("past.said", values)] }
  }

  // --- Where one is --------------------------------------------------------------------------------

  get chosen() {
    const [top, bottom] = [this.anchor.row, this.active.row].sort((a, b) => a - b)
    const [left, right] = [this.anchor.at, this.active.at].sort((a, b) => a - b)
    return { top, bottom, left, right, isOne: top === bottom && left === right }
  }

  isChosen(row, at) {
    const { top, bottom, left, right, isOne } = this.chosen
    return !isOne && row >= top && row <= bottom && at >= left && at <= right
  }

  /** Goes to a cell, the choice stretching from where it began if `isFurther`. */
  go(row, at, { isFurther = false, hasFocus = true } = {}) {
    const clamp = (value, last) => Math.max(0, Math.min(value, last))
    this.active = { row: clamp(row, this.sheet.visible.length - 1), at: clamp(at, this.columns.length - 1) }
    if (!isFurther) this.anchor = this.active
    if (hasFocus) this.#reveal()
    this.paint()
    for (const [index, element] of this.#live) [...element.children].forEach((cell, each) => this.#fillPlace(cell, index, each))
    if (hasFocus) this.cell().focus({ preventScroll: true })
  }

  cell({ row, at } = this.active) { return this.#live.get(row)?.children[at] }

  /** Behind the head and the columns that stay, nothing can be seen. */
  #reveal() {
    const { row, at } = this.active
    const height = this.grid.clientHeight - this.head.offsetHeight
    const top = row * ROW
    if (top < this.grid.scrollTop) this.grid.scrollTop = top
    else if (top + ROW > this.grid.scrollTop + height) this.grid.scrollTop = top + ROW - height
    const heads = [...this.head.firstElementChild.children], head = heads[at]
    if (getComputedStyle(head).position === "sticky") return
    const staying = heads.filter((each) => getComputedStyle(each).position === "sticky")
    const before = staying.filter((each) => each.matches(".grid-name, .grid-total")).reduce((sum, each) => sum + each.offsetWidth, 0)
    const behind = staying.reduce((sum, each) => sum + each.offsetWidth, 0) - before
    if (head.offsetLeft < this.grid.scrollLeft + before) this.grid.scrollLeft = head.offsetLeft - before
    const end = head.offsetLeft + head.offsetWidth + behind - this.grid.clientWidth
    if (end > this.grid.scrollLeft) this.grid.scrollLeft = end
  }

  get page() { return Math.max(1, Math.floor((this.grid.clientHeight - this.head.offsetHeight) / ROW) - 1) }
}
