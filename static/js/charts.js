// Draws the figures that chart.html carries as JSON, in the colours of the theme. They stand in an attribute,
// because htmx takes every script out of what it swaps in.

const CONFIG = {
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  responsive: true,
  displayModeBar: false,
  scrollZoom: false,
  doubleClick: false,
}

const CHINESE = {
  moduleType: "locale",
  name: "zh-hans",
  dictionary: {},
  format: {
    days: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
    shortDays: ["日", "一", "二", "三", "四", "五", "六"],
    months: Array.from({ length: 12 }, (_, i) => `${i + 1}月`),
    shortMonths: Array.from({ length: 12 }, (_, i) => `${i + 1}月`),
    periods: ["上午", "下午"],
    date: "%Y-%m-%d",
    year: "%Y年",
    month: "%Y年%-m月",
    dayMonth: "%-m月%-d日",
    dayMonthYear: "%Y年%-m月%-d日",
    thousands: ",",
    grouping: [3],
  },
}

let plotly // a promise: the bundle is fetched once, by the first chart
const load = (url) => {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = url
    script.onload = () => { window.Plotly.register(CHINESE); resolve(window.Plotly) }
    script.onerror = reject
    document.head.append(script)
  })
  return plotly
}

// Plotly draws in SVG attributes, which know no custom properties: var(--chart-accent) becomes what the theme
// says it is, var(--chart-accent, 30%) the same at 30 %.
const THEMED = /^var\((--chart-[a-z]+)(?:, (\d+)%)?\)$/

const colour = (text, probe) => {
  const [themed, name, percent] = THEMED.exec(text) ?? []
  if (!themed) return text
  probe.style.color = `var(${name})`
  const solid = getComputedStyle(probe).color
  return percent ? solid.replace("rgb(", "rgba(").replace(")", `, ${percent / 100})`) : solid
}

const coloured = (value, probe) => {
  if (typeof value === "string") return colour(value, probe)
  if (Array.isArray(value)) return value.map((item) => coloured(item, probe))
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, coloured(item, probe)]))
}

const axis = {
  automargin: true,
  gridcolor: "var(--chart-grid)",
  linecolor: "var(--chart-grid)",
  zerolinecolor: "var(--chart-line)",
  tickfont: { size: 12 },
  fixedrange: true,
}

const layout = (own) => ({
  font: { family: "Inter, system-ui, sans-serif", size: 13, color: "var(--chart-text)" },
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  margin: { l: 8, r: 8, t: 8, b: 8 },
  hovermode: "x unified",
  hoverlabel: { bgcolor: "var(--chart-surface)", bordercolor: "var(--chart-grid)", font: { color: "var(--chart-strong)" } },
  legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 12 } },
  dragmode: false,
  ...own,
  xaxis: { ...axis, showgrid: false, ...own.xaxis },
  yaxis: { ...axis, ...own.yaxis },
})

const draw = async (chart) => {
  const Plotly = await load(chart.dataset.plotly)
  const plot = chart.querySelector("[data-plot]")
  const figure = JSON.parse(plot.dataset.figure)
  const shown = coloured({ data: figure.data, layout: layout(figure.layout ?? {}) }, plot)
  await Plotly.react(plot, shown.data, shown.layout, { ...CONFIG, locale: document.documentElement.lang })
  chart.dataset.drawn = document.documentElement.dataset.bsTheme
}

const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw)

document.addEventListener("theme", () => drawAll(document))
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches?.("[data-chart]")) draw(elt)
  drawAll(elt)
})
document.addEventListener("htmx:beforeCleanupElement", ({ detail: { elt } }) => {
  if (elt.matches?.("[data-plot]")) window.Plotly?.purge(elt)
})
drawAll(document)
