// What goes to a spreadsheet and comes from one: cells between tabs, rows between line ends.

/** Rows of cells. A cell in quotes may hold tabs, line ends and doubled quotes. */
export const cellsOf = (text) => {
  const rows = [[]]
  const cell = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*)/y
  for (let at = 0; ; at += 1) {
    cell.lastIndex = at
    const [found, quoted, bare] = cell.exec(text)
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? bare)
    at += found.length
    if (at >= text.length) break
    if (text[at] === "\r" && text[at + 1] === "\n") at += 1
    if (text[at] !== "\t") rows.push([])
  }
  if (rows.length > 1 && rows.at(-1).join("") === "") rows.pop() // the line end a spreadsheet closes with
  return rows
}

export const textOf = (rows) => rows.map((cells) => cells.map(quoted).join("\t")).join("\n")

const quoted = (cell) => (/[\t\r\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/**
 * What pasted cells mean where they land: {edits, before, after, refused, kept, derived}.
 * `target(down, across)` is the cell there: {holder, column, was, isWritable, name}, or null outside of the grid.
 */
export const planOf = (cells, target, scale) => {
  const plan = { edits: [], refused: [], kept: 0, derived: 0 }
  cells.forEach((row, down) => row.forEach((text, across) => {
    const { amount, refused } = scale.read(text)
    const at = target(down, across)
    if (amount === null) return
    if (!at?.isWritable) plan.kept += 1
    else if (refused) plan.refused.push({ ...at, text, why: refused })
    else plan.edits.push({ ...at, amount })
  }))
  return withoutDerived(plan)
}

/** A sum whose parts are pasted beside it follows from them; what stays as it is needs no writing. */
const withoutDerived = (plan) => {
  const pasted = new Set(plan.edits.map(({ holder, column }) => `${holder}|${column.key}`))
  const follows = ({ holder, column }) => column.parts.length > 0 && column.parts.every((key) => pasted.has(`${holder}|${key}`))
  const own = plan.edits.filter((edit) => !follows(edit))
  const edits = own.filter(({ was, amount }) => was !== amount)
  const all = (name) => edits.reduce((sum, edit) => sum + (edit[name] ?? 0), 0)
  return { ...plan, edits, derived: plan.edits.length - own.length, before: all("was"), after: all("amount") }
}
