// Runs before the first paint: the page appears in the chosen theme at once.
(() => {
  const KEY = "theme"
  const dark = matchMedia("(prefers-color-scheme: dark)")
  const chosen = () => { try { return localStorage.getItem(KEY) } catch { return null } }
  const show = () => {
    document.documentElement.dataset.bsTheme = chosen() ?? (dark.matches ? "dark" : "light")
    document.dispatchEvent(new Event("theme"))
  }
  show()
  dark.addEventListener("change", show)
  addEventListener("storage", show)
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-switch]")) return
    const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark"
    try { localStorage.setItem(KEY, next) } catch { /* private window: for this page only */ }
    document.documentElement.dataset.bsTheme = next
    document.dispatchEvent(new Event("theme"))
  })
})()
