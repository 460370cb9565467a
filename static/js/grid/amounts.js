// Amounts as people type, paste and read them: whole numbers of the smallest unit, never through a float.

const MULTIPLES = { "": 0, k: 3, 千: 3, 万: 4, 萬: 4, m: 6, 百万: 6, 千万: 7, 亿: 8, 億: 8, b: 9, bn: 9 }
const WRITTEN = /^(\d{1,3}(?:[, ]\d{3})+|\d+)?(?:\.(\d*))? ?(bn|[kmb]|百万|千万|[千万萬亿億])?$/i
const BELOW_ZERO = /^(?:[-−].*|\(.*\))$/

export class Scale {
  /** `places`: how many digits of a stored number stand behind its point. */
  constructor({ unit, currency, places }, language) {
    this.places = places
    this.signs = unit === "money" ? signs(currency, language) : unit === "percent" ? ["%"] : []
    this.tail = unit === "percent" ? "%" : ""
    this.whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
    this.part = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 })
    this.fine = new Intl.NumberFormat(language, { minimumFractionDigits: places, maximumFractionDigits: places })
  }

  /** {amount}, null where nothing was written; or {refused}: why, as the key of a sentence. */
  read(text) {
    const plain = this.#bare(text.normalize("NFKC").trim())
    if (plain === "") return { amount: null }
    if (BELOW_ZERO.test(plain)) return { refused: /\d/.test(plain) ? "negative" : "not_a_number" }
    const [found, whole = "", behind = "", unit = ""] = WRITTEN.exec(plain) ?? []
    if (!found || whole + behind === "") return { refused: "not_a_number" }
    const shift = this.places + MULTIPLES[unit.toLowerCase()]
    if (/[1-9]/.test(behind.slice(shift))) return { refused: "too_fine" }
    const amount = BigInt(whole.replace(/[, ]/g, "") + behind.slice(0, shift).padEnd(shift, "0"))
    return amount > Number.MAX_SAFE_INTEGER ? { refused: "too_large" } : { amount: Number(amount) }
  }

  #bare(text) {
    const sign = this.signs.find((each) => text.startsWith(each) || text.endsWith(each))
    if (!sign) return text
    return (text.startsWith(sign) ? text.slice(sign.length) : text.slice(0, -sign.length)).trim()
  }

  /** As a spreadsheet reads it: 411500.25 */
  plain(amount) {
    const digits = String(Math.abs(amount)).padStart(this.places + 1, "0")
    const at = digits.length - this.places
    return (amount < 0 ? "-" : "") + digits.slice(0, at) + (this.places ? `.${digits.slice(at)}` : "")
  }

  /** To the last unit; without a point where there is nothing behind it. */
  exact(amount) {
    if (amount === null) return "—"
    const isWhole = amount % 10 ** this.places === 0
    return (isWhole && !this.tail ? this.whole : this.fine).format(this.plain(amount)) + this.tail
  }

  /** As a cell shows it: money without cents. */
  short(amount) {
    if (amount === null) return "—"
    return this.tail ? this.exact(amount) : this.whole.format(Math.round(amount / 10 ** this.places))
  }

  /** Short, but never nothing where there is something. */
  brief(amount) { return Math.abs(amount) < 10 ** this.places ? this.exact(amount) : this.short(amount) }

  share(ratio) { return this.part.format(ratio) }
}

const signs = (currency, language) => {
  const styles = ["narrowSymbol", "symbol", "code"].map((currencyDisplay) =>
    new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay }))
  return styles.map((style) => style.formatToParts(0).find((part) => part.type === "currency").value.normalize("NFKC"))
}

/** A total in the shape of some weights, exactly: the left-over units to the largest remainders, the first of equals. */
export const spread = (total, weights) => {
  const sum = weights.reduce((all, each) => all + BigInt(each), 0n)
  const parts = weights.map((weight, at) => {
    const share = BigInt(total) * BigInt(weight)
    return { at, whole: share / sum, rest: share % sum }
  })
  let left = BigInt(total) - parts.reduce((all, { whole }) => all + whole, 0n)
  const byRest = [...parts].sort((a, b) => (a.rest === b.rest ? a.at - b.at : a.rest < b.rest ? 1 : -1))
  for (const part of byRest) if (left > 0n) { part.whole += 1n; left -= 1n }
  return parts.map(({ whole }) => Number(whole))
}
