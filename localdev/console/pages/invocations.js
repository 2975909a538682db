// What functions did, each with its log.

import { here, to } from "./address.js"
import { h, link } from "./dom.js"
import { text } from "./parts.js"
import { clock, duration } from "./words.js"

export const list = (all, named = true) =>
  all.length ? h("ul", { class: "invocations" }, all.map((each) => row(each, named)))
    : h("p", { class: "hint" }, "Nothing has been invoked yet.")

function row(each, named) {
  const failed = each.error !== null
  const moment = new Date(each.started * 1000).toISOString()
  return h("li", { "data-key": each.number },
    h("details", {},
      h("summary", {},
        h("span", { class: failed ? "bad badge" : "good badge" }, failed ? each.error : "ok"),
        named && h("bdi", { class: "what" }, each.function),
        h("span", { class: "took" }, duration(each.duration), each.init !== null && h("span", { class: "cold", title: "A new environment was started" }, ` cold, ${duration(each.init)}`)),
        h("span", { class: "memory" }, `${each.peak} of ${each.memory} MB`),
        h("time", { datetime: moment, title: moment }, clock(each.started))),
      h("div", { class: "inside" },
        each.message && h("p", { class: "bad" }, each.message),
        h("p", { class: "hint" }, "Request ", h("code", {}, each.request_id), named && [", ", link(each.function, to("lambda", { name: each.function }))]),
        text(`Log of ${each.request_id}`, each.log.join("\n"), "log"))))
}

export const view = (all) => [
  h("h1", { tabindex: "-1" }, "Invocations"),
  h("p", { class: "hint" }, `The last ones in ${here().region}, the newest first.`),
  list(all),
]
