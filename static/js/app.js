// Behaviour that HTML alone does not have: menus that close, dialogs, toasts, foldable trees, sending once.

const each = (root, selector, act) => {
  if (root.matches?.(selector)) act(root)
  root.querySelectorAll?.(selector).forEach(act)
}

// --- Menus: <details class="menu"> closes on Escape, and on a click or a step outside --------------
const openMenus = () => document.querySelectorAll("details.menu[open]")

const closeOthers = ({ target }) => openMenus().forEach((menu) => { if (!menu.contains(target)) menu.open = false })
document.addEventListener("click", closeOthers)
document.addEventListener("focusin", closeOthers)

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return
  openMenus().forEach((menu) => {
    menu.open = false
    menu.querySelector("summary").focus()
  })
})

// --- Dialogs: <button data-dialog-open="id">, <button data-dialog-close> ---------------------------
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]")
  if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal()
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close()
  if (event.target.matches("dialog[open]")) event.target.close() // the backdrop
})

// What is swapped into the dialog opens it at its first field; nothing closes it. A part within may be empty.
// What was refused is gone on with at the first field that is wrong.
const FIRST_FIELD = "form :is(input:not([type=hidden], [type=radio]:not(:checked)), select, textarea):not(:disabled)"
const WRONG = "[aria-invalid=true]"
const HAS_KEYS = matchMedia("(hover: hover)") // on a phone the keyboard would cover what is asked
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "dialog-content") return
  const dialog = target.closest("dialog"), isNew = !dialog.open, wrong = dialog.querySelector(WRONG)
  if (target.textContent.trim() === "") return dialog.close()
  if (isNew) dialog.showModal()
  if (wrong) wrong.focus()
  else if (!dialog.contains(document.activeElement) || (isNew && HAS_KEYS.matches)) (dialog.querySelector(FIRST_FIELD) ?? dialog.querySelector("button"))?.focus()
})

// --- Focus: what a swap takes away is found again in what comes, else its row, its table, the page -------
const focused = (at = document.activeElement) => (at?.shadowRoot?.activeElement ? focused(at.shadowRoot.activeElement) : at)
const TOLD_BY = ["id", "href", "name", "aria-label", "data-node"]
const likeOf = (element) => {
  const told = TOLD_BY.filter((name) => element?.hasAttribute(name)).map((name) => `[${name}="${CSS.escape(element.getAttribute(name))}"]`)
  return told.length ? element.localName + told.join("") : null
}
const waysBack = (element) => {
  const row = likeOf(element.closest("[data-node]"))
  return [likeOf(element), row && `${row} :is(a, button)`, likeOf(element.closest("[role=region]")), "main"].filter(Boolean)
}

const left = new WeakMap() // by request
document.addEventListener("htmx:beforeSwap", ({ detail: { xhr, target } }) => {
  if (!target.contains(document.activeElement) || target.closest("dialog")) return
  const element = focused()
  left.set(xhr, { element, ways: waysBack(element) })
})
document.addEventListener("htmx:afterSwap", ({ detail: { xhr } }) => {
  const was = left.get(xhr)
  left.delete(xhr)
  if (!was || document.activeElement !== document.body) return
  const ways = was.element.isConnected ? [was.element] : was.ways.map((way) => document.querySelector(way))
  ways.find((element) => element?.checkVisibility())?.focus()
})

// --- Toasts ----------------------------------------------------------------------------------------
const READING_TIME = 6000

const arm = (toast) => {
  toast.querySelector("[data-toast-close]").addEventListener("click", () => toast.remove())
  const mayGo = !["error", "warning"].includes(toast.dataset.level)
  if (mayGo) setTimeout(() => toast.remove(), READING_TIME)
}

const toast = (text, level = "info") => {
  const made = document.getElementById("toast-template").content.firstElementChild.cloneNode(true)
  made.dataset.level = level
  made.querySelector("[data-toast-text]").textContent = text
  document.getElementById("toasts").append(made)
  arm(made)
}

// A live region says what comes into it once it stands: what the page brought along comes again.
const brought = [...document.getElementById("toasts").children]
brought.forEach((item) => item.remove())
setTimeout(() => {
  document.getElementById("toasts").append(...brought)
  brought.forEach(arm)
}, 200)

document.addEventListener("toasts", ({ detail }) => detail.items.forEach(({ text, level }) => toast(text, level)))

