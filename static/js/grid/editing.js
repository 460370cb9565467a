// Changes of numbers: sent with their rule and reason, refused or answered, and settled where someone else was faster.

import { Saving } from "./saving.js"
import { keyOf } from "./sheet.js"
import { asked } from "./telling.js"

const FEW = 5

export class Editing {
  #because = null
  #clashes = new Set()

  constructor({ root, url, query, token, version, sheet, view, scale, words, telling, needsReason, shown }) {
    Object.assign(this, { version, sheet, view, scale, words, telling, needsReason, shown })
    this.time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" })
    this.rule = root.querySelector("[data-rule]")
    this.reason = root.querySelector("[data-ask-reason]")
    this.saving = new Saving({ url, query, token, answered: (...all) => this.#answered(...all), changed: () => this.show() })
    addEventListener("beforeunload", (event) => { if (this.saving.count || this.#clashes.size) event.preventDefault() })
  }

  show() {
    this.sheet.draft(this.saving.edits)
    this.view.refresh()
    this.telling.saving(this.saving, this.#clashes.size)
    this.shown()
  }

  /** `edits`: {holder, column: its key, was, amount}. Where the reason is asked for and none given, nothing is. */
  async write(edits) {
    if (!(await this.#hasReason())) return
    this.telling.clear()
    edits.forEach((edit) => this.#settle(edit))
    const said = { rule: this.rule.value, ...this.#because }
    const batch = { edits, body: () => ({ edits: batch.edits.map(({ holder, column, was, amount }) => ({ holder, column, was, amount })), ...said }) }
    this.saving.add(batch)
  }

  hold(cells, held) {
    this.telling.clear()
    this.saving.add({ path: "hold/", body: () => ({ cells, held }) })
  }

  async undo() {
    this.telling.clear()
    if (this.saving.takeBack() || !(await this.#hasReason())) return
    this.saving.add({ path: "undo/", body: () => ({ version: this.version, reason: this.#because?.reason ?? "" }) })
  }

  async #hasReason() {
    if (!this.needsReason || this.#because) return true
    return this.askReason()
  }

  /** Once for all that follows; asked again when someone wants to say something else. */
  async askReason() {
    const said = await asked(this.reason)
    if (said) this.#because = { reason: said.get("reason"), effective_on: said.get("effective_on") || null }
    return said !== null
  }

  #answered(batch, status, body) {
    this.sheet.take(body.rows ?? [])
    this.version = body.version ?? this.version
    if (status === 409 && body.stale?.length) this.#clash(batch, body.stale)
    else if (status !== 200) this.#refuse(batch, body)
  }

  #refuse(batch, { detail, errors = {} }) {
    const told = [...new Set([detail, ...Object.values(errors).flat(2)])].filter((text) => typeof text === "string")
    const text = told.join(" ") || this.words.say("refused")
    if (errors.reason || errors.effective_on) this.#because = null
    for (const { holder, column } of batch.edits ?? []) this.view.marks.set(keyOf(holder, column), { look: "refused", text })
    this.telling.refused(text)
  }

  /** Nothing of it was written. What someone else changed is asked about; then the rest is sent again. */
  #clash(batch, stale) {
    const now = new Map(stale.map((cell) => [keyOf(cell.holder, cell.column), cell]))
    const theirs = (edit) => now.get(keyOf(edit.holder, edit.column))
    // An answer that was lost on its way: the number is mine already.
    batch.edits = batch.edits.filter((edit) => !theirs(edit) || theirs(edit).now !== edit.amount)
    const clash = { batch, open: new Map() }
    for (const edit of batch.edits.filter(theirs)) this.#open(clash, edit, theirs(edit))
    if (!clash.open.size) return this.#again(clash)
    this.#clashes.add(clash)
    this.#ask([...clash.open.values()])
  }

  #open(clash, edit, { now, by, at }) {
    const key = keyOf(edit.holder, edit.column)
    const text = this.words.say("clash", {
      cell: this.nameOf(edit),
      by: by || this.words.say("someone"),
      now: this.scale.exact(now),
      mine: this.scale.exact(edit.amount),
      at: at ? this.time.format(new Date(at)) : "",
    })
    const decide = (isMine) => {
      if (!clash.open.delete(key)) return
      if (isMine) edit.was = now
      else clash.batch.edits = clash.batch.edits.filter((each) => each !== edit)
      this.view.marks.delete(key)
      if (!clash.open.size) this.#again(clash)
      this.show()
    }
    clash.open.set(key, { text, decide })
    this.view.marks.set(key, { look: "stale", text })
  }

  /** One by one while they are few, else all at once. */
  #ask(open) {
    const [{ text: first }] = open
    if (open.length > FEW) this.telling.clash(this.words.say("clashes", { n: open.length, first }), (isMine) => open.forEach(({ decide }) => decide(isMine)))
    else for (const each of open) each.note = this.telling.clash(each.text, each.decide)
  }

  #again(clash) {
    this.#clashes.delete(clash)
    if (clash.batch.edits.length) this.saving.add(clash.batch)
  }

  /** A cell written anew: what was asked about it is answered by that. */
  #settle({ holder, column }) {
    const key = keyOf(holder, column)
    this.view.marks.delete(key)
    for (const clash of [...this.#clashes]) {
      const open = clash.open.get(key)
      open?.note?.remove()
      open?.decide(false)
    }
  }

  nameOf({ holder, column }) {
    const { label } = this.view.columns.find((shown) => shown.kind === "value" && shown.key === column)
    return this.words.say("cell", { name: this.sheet.row(holder).name, column: label })
  }
}
