// What the grid says around itself: whether all is saved, where one is, what was refused, what someone else wrote.

const HINT = 4000 // milliseconds

export class Telling {
  constructor({ root, words }) {
    this.words = words
    const find = (name) => root.querySelector(`[data-${name}]`)
    Object.assign(this, { state: find("state"), where: find("where"), notes: find("notes"), note: find("note"), conflict: find("conflict") })
  }

  /** Whether all is saved. */
  saving({ count, isBusy, trouble }, open) {
    const [look, key, n] = trouble ? ["warn", trouble, count] : open ? ["warn", "open", open] : isBusy || count ? ["quiet", "saving", count] : ["good", "saved", 0]
    this.say(look, this.words.say(key, { n }))
  }

  /** A word on what was just tried, then again whether all is saved. */
  hint(text) {
    const { className, textContent } = this.state
    this.say("warn", text)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => { if (this.state.textContent === text) Object.assign(this.state, { className, textContent }) }, HINT)
  }

  say(look, text) {
    if (this.state.textContent === text) return
    this.state.textContent = text
    this.state.className = `planning-state tone-${look}`
  }

  at(text) { if (this.where.textContent !== text) this.where.textContent = text }

  refused(text) {
    const note = this.#add(this.note, text)
    note.dataset.old = ""
    note.querySelector("[data-dismiss]").addEventListener("click", () => note.remove())
  }

  /** What was refused is over with the next change. */
  clear() { this.notes.querySelectorAll("[data-old]").forEach((note) => note.remove()) }

  /** Someone else's number against mine: `decided(isMine)` once. */
  clash(text, decided) {
    const note = this.#add(this.conflict, text)
    const answer = (isMine) => () => { note.remove(); decided(isMine) }
    note.querySelector("[data-theirs]").addEventListener("click", answer(false))
    note.querySelector("[data-mine]").addEventListener("click", answer(true))
    return note
  }

  #add(template, text) {
    const note = template.content.firstElementChild.cloneNode(true)
    note.querySelector("[data-text]").textContent = text
    this.notes.append(note)
    return note
  }
}

/** A dialog's form once it is sent; null if it is closed otherwise. */
export const asked = (dialog) => new Promise((resolve) => {
  const form = dialog.querySelector("form")
  const send = (event) => {
    event.preventDefault()
    finish(new FormData(form))
    dialog.close()
  }
  const close = () => finish(null)
  const finish = (answer) => {
    form.removeEventListener("submit", send)
    dialog.removeEventListener("close", close)
    resolve(answer)
  }
  form.addEventListener("submit", send)
  dialog.addEventListener("close", close)
  dialog.showModal()
})
