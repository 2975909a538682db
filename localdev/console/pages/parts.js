// The parts that every resource is told in; see localdev/console/parts.py.

import { h, link } from "./dom.js"

const shown = (cell) => (typeof cell === "string" ? cell : link(cell.text, cell.href))

const KINDS = {
  facts: ({ rows }) => h("dl", { class: "facts" }, rows.map(([label, value]) => [h("dt", {}, label), h("dd", {}, shown(value))])),

  table: ({ caption, columns, rows, note, empty }) =>
    rows.length ? [title(caption), table(caption, columns, rows), note && h("p", { class: "hint" }, note)]
      : empty ? [title(caption), h("p", { class: "hint" }, empty)]
        : [],

  document: ({ caption, value }) => [title(caption), text(caption, JSON.stringify(value, null, 2))],

  lines: ({ caption, lines }) => [
    title(caption),
    lines.length ? text(caption, lines.join("\n"), "log") : h("p", { class: "hint" }, "Nothing yet."),
  ],

  hidden: ({ caption, names }, revealed) =>
    names.length ? [
      title(caption),
      table(caption, ["Name", "Value"], names.map((name) => [name, revealed ? revealed[name] ?? "" : "••••••••"])),
      h("p", {}, h("button", { type: "button", class: "small", "data-do": revealed ? "hide" : "reveal" }, revealed ? "Hide values" : "Show values")),
    ] : [],
}

export const parts = (all, revealed) =>
  all.map((part, index) => h("section", { "data-key": `${index} ${part.caption ?? part.kind}`, class: "part" }, KINDS[part.kind](part, revealed)))
    .filter((section) => section.childNodes.length)

export const title = (caption) => h("h2", {}, caption)

export const text = (name, content, kind) =>
  h("pre", { tabindex: "0", role: "region", "aria-label": name, class: kind }, content)

export function table(name, columns, rows, keys = []) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
    h("table", {},
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column)))),
      h("tbody", {}, rows.map((row, index) => h("tr", { "data-key": keys[index] }, row.map((cell) =>
        h("td", {}, h("bdi", {}, cell instanceof Node ? cell : shown(cell)))))))))
}
