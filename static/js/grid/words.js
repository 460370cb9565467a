// The page's own sentences, translated by the server: <template data-words><span data-word="key">…{n}…</span>

export class Words {
  constructor(template, language) {
    const spans = [...template.content.querySelectorAll("[data-word]")]
    this.words = new Map(spans.map((span) => [span.dataset.word, span.textContent.trim()]))
    this.rules = new Intl.PluralRules(language)
    this.number = new Intl.NumberFormat(language)
  }

  /** The sentence, `{n}` and other names filled in; "key.one" rather than "key" where the language has a singular. */
  say(key, values = {}) {
    const form = `${key}.${this.rules.select(values.n ?? 0)}`
    const sentence = this.words.get(form) ?? this.words.get(key)
    return sentence.replace(/\{(\w+)\}/g, (_, name) => (name === "n" ? this.number.format(values.n) : values[name]))
  }
}
