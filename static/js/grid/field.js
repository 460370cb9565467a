// The field a number is typed into, in its cell. What cannot be meant stays in it, with what is wrong beside it.

export class Field {
  /** `write(at, amount)` is given what was typed. */
  constructor({ view, scale, words, error, write }) {
    Object.assign(this, { view, scale, words, error, write })
    this.input = document.createElement("input")
    Object.assign(this.input, { className: "grid-field", inputMode: "decimal", autocomplete: "off", spellcheck: false })
    this.input.setAttribute("aria-describedby", error.id)
    this.input.addEventListener("keydown", (event) => this.#key(event))
    this.input.addEventListener("input", () => this.#tell(""))
    this.input.addEventListener("focusout", () => { if (document.hasFocus()) this.close() })
  }

  get isOpen() { return this.view.editing !== null }

  open(row, column, text) {
    const cell = this.view.cell()
    this.at = { row, column, place: this.view.active, was: this.view.sheet.value(row, column) }
    this.view.editing = cell
    this.input.value = text ?? (this.at.was === null ? "" : this.scale.exact(this.at.was))
    this.input.setAttribute("aria-label", this.words.say("cell", { name: row.name, column: this.view.columns[this.at.place.at].label }))
    cell.replaceChildren(this.input)
    cell.classList.add("grid-writing")
    this.input.focus({ preventScroll: true })
    if (text === undefined) this.input.select()
  }

  /** Whether it is closed now: what is refused stays open. */
  close() {
    if (!this.isOpen) return true
    const { amount, refused } = this.scale.read(this.input.value)
    if (refused) {
      this.#tell(this.words.say(refused, { text: this.input.value.trim(), places: this.scale.places }))
      return false
    }
    this.#leave()
    if (amount !== null && amount !== this.at.was) this.write(this.at, amount)
    return true
  }

  #leave() {
    this.#tell("")
    const cell = this.view.editing
    this.view.editing = null // before the field goes, which loses the focus and closes
    cell.classList.remove("grid-writing")
    cell.replaceChildren()
    this.view.refresh()
  }

  #tell(text) {
    this.error.textContent = text
    this.error.hidden = text === ""
    this.input.toggleAttribute("aria-invalid", text !== "")
    if (text === "") return
    const cell = this.view.editing.getBoundingClientRect(), frame = this.error.offsetParent.getBoundingClientRect()
    this.error.style.top = `${cell.bottom - frame.top + 4}px`
    this.error.style.left = `${Math.max(8, Math.min(cell.right - this.error.offsetWidth, frame.right - this.error.offsetWidth - 8) - frame.left)}px`
  }

  #key(event) {
    event.stopPropagation() // the grid's keys are letters here
    if (event.isComposing) return
    const { row, at } = this.at.place, way = event.shiftKey ? -1 : 1
    const next = { Enter: [row + way, at], Tab: [row, at + way], Escape: [row, at] }[event.key]
    if (!next) return
    event.preventDefault()
    if (event.key === "Escape") this.#leave()
    else if (!this.close()) return
    this.view.go(...next)
  }
}
