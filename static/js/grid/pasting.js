// Between the grid and the clipboard: what is copied, and what is pasted where.

import { cellsOf, planOf, textOf } from "./clipboard.js"
import { asked } from "./telling.js"

export class Pasting {
  constructor(grid) {
    const { root, sheet, view, scale, words, telling, editing } = grid
    Object.assign(this, { grid, root, sheet, view, scale, words, telling, editing })
  }

  /** What is chosen, as a spreadsheet takes it. */
  copied() {
    const { left, right } = this.view.chosen
    const cell = (row, { kind, column }) => {
      if (kind === "name") return row.name
      if (kind === "past") return this.view.pastOf(row).text
      const amount = kind === "left" ? this.sheet.left(row.key, column) : kind === "proposed" ? row.proposed : this.sheet.value(row, column)
      return amount === null ? "" : this.scale.plain(amount)
    }
    return textOf(this.grid.chosenRows.map((row) => this.view.columns.slice(left, right + 1).map((shown) => cell(row, shown))))
  }

  /** Shows what would change, if it is more than one number, and sends it once that is meant. */
  async paste(text) {
    const plan = planOf(this.#cells(text), (down, across) => this.#target(down, across), this.scale)
    if (plan.refused.length) return this.#unread(plan.refused)
    if (!plan.edits.length) return this.telling.hint(this.words.say("nothing_new"))
    if (plan.edits.length === 1 || (await this.#isMeant(plan))) {
      await this.editing.write(plan.edits.map(({ holder, column, was, amount }) => ({ holder, column: column.key, was, amount })))
    }
    this.grid.go(this.view.active.row, this.view.active.at, { isFurther: true })
  }

  /** One copied number goes to all that is chosen. */
  #cells(text) {
    const cells = cellsOf(text), { left, right } = this.view.chosen
    if (cells.length > 1 || cells[0].length > 1) return cells
    return this.grid.chosenRows.map(() => Array(right - left + 1).fill(cells[0][0]))
  }

  #target(down, across) {
    const { top, left } = this.view.chosen, row = this.grid.row(top + down), shown = this.grid.shown(left + across)
    if (!row || !shown) return null
    const { label, column } = shown, isWritable = this.grid.isOpenTo(row, shown)
    return { holder: row.key, name: row.name, label, column, isWritable, was: isWritable ? this.sheet.value(row, column) : null }
  }

  #unread(refused) {
    const { name, label, text, why } = refused[0]
    const first = `${this.words.say("cell", { name, column: label })}:`
    const because = this.words.say(why, { text, places: this.scale.places })
    this.telling.clear()
    this.telling.refused([this.words.say("unread", { n: refused.length }), first, because].join(" "))
  }

  async #isMeant({ edits, before, after, kept, derived }) {
    const dialog = this.root.querySelector("[data-ask-paste]")
    const exact = (amount) => this.scale.exact(amount)
    const said = { change: edits.length, before: exact(before), after: exact(after), difference: exact(after - before) }
    for (const [name, value] of Object.entries(said)) dialog.querySelector(`[data-said=${name}]`).textContent = value
    const also = [kept && this.words.say("kept", { n: kept }), derived && this.words.say("derived", { n: derived })]
    dialog.querySelector("[data-said=also]").textContent = also.filter(Boolean).join(" ")
    return (await asked(dialog)) !== null
  }
}
