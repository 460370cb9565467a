// The planning grid: <section data-sheet data-url="…"> becomes a treegrid of people and months to write in.

import { Scale } from "./grid/amounts.js"
import { Editing } from "./grid/editing.js"
import { Field } from "./grid/field.js"
import { TYPING, deedOf } from "./grid/keys.js"
import { Pasting } from "./grid/pasting.js"
import { Sheet } from "./grid/sheet.js"
import { Telling } from "./grid/telling.js"
import { View } from "./grid/view.js"
import { Words } from "./grid/words.js"

const LANGUAGE = document.documentElement.lang
const MANY = 200 // rows, from which on the lower levels are folded at first
const A_WHILE = 60000 // milliseconds

/** What is shown, from left to right. */
const shownOf = ({ columns, isLevel }, rows, words, hasPast) => {
  const beside = (kind) => ({ kind, key: kind, label: words.say(kind), column: columns.find(({ key }) => key === "total") })
  return [
    { kind: "name", key: "name", label: words.say("name") },
    ...columns.map((column) => ({ kind: "value", key: column.key, label: column.label ?? words.say("total"), column })),
    ...(rows.some(({ proposed }) => proposed !== null) ? [beside("proposed")] : []),
    ...(hasPast ? [beside("past")] : []),
    ...(isLevel ? [] : [beside("left")]),
  ]
}

class Grid {
  constructor(root, inside, answer) {
    const words = new Words(root.querySelector("[data-words]"), LANGUAGE)
    const scale = new Scale(answer, LANGUAGE)
    const sheet = new Sheet(answer)
    const grid = inside.querySelector("[data-scroll]")
    if (answer.rows.length > MANY) sheet.fold([...sheet.rows.keys()].filter((key) => sheet.places.get(key).depth > 0), true)
    Object.assign(this, { root, grid, words, scale, sheet })
    this.view = new View({ root, grid, sheet, scale, words, columns: shownOf(sheet, answer.rows, words, "past" in root.dataset) })
    this.telling = new Telling({ root, words })
    this.editing = new Editing({ ...this, url: root.dataset.url, query: root.dataset.query, token: root.dataset.token, version: answer.version, needsReason: answer.needs_reason, shown: () => this.#tellWhere() })
    this.field = new Field({ ...this, error: inside.querySelector("[data-error]"), write: (at, amount) => this.#written(at, amount) })
    this.pasting = new Pasting(this)
    this.#prepare(answer)
    this.#listen()
    this.editing.show()
    this.#remember()
  }

  /** What everyone reached before is much to read: it comes once the numbers stand, and stays. */
  async #remember() {
    const past = this.root.dataset.past && (await load({ url: this.root.dataset.past, query: "" }))
    if (!past) return
    this.sheet.remember(past)
    this.view.refresh()
    this.#tellWhere()
  }

  #prepare({ rules, needs_reason, rows }) {
    this.mayWrite = rows.some(({ writable }) => writable)
    const rule = this.root.querySelector("[data-rule]")
    rule.append(...rules.map(([value, label]) => new Option(label, value)))
    this.root.querySelectorAll("[data-writes]").forEach((element) => { element.hidden = !this.mayWrite })
    this.root.querySelector("[data-do=reason]").hidden = !needs_reason
  }

  // --- What one is at --------------------------------------------------------------------------------

  row(at = this.view.active.row) { return this.sheet.row(this.sheet.visible[at]) }
  shown(at = this.view.active.at) { return this.view.columns[at] }
  get chosenRows() {
    const { top, bottom } = this.view.chosen
    return Array.from({ length: bottom - top + 1 }, (_, at) => this.row(top + at))
  }

  isOpenTo(row, shown) { return shown?.kind === "value" && Boolean(row?.writable) }

  go(row, at, how) {
    this.view.go(row, at, how)
    this.#tellWhere()
  }

  /** The cell under the pointer, else the one with the focus: exactly, with what is below it. */
  #tellWhere(place = this.view.active) {
    const row = this.row(place.row), { kind, column, label } = this.shown(place.at)
    if (!row) return
    if (place === this.view.active) this.#offer(row)
    if (place === this.view.active && !this.view.chosen.isOne) return this.#tellChosen()
    const of = kind === "value" ? column : this.sheet.columns[0]
    const titles = [...this.view.valueOf(row, of).titles, ...(kind === "past" ? this.view.pastOf(row).titles : [])]
    const name = this.words.say("cell", { name: row.name, column: kind === "value" ? label : this.shown(1).label })
    this.telling.at([`${name}: ${this.scale.exact(this.sheet.value(row, of))}`, ...titles].join(" · "))
  }

  #tellChosen() {
    const { left, right } = this.view.chosen, shown = this.view.columns.slice(left, right + 1).filter(({ kind }) => kind === "value")
    const amounts = this.chosenRows.flatMap((row) => shown.map(({ column }) => this.sheet.value(row, column)))
    const sum = amounts.reduce((all, amount) => all + (amount ?? 0), 0)
    this.telling.at(this.words.say("chosen", { n: amounts.length, sum: this.scale.exact(sum) }))
  }

