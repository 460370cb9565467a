// The planning grid: <section data-sheet data-url="…"> becomes a treegrid of people and months to write in.

import { Scale } from "./grid/amounts.js"
import { cellsOf, planOf, textOf } from "./grid/clipboard.js"
import { Editing } from "./grid/editing.js"
import { Field } from "./grid/field.js"
import { Sheet } from "./grid/sheet.js"
import { Telling, asked } from "./grid/telling.js"
import { View } from "./grid/view.js"
import { Words } from "./grid/words.js"

const LANGUAGE = document.documentElement.lang
const MANY = 200 // rows, from which on the lower levels are folded at first
const A_WHILE = 60000 // milliseconds
const TYPED = /^[\d.,$¥€£％%０-９．，￥]$/

/** What is shown, from left to right. */
const shownOf = ({ columns, isLevel }, rows, words) => {
  const beside = (kind) => ({ kind, key: kind, label: words.say(kind), column: columns.find(({ key }) => key === "total") })
  return [
    { kind: "name", key: "name", label: words.say("name") },
    ...columns.map((column) => ({ kind: "value", key: column.key, label: column.label ?? words.say("total"), column })),
    ...(rows.some(({ proposed }) => proposed !== null) ? [beside("proposed")] : []),
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
    this.view = new View({ root, grid, sheet, scale, words, columns: shownOf(sheet, answer.rows, words) })
    this.telling = new Telling({ root, words })
    this.editing = new Editing({ ...this, url: root.dataset.url, token: root.dataset.token, needsReason: answer.needs_reason, shown: () => this.#tellWhere() })
    this.field = new Field({ ...this, error: inside.querySelector("[data-error]"), write: (at, amount) => this.#written(at, amount) })
    this.#prepare(answer)
    this.#listen()
    this.editing.show()
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
  isOpenTo(row, shown) { return shown?.kind === "value" && Boolean(row?.writable) }

  #go(row, at, how) {
    this.view.go(row, at, how)
    this.#tellWhere()
  }

  /** The cell under the pointer, else the one with the focus: exactly, with what is below it. */
  #tellWhere(place = this.view.active) {
    const row = this.row(place.row), { kind, column, label } = this.shown(place.at)
    if (!row) return
    const of = kind === "value" ? column : this.sheet.columns[0]
    const { titles } = this.view.valueOf(row, of)
    const name = this.words.say("cell", { name: row.name, column: kind === "value" ? label : this.shown(1).label })
    this.telling.at([`${name}: ${this.scale.exact(this.sheet.value(row, of))}`, ...titles].join(" · "))
    if (place === this.view.active) this.#offer(row)
  }

  /** What else may be done to the row: its dialogs. */
  #offer(row) {
    const { url, home } = this.root.dataset, holder = url.replace(/grid\/$/, row.key.replace(":", "/"))
    const may = { split: row.may_split && row.total !== null, spread: row.writable && row.total !== null && !this.sheet.isLevel, history: Boolean(row.target) }
    for (const link of this.root.querySelectorAll("[data-opens]")) {
      const { opens } = link.dataset
      link.hidden = !may[opens]
      link.href = opens === "history" ? `${home}targets/${row.target}/history/` : `${holder}/${opens}/`
    }
  }

  #open(name) {
    const link = this.root.querySelector(`[data-opens=${name}]`)
    if (!link.hidden) window.htmx.ajax("GET", link.getAttribute("href"), { target: "#dialog-content", swap: "innerHTML" })
  }

  // --- Changing --------------------------------------------------------------------------------------

  #edit(text) {
    const row = this.row(), { kind, column } = this.shown()
    if (this.isOpenTo(row, { kind })) this.field.open(row, column, text)
    else if (text !== undefined || kind !== "name") this.telling.hint(this.words.say("fixed"))
  }

  #written({ row, column, was }, amount) {
    this.editing.write([{ holder: row.key, column: column.key, was, amount }])
  }

  /** The chosen cells that may be written, by row; a name stands for its total. */
  #chosen() {
    const { top, bottom, left, right } = this.view.chosen
    const rows = Array.from({ length: bottom - top + 1 }, (_, at) => this.row(top + at))
    return rows.flatMap((row) => this.view.columns.slice(left, Math.max(right, 1) + 1).filter((shown) => this.isOpenTo(row, shown)).map(({ column }) => ({ row, column })))
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
    if ([this.root.querySelector("[data-frame]"), document.body].includes(document.activeElement)) this.#go(this.view.active.row, this.view.active.at)
  }

  #foldAll(isFolded) { this.fold([...this.sheet.rows.keys()].filter((key) => !isFolded || this.sheet.places.get(key).depth > 0), isFolded) }

  // --- Clipboard -------------------------------------------------------------------------------------

  #text() {
    const { top, bottom, left, right } = this.view.chosen
    const cell = (row, { kind, column }) => {
      if (kind === "name") return row.name
      const amount = kind === "left" ? this.sheet.left(row.key, column) : kind === "proposed" ? row.proposed : this.sheet.value(row, column)
      return amount === null ? "" : this.scale.plain(amount)
    }
    const rows = Array.from({ length: bottom - top + 1 }, (_, at) => this.row(top + at))
    return textOf(rows.map((row) => this.view.columns.slice(left, right + 1).map((shown) => cell(row, shown))))
  }

  async #paste(text) {
    const plan = planOf(this.#cells(text), (down, across) => this.#target(down, across), this.scale)
    if (plan.refused.length) return this.#unread(plan.refused)
    if (!plan.edits.length) return this.telling.hint(this.words.say("nothing_new"))
    if (plan.edits.length === 1 || (await this.#isMeant(plan))) {
      await this.editing.write(plan.edits.map(({ holder, column, was, amount }) => ({ holder, column: column.key, was, amount })))
    }
    this.#go(this.view.active.row, this.view.active.at, { isFurther: true })
  }

  /** One copied number goes to all that is chosen. */
  #cells(text) {
    const cells = cellsOf(text), { top, bottom, left, right } = this.view.chosen
    if (cells.length > 1 || cells[0].length > 1) return cells
    return Array.from({ length: bottom - top + 1 }, () => Array(right - left + 1).fill(cells[0][0]))
  }

  #target(down, across) {
    const { top, left } = this.view.chosen, row = this.row(top + down), shown = this.shown(left + across)
    if (!row || !shown) return null
    const isWritable = this.isOpenTo(row, shown)
    return { holder: row.key, name: row.name, label: shown.label, column: shown.column, isWritable, was: isWritable ? this.sheet.value(row, shown.column) : null }
  }

  #unread(refused) {
    const { name, label, text, why } = refused[0]
    const first = this.words.say("cell", { name, column: label })
    this.telling.clear()
    this.telling.refused([this.words.say("unread", { n: refused.length }), `${first}:`, this.words.say(why, { text, places: this.scale.places })].join(" "))
  }

  async #isMeant({ edits, before, after, kept, derived }) {
    const dialog = this.root.querySelector("[data-ask-paste]")
    const said = { change: edits.length, before: this.scale.exact(before), after: this.scale.exact(after), difference: this.scale.exact(after - before) }
    for (const [name, value] of Object.entries(said)) dialog.querySelector(`[data-said=${name}]`).textContent = value
    const also = [kept && this.words.say("kept", { n: kept }), derived && this.words.say("derived", { n: derived })]
    dialog.querySelector("[data-said=also]").textContent = also.filter(Boolean).join(" ")
    return (await asked(dialog)) !== null
  }

  // --- Keys and pointers -----------------------------------------------------------------------------

  #listen() {
    const { grid, root } = this
    grid.addEventListener("keydown", (event) => this.#key(event))
    grid.addEventListener("focusin", (event) => this.#arrive(this.#at(event)))
    grid.addEventListener("pointerdown", (event) => this.#press(event))
    grid.addEventListener("pointermove", (event) => this.#drag(event))
    grid.addEventListener("pointerup", () => this.#drop())
    grid.addEventListener("pointerleave", () => this.#tellWhere())
    grid.addEventListener("dblclick", (event) => { if (this.#at(event) && !this.field.isOpen) this.#edit() })
    grid.addEventListener("copy", (event) => this.#clip(event, () => event.clipboardData.setData("text/plain", this.#text())))
    grid.addEventListener("paste", (event) => this.#clip(event, () => this.#paste(event.clipboardData.getData("text/plain"))))
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
    const { row, at } = this.view.active, last = this.sheet.visible.length - 1, end = this.view.columns.length - 1
    const isFurther = event.shiftKey, isFar = event.ctrlKey || event.metaKey
    const to = {
      ArrowUp: [isFar ? 0 : row - 1, at], ArrowDown: [isFar ? last : row + 1, at],
      ArrowLeft: [row, isFar ? 0 : at - 1], ArrowRight: [row, isFar ? end : at + 1],
      Home: [isFar ? 0 : row, 0], End: [isFar ? last : row, end],
      PageUp: [row - this.view.page, at], PageDown: [row + this.view.page, at],
    }[event.key]
    const act = to && !event.altKey ? this.#turn(event.key, isFar) ?? (() => this.#go(...to, { isFurther })) : this.#deed(event, isFar)
    if (!act) return
    if (act !== TYPE_IT) event.preventDefault()
    act(this)
  }

  /** On a name, left and right fold and open before they move. */
  #turn(key, isFar) {
    const { row, at } = this.view.active, holder = this.sheet.visible[row]
    if (at !== 0 || isFar || !["ArrowLeft", "ArrowRight"].includes(key)) return null
    const isFolded = this.sheet.folded.has(holder), isBranch = this.sheet.isBranch(holder)
    if (key === "ArrowRight") return isFolded ? () => this.fold([holder], false) : null
    if (isBranch && !isFolded) return () => this.fold([holder], true)
    const above = this.sheet.position.get(this.sheet.row(holder).parent)
    return () => this.#go(above ?? row, 0)
  }

  #deed(event, isFar) {
    const { row, at } = this.view.active, holder = this.sheet.visible[row], key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    if (event.altKey) return null
    if (isFar) return { h: () => this.hold(), z: () => this.editing.undo(), a: () => this.#all() }[key]
    if (key === "Tab") return this.#tab(row, at + (event.shiftKey ? -1 : 1))
    if (TYPED.test(event.key)) return TYPE_IT
    return {
      Enter: at === 0 ? () => this.fold([holder], !this.sheet.folded.has(holder)) : () => this.#edit(),
      " ": at === 0 ? () => this.fold([holder], !this.sheet.folded.has(holder)) : undefined,
      F2: () => this.#edit(), Backspace: () => this.#edit(""), Delete: () => this.#edit(""),
      Escape: () => this.#go(row, at),
      "+": () => this.fold([holder], false), "-": () => this.fold([holder], true),
      h: () => this.hold(), d: () => this.#open("split"), m: () => this.#open("spread"), i: () => this.#open("history"),
      "?": () => this.#keys(),
    }[key]
  }

  /** Tab goes along the row; past its ends it leaves the grid, as everywhere. */
  #tab(row, at) { return at < 0 || at >= this.view.columns.length ? null : () => this.#go(row, at) }

  #all() {
    this.view.anchor = { row: 0, at: 0 }
    this.#go(this.sheet.visible.length - 1, this.view.columns.length - 1, { isFurther: true, hasFocus: false })
  }

  #keys() { this.root.querySelector("[data-keys]").showModal() }

  type() { this.#edit("") }

  #at(event) {
    const cell = event.target.closest?.("[role=gridcell], [role=rowheader]")
    return cell && { row: cell.parentElement.index, at: cell.at }
  }

  /** The focus was put somewhere else than by these keys, as screen readers do. */
  #arrive(place) {
    const { row, at } = this.view.active
    if (place && !this.field.isOpen && (place.row !== row || place.at !== at)) this.#go(place.row, place.at)
  }

  #press(event) {
    const place = this.#at(event)
    if (!place || event.target === this.field.input) return
    if (!this.field.close()) return event.preventDefault()
    const { row, at } = this.view.active
    this.wasActive = row === place.row && at === place.at
    if (event.target.closest("[data-twist]") || event.button !== 0) return
    if (event.pointerType !== "touch") this.#go(place.row, place.at, { isFurther: event.shiftKey })
  }

  #drag(event) {
    const place = this.#at(event)
    if (!place) return
    const { row, at } = this.view.active, isElsewhere = row !== place.row || at !== place.at
    this.isDragging ||= event.buttons === 1 && event.pointerType === "mouse" && isElsewhere && !this.field.isOpen
    if (this.isDragging && isElsewhere) this.#go(place.row, place.at, { isFurther: true, hasFocus: false })
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
    if (this.wasActive) this.#edit() // on a phone: first chosen, then written
    else this.#go(place.row, place.at)
  }

  #pressed(event, button) {
    if (!button) return
    if (button.dataset.opens) {
      event.preventDefault()
      return this.#open(button.dataset.opens)
    }
    const acts = {
      open: () => this.#foldAll(false), close: () => this.#foldAll(true), hold: () => this.hold(), undo: () => this.editing.undo(),
      reason: () => this.editing.askReason(), keys: () => this.#keys(),
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
    const answer = await load(this.root.dataset.url)
    if (!answer) return
    this.sheet.read(answer.rows)
    this.editing.show()
    this.view.renew()
  }
}

const TYPE_IT = (grid) => grid.type() // and the key goes into the field

const load = async (url) => {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } })
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
  const [answer, inside] = await Promise.all([load(root.dataset.url), within(root.querySelector("[data-frame]"))])
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