// What asks in the background ([data-quiet]) fails in silence: nobody is waiting for it.
const say = (kind, { detail }) => {
  if (!detail.elt.closest("[data-quiet]")) toast(document.getElementById("toasts").dataset[kind], "error")
}
document.addEventListener("htmx:sendError", (event) => say("offline", event))
document.addEventListener("htmx:timeout", (event) => say("offline", event))
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr
  if (status === 401 || status === 403) say("forbidden", event)
  else if (status === 404) say("missing", event)
  else say("failed", event)
})

// --- Trees: rows carry data-node and data-parent; a folded row hides all below it ------------------
const fold = (table) => {
  const hidden = new Set()
  table.querySelectorAll("tr[data-node]").forEach((row) => {
    const away = hidden.has(row.dataset.parent)
    row.hidden = away
    const folded = row.querySelector("[data-fold]")?.getAttribute("aria-expanded") === "false"
    if (away || folded) hidden.add(row.dataset.node)
  })
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fold]")
  if (!button) return
  button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") === "false"))
  fold(button.closest("table"))
})

// --- Grids: arrow keys go from cell to cell; Enter opens one, as on any link --------------------------
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }

const neighbour = (cell, [down, across]) => {
  const rows = [...cell.closest("tbody").rows]
  const here = cell.closest("td")
  let [row, column] = [rows.indexOf(here.parentElement) + down, here.cellIndex + across]
  for (; rows[row]?.cells[column]; row += down, column += across) {
    const next = rows[row].cells[column].querySelector("[data-cell]")
    if (next) return next
  }
  return null
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("[data-grid] [data-cell]")
  if (!cell || !STEPS[event.key] || event.altKey || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  neighbour(cell, STEPS[event.key])?.focus()
})

// --- Signed out meanwhile: the sign-in page is no fragment ------------------------------------------------
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!new URL(event.detail.xhr.responseURL).pathname.startsWith("/accounts/")) return
  event.detail.shouldSwap = false
  if (!event.detail.elt.closest("[data-quiet]")) location.reload()
})

// --- Forms -----------------------------------------------------------------------------------------
// Sent once, however often it is clicked; usable again when the browser comes back to the page.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.matches("[data-download]")) return
  if (event.target.dataset.sent !== undefined) event.preventDefault()
  else event.target.dataset.sent = ""
})
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent))

// A choice that filters the page needs no button.
document.addEventListener("change", (event) => {
  event.target.closest("[data-submit-on-change]")?.form?.requestSubmit()
})

// <output data-sum-of="weight-" data-whole="100"> follows the numbers of its form whose names begin so.
const follow = (output) => {
  const fields = [...output.form.elements].filter(({ name }) => name.startsWith(output.dataset.sumOf))
  const sum = fields.reduce((all, { value }) => all + Math.round(Number(value.replace(",", ".") || 0) * 100), 0) / 100
  output.value = Number.isNaN(sum) ? "—" : `${sum} %`
  output.classList.toggle("is-off", sum !== Number(output.dataset.whole))
}
const sumsOf = (root) => each(root, "output[data-sum-of]", follow)
document.addEventListener("input", ({ target }) => target.form && sumsOf(target.form))
sumsOf(document)

const CONFIRM = "[data-confirm]"
document.addEventListener("submit", (event) => {
  const question = (event.submitter?.closest(CONFIRM) ?? event.target.closest(CONFIRM))?.dataset.confirm
  if (question && !confirm(question)) {
    event.preventDefault()
    delete event.target.dataset.sent
  }
})

// --- Sign-in: an account of the demo fills the form; with its password it is sent -------------------------
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]")
  if (!button) return
  const form = document.getElementById(button.dataset.fill)
  form.elements.login.value = button.dataset.login
  form.elements.password.value = button.dataset.password
  if (button.dataset.password) form.requestSubmit()
  else form.elements.password.focus()
})

// --- Copy ------------------------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]")
  if (!button) return
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim())
  toast(button.dataset.copied, "success")
})

const prepare = (root) => {
  each(root, "[data-own-time-zone]", (input) => { input.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone })
  each(root, "table.tree", fold)
  each(root, ".tabs [aria-current]", (tab) => tab.scrollIntoView({ block: "nearest", inline: "center" }))
}
prepare(document)
document.querySelector(`main ${WRONG}`)?.focus()
document.addEventListener("htmx:load", ({ detail: { elt } }) => prepare(elt))
