// Draws the tables of the statistics as plots above them. The page says the same without this script.
"use strict";

// The months, as the language of the page writes them.
const month = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", timeZone: "UTC" });
const MONTHS = [...Array(12).keys()].map((n) => month.format(Date.UTC(2026, n)));
const HEIGHT = 200;
const SMALL_HEIGHT = 120;
const COLOURS = ["--link", "--stop", "--go"];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const numberIn = (cell) => Number(cell.dataset.n);
const cellsOf = (table, column) => [...table.tBodies[0].rows].map((row) => row.cells[column]);
const headOf = (table, column) => table.tHead.rows[0].cells[column];

// A figure with a plot and its key. shares: of all, in place of numbers.
function draw(table, columns, title, isSmall, shares) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  columns.forEach((column, index) => {
    const key = document.createElement("span");
    key.className = "key-of-plot";
    key.textContent = headOf(table, column).dataset.key ?? headOf(table, column).textContent;
    key.style.setProperty("--colour", `var(${COLOURS[index]})`);
    caption.append(" ", key);
  });
  const space = document.createElement("div");
  space.setAttribute("role", "img");
  space.setAttribute("aria-label", [title, table.dataset.title].filter(Boolean).join(": "));
  figure.append(caption, space);

  const isTime = table.dataset.plot === "days";
  const places = cellsOf(table, 0).map((cell, index) => isTime ? Date.parse(`${cell.textContent}T00:00Z`) / 1000 : index / 10 + 0.05);
  const rows = columns.map((column) => cellsOf(table, column).map(numberIn)).map((counts) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    return shares ? counts.map((count) => all ? 100 * count / all : 0) : counts;
  });
  const axis = { stroke: () => colour("--soft"), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  const plot = new uPlot({
    width: 300,
    height: isSmall ? SMALL_HEIGHT : HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    fmtDate: (template) => uPlot.fmtDate(template, { MMM: MONTHS, MMMM: MONTHS, WWW: [], WWWW: [] }),
    scales: { x: isTime ? { time: true } : { time: false, range: [0, 1] }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.05)] } },
    axes: [
      isTime ? { ...axis, values: [[86400, "{D} {MMM}", null, null, null, null, null, null, 1]] } : axis,
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => Number.isInteger(tick) ? `${tick.toLocaleString(document.documentElement.lang)}${shares ? " %" : ""}` : "") },
    ],
    series: [
      {},
      ...columns.map((column, index) => ({
        label: headOf(table, column).textContent,
        stroke: () => colour(COLOURS[index]),
        width: 2,
        dash: index ? [6 - 2 * index, 3] : undefined,
        points: { show: isTime && places.length < 2 },
      })),
    ],
  }, [places, ...rows], space);
  new ResizeObserver(() => plot.setSize({ width: space.clientWidth, height: isSmall ? SMALL_HEIGHT : HEIGHT })).observe(space);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
  return figure;
}

for (const table of document.querySelectorAll("table[data-plot]")) {
  const plots = document.createElement("div");
  plots.className = table.dataset.plot === "days" ? "plots" : "plots small";
  if (table.dataset.plot === "days") {
    plots.append(draw(table, table.dataset.columns.split(" ").map(Number), "", false, false));
  } else {
    for (let column = 1; column < table.tHead.rows[0].cells.length; column += 2) {
      plots.append(draw(table, [column, column + 1], headOf(table, column).dataset.score, true, true));
    }
  }
  table.closest("details").before(plots);
}