  /** What else may be done to the row: its dialogs. */
  #offer(row) {
    const { url, home, query } = this.root.dataset, holder = url.replace(/grid\/$/, row.key.replace(":", "/"))
    const hasNumber = row.total !== null && !this.sheet.isLevel
    const may = { split: row.may_split && hasNumber, spread: row.writable && hasNumber, history: Boolean(row.target) }
    for (const link of this.root.querySelectorAll("[data-opens]")) {
      const { opens } = link.dataset
      link.hidden = !may[opens]
      link.href = opens === "history" ? `${home}targets/${row.target}/history/` : `${holder}/${opens}/${query}`
    }
  }

  open(name) {
    const link = this.root.querySelector(`[data-opens=${name}]`)
    if (!link.hidden) window.htmx.ajax("GET", link.getAttribute("href"), { target: "#dialog-content", swap: "innerHTML" })
  }

  // --- Changing --------------------------------------------------------------------------------------

  edit(text) {
    const row = this.row(), { kind, column } = this.shown()
    if (this.isOpenTo(row, { kind })) this.field.open(row, column, text)
    else if (text !== undefined || kind !== "name") this.telling.hint(this.words.say("fixed"))
  }

  #written({ row, column, was }, amount) {
    this.editing.write([{ holder: row.key, column: column.key, was, amount }])
  }

  /** The chosen cells that may be written, by row; a name stands for its total. */
  #chosen() {
    const { left, right } = this.view.chosen, columns = this.view.columns.slice(left, Math.max(right, 1) + 1)
    return this.chosenRows.flatMap((row) => columns.filter((shown) => this.isOpenTo(row, shown)).map(({ column }) => ({ row, column })))
  }

  /** Holds what is chosen; where all of it is held already, lets go. */
  hold() {
    const chosen = this.#chosen()
    if (!chosen.length) return this.telling.hint(this.words.say("fixed"))
    const isHeld = chosen.every(({ row, column }) => this.sheet.isHeld(row, column))
    const keys = ({ key, of }) => of ?? [key]
    this.editing.hold(chosen.flatMap(({ row, column }) => keys(column).map((key) => ({ holder: row.key, column: key }))), !isHeld)
  }

  fold(keys, isFolded) {
    const key = this.sheet.visible[this.view.active.row]
    this.sheet.fold(keys, isFolded)
    for (let to = key; ; to = this.sheet.row(to).parent) {
      if (!this.sheet.position.has(to)) continue
      this.view.active = this.view.anchor = { row: this.sheet.position.get(to), at: this.view.active.at }
      break
    }
    this.view.renew()
    if ([this.root.querySelector("[data-frame]"), document.body].includes(document.activeElement)) this.go(this.view.active.row, this.view.active.at)
  }

  #foldAll(isFolded) { this.fold([...this.sheet.rows.keys()].filter((key) => !isFolded || this.sheet.places.get(key).depth > 0), isFolded) }

  // --- Keys and pointers -----------------------------------------------------------------------------

  #listen() {
    const { grid, root } = this
    grid.addEventListener("keydown", (event) => this.#key(event))
    grid.addEventListener("focusin", (event) => this.#arrive(this.#at(event)))
    grid.addEventListener("pointerdown", (event) => this.#press(event))
    grid.addEventListener("pointermove", (event) => this.#drag(event))
    grid.addEventListener("pointerup", () => this.#drop())
    grid.addEventListener("pointerleave", () => this.#tellWhere())
    grid.addEventListener("dblclick", (event) => { if (this.#at(event) && !this.field.isOpen) this.edit() })
    grid.addEventListener("copy", (event) => this.#clip(event, () => event.clipboardData.setData("text/plain", this.pasting.copied())))
    grid.addEventListener("paste", (event) => this.#clip(event, () => this.pasting.paste(event.clipboardData.getData("text/plain"))))
    grid.addEventListener("click", (event) => this.#click(event))
    root.addEventListener("click", (event) => this.#pressed(event, event.target.closest("[data-do], [data-opens]")))
    document.body.addEventListener("numbers", () => this.reload())
    document.addEventListener("visibilitychange", () => this.#return())
  }

  #clip(event, act) {
    if (this.field.isOpen) return
    event.preventDefault()
    act()
  }

  #key(event) {
    const deed = deedOf(this, event)
    if (!deed) return
    if (deed !== TYPING) event.preventDefault()
    deed(this)
  }

  all() {
    this.view.anchor = { row: 0, at: 0 }
    this.go(this.sheet.visible.length - 1, this.view.columns.length - 1, { isFurther: true, hasFocus: false })
  }

  keys() { this.root.querySelector("[data-keys]").showModal() }

  #at(event) {
    const cell = event.target.closest?.("[role=gridcell], [role=rowheader]")
    return cell && { row: cell.parentElement.index, at: cell.at }
  }

  /** The focus was put somewhere else than by these keys, as screen readers do. */
  #arrive(place) {
    const { row, at } = this.view.active
    if (place && !this.field.isOpen && (place.row !== row || place.at !== at)) this.go(place.row, place.at)
  }

  #press(event) {
    const place = this.#at(event)
    if (!place || event.target === this.field.input) return
    if (!this.field.close()) return event.preventDefault()
    const { row, at } = this.view.active
    this.wasActive = row === place.row && at === place.at
    if (event.target.closest("[data-twist]") || event.button !== 0) return
    if (event.pointerType !== "touch") this.go(place.row, place.at, { isFurther: event.shiftKey })
  }

  #drag(event) {
    const place = this.#at(event)
    if (!place) return
    const { row, at } = this.view.active, isElsewhere = row !== place.row || at !== place.at
    this.isDragging ||= event.buttons === 1 && event.pointerType === "mouse" && isElsewhere && !this.field.isOpen
    if (this.isDragging && isElsewhere) this.go(place.row, place.at, { isFurther: true, hasFocus: false })
    else if (!this.isDragging) this.#tellWhere(place)
  }

  #drop() {
    if (!this.isDragging) return
    this.isDragging = false
    this.view.cell()?.focus({ preventScroll: true })
  }

  #click(event) {
    const place = this.#at(event)
    if (!place || event.target === this.field.input) return
    const holder = this.sheet.visible[place.row]
    if (event.target.closest("[data-twist]")) return this.fold([holder], !this.sheet.folded.has(holder))
    if (event.pointerType !== "touch") return
    if (this.wasActive) this.edit() // on a phone: first chosen, then written
    else this.go(place.row, place.at)
  }

  #pressed(event, button) {
    if (!button) return
    if (button.dataset.opens) {
      event.preventDefault()
      return this.open(button.dataset.opens)
    }
    const acts = {
      open: () => this.#foldAll(false), close: () => this.#foldAll(true), hold: () => this.hold(), undo: () => this.editing.undo(),
      reason: () => this.editing.askReason(), keys: () => this.keys(),
    }
    acts[button.dataset.do]()
  }

  /** Back after a while: others may have written. */
  #return() {
    if (document.hidden) this.leftAt = Date.now()
    else if (Date.now() - this.leftAt > A_WHILE && !this.field.isOpen && !this.editing.saving.count) this.reload()
  }

  /** After a dialog changed numbers, or others did. */
  async reload() {
    const answer = await load(this.root.dataset)
    if (!answer) return
    this.sheet.read(answer.rows)
    this.editing.show()
    this.view.renew()
  }
}

const load = async ({ url, query }) => {
  try {
    const answer = await fetch(url + query, { headers: { Accept: "application/json" } })
    return answer.ok && !answer.redirected ? await answer.json() : null
  } catch {
    return null
  }
}

/** The shadow tree of the cells, once it looks as it should: before that nothing can be measured. */
const within = async (frame) => {
  const inside = frame.attachShadow({ mode: "open" })
  inside.append(frame.querySelector("template").content.cloneNode(true))
  await new Promise((resolve) => { inside.querySelector("link").onload = resolve })
  return inside
}

const start = async (root) => {
  const [answer, inside] = await Promise.all([load(root.dataset), within(root.querySelector("[data-frame]"))])
  root.querySelector("[data-loading]").hidden = true
  root.querySelector("[data-failed]").hidden = answer !== null
  root.querySelector("[data-sheet-shown]").hidden = answer === null
  if (answer?.rows.length) new Grid(root, inside, answer)
}

const prepare = (part) => {
  for (const root of part.querySelectorAll("[data-sheet]:not([data-started])")) {
    root.dataset.started = ""
    start(root)
  }
}
prepare(document)
document.addEventListener("htmx:load", ({ detail: { elt } }) => prepare(elt))
