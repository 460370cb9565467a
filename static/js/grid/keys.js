// What a key means where one is: a deed to do with the grid, or nothing.

const TYPED = /^[\d.,$¥€£％%０-９．，￥]$/

/** Opens the field; the key itself then goes into it. */
export const TYPING = (grid) => grid.edit("")

export const deedOf = (grid, event) => {
  const isFar = event.ctrlKey || event.metaKey
  if (event.altKey) return null
  const to = wayOf(grid, event.key, isFar)
  if (to) return turnOf(grid, event.key, isFar) ?? (() => grid.go(...to, { isFurther: event.shiftKey }))
  if (event.key === "Tab") return alongOf(grid, event.shiftKey ? -1 : 1)
  if (!isFar && TYPED.test(event.key)) return TYPING
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return (isFar ? FAR : onName(grid) ? { ...PLAIN, ...ON_NAME } : PLAIN)[key]
}

const wayOf = ({ view, sheet }, key, isFar) => {
  const { row, at } = view.active, last = sheet.visible.length - 1, end = view.columns.length - 1
  return {
    ArrowUp: [isFar ? 0 : row - 1, at],
    ArrowDown: [isFar ? last : row + 1, at],
    ArrowLeft: [row, isFar ? 0 : at - 1],
    ArrowRight: [row, isFar ? end : at + 1],
    Home: [isFar ? 0 : row, 0],
    End: [isFar ? last : row, end],
    PageUp: [row - view.page, at],
    PageDown: [row + view.page, at],
  }[key]
}

/** On a name, left and right fold and open before they move. */
const turnOf = (grid, key, isFar) => {
  if (!onName(grid) || isFar || !["ArrowLeft", "ArrowRight"].includes(key)) return null
  const { sheet } = grid, holder = here(grid), isFolded = sheet.folded.has(holder)
  if (key === "ArrowRight") return isFolded ? OPEN : null
  if (sheet.isBranch(holder) && !isFolded) return FOLD
  const above = sheet.position.get(sheet.row(holder).parent)
  return () => grid.go(above ?? grid.view.active.row, 0)
}

/** Tab goes along the row; past its ends it leaves the grid, as everywhere. */
const alongOf = ({ view }, way) => {
  const { row, at } = view.active, next = at + way
  return next < 0 || next >= view.columns.length ? null : (grid) => grid.go(row, next)
}

const here = ({ sheet, view }) => sheet.visible[view.active.row]
const onName = ({ view }) => view.active.at === 0
const OPEN = (grid) => grid.fold([here(grid)], false)
const FOLD = (grid) => grid.fold([here(grid)], true)
const TURN = (grid) => grid.fold([here(grid)], !grid.sheet.folded.has(here(grid)))

const ON_NAME = { Enter: TURN, " ": TURN }
const FAR = { h: (grid) => grid.hold(), z: (grid) => grid.editing.undo(), a: (grid) => grid.all() }
const PLAIN = {
  Enter: (grid) => grid.edit(),
  F2: (grid) => grid.edit(),
  Backspace: TYPING,
  Delete: TYPING,
  Escape: (grid) => grid.go(grid.view.active.row, grid.view.active.at),
  "+": OPEN,
  "-": FOLD,
  h: (grid) => grid.hold(),
  d: (grid) => grid.open("split"),
  m: (grid) => grid.open("spread"),
  i: (grid) => grid.open("history"),
  "?": (grid) => grid.keys(),
}
