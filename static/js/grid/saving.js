// Sends what was changed, one after the other and never twice at a time. What cannot be sent waits and is tried again.

const SOONEST = 2000
const LATEST = 30000
const PATIENCE = 20000

export class Saving {
  queue = []
  isBusy = false
  trouble = "" // "", "offline", "signed_out"
  #wait = SOONEST
  #timer

  /** `answered(batch, status, body)` hears of each answer, `changed()` whenever there is something else to show. */
  constructor({ url, query, token, answered, changed }) {
    Object.assign(this, { url, query, token, answered, changed })
    addEventListener("online", () => this.retry())
    addEventListener("focus", () => { if (this.trouble) this.retry() })
  }

  get edits() { return this.queue.flatMap(({ edits }) => edits ?? []) }
  get count() { return this.queue.reduce((all, { edits }) => all + (edits?.length ?? 1), 0) }

  add(batch) {
    this.queue.push(batch)
    this.changed()
    if (!this.trouble) this.#next()
  }

  /** Takes back the last change that is not on its way yet. */
  takeBack() {
    if (this.queue.length <= (this.isBusy ? 1 : 0)) return false
    this.queue.pop()
    this.changed()
    return true
  }

  retry() {
    clearTimeout(this.#timer)
    this.#next()
  }

  async #next() {
    if (this.isBusy || !this.queue.length) return
    this.isBusy = true
    this.changed()
    const batch = this.queue[0]
    const answer = await this.#send(batch)
    this.isBusy = false
    this.trouble = answer.trouble ?? ""
    if (this.trouble) return this.#later()
    this.#wait = SOONEST
    this.queue.shift()
    this.answered(batch, answer.status, answer.body)
    this.changed()
    this.#next()
  }

  #later() {
    this.changed()
    this.#timer = setTimeout(() => this.#next(), this.#wait)
    this.#wait = Math.min(2 * this.#wait, LATEST)
  }

  async #send({ path = "", body }) {
    try {
      if (this.trouble === "signed_out") this.token = await freshToken()
      const answer = await fetch(this.url + path + this.query, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify(body()),
        signal: AbortSignal.timeout(PATIENCE),
      })
      if (answer.redirected || answer.status === 401) return { trouble: "signed_out" }
      if (answer.status >= 500 || answer.status === 429) return { trouble: "offline" }
      const isJson = answer.headers.get("Content-Type")?.includes("json")
      return { status: answer.status, body: isJson ? await answer.json() : {} }
    } catch {
      return { trouble: "offline" }
    }
  }
}

/** Who signs in again gets another token: the one of this page read anew. */
const freshToken = async () => {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html")
  return JSON.parse(page.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? ""
}
