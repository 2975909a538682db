// Asks the emulator for what the address names, shows it, and asks again.

import { Refused, ask, here, to } from "./address.js"
import { h, link, morph } from "./dom.js"
import * as invocations from "./invocations.js"
import * as objects from "./objects.js"
import * as overview from "./overview.js"
import { parts, table, title } from "./parts.js"
import { uptime } from "./words.js"

const INTERVAL = 2000 // milliseconds
const SHARE = 4 // it waits this many times as long as the emulator took to answer

const $ = (id) => document.getElementById(id)
let live = true
let timer
let round = 0 // of asking; answers of former ones are not shown
let revealed // values that somebody asked to see, until another thing is shown
let tag // what the overview is grouped by
let filter = ""

async function refresh() {
  const mine = ++round
  const began = performance.now()
  clearTimeout(timer)
  let fresh
  try {
    const [places, status, sections, content] = await Promise.all([ask("places"), ask("status"), ask("things"), asked()])
    if (mine !== round) return
    fresh = show(sections, content)
    choices(places)
    menu(sections)
    $("emulator").textContent = `LocalStack ${status.version}${status.strict ? ", strict" : ""}, up for ${uptime(status.uptime)}, ${Math.round(status.memory)} MB`
    trouble("")
  } catch (error) {
    if (mine !== round) return
    if (error instanceof Refused) fresh = [h("h1", { tabindex: "-1" }, "It is not here"), h("p", {}, error.message), h("p", {}, link("Overview", to("overview")))]
    else trouble("The emulator does not answer. Trying again.")
  }
  if (fresh) {
    morph($("main"), h("main", { id: "main", tabindex: "-1", "aria-busy": "false" }, fresh))
    document.title = `${$("main").querySelector("h1").textContent} – Local console`
  }
  if (live && !document.hidden) timer = setTimeout(refresh, Math.max(INTERVAL, SHARE * (performance.now() - began)))
}

// What the view needs besides the list of everything.
function asked() {
  const { view, name, prefix = "", after = "", key } = here()
  const question = (name, more) => ask(name, more)
  if (view === "overview") return Promise.all([question("tags"), question("invocations")])
  if (view === "invocations") return question("invocations")
  if (view === "s3" && key) return question("preview", { bucket: name, key })
  if (!name) return undefined
  return Promise.all([
    question("details", { service: view, name }),
    view === "s3" && question("listing", { bucket: name, prefix, after }),
    view === "lambda" && question("invocations", { function: name }),
  ])
}

function show(sections, content) {
  const { view, name, prefix = "", after, key } = here()
  if (view === "overview") return overview.view(sections, ...content, tag)
  if (view === "invocations") return invocations.view(content)
  if (view === "s3" && key) return objects.object(name, content)
  const section = sections.find(({ service }) => service === view)
  if (!section) return [h("h1", { tabindex: "-1" }, "There is no such view"), link("Overview", to("overview"))]
  return name ? thing(section, name, prefix, after, content) : all(section)
}

function all({ service, title, things, error }) {
  const shown = things.filter((each) => each.title.toLowerCase().includes(filter.toLowerCase()))
  return [
    h("h1", { tabindex: "-1" }, title),
    error && h("p", { class: "bad" }, error),
    things.length > 10 && h("p", { "data-key": "filter" }, h("label", {}, "Only those with ", h("input", { type: "search", id: "filter" })),
      h("span", { class: "hint", role: "status" }, ` ${shown.length} of ${things.length}`)),
    things.length ? h("ul", { class: "things" }, shown.map((each) => h("li", { "data-key": each.name },
      link(each.title, to(service, { name: each.name })),
      h("bdi", { class: "hint" }, each.note),
      each.links.map(({ text, href }) => link(text, href, { class: "badge", "aria-label": `${text} of ${each.title}` })))))
      : h("p", { class: "empty" }, "None here."),
  ]
}

function thing({ service, title: kind, things }, name, prefix, after, [told, listing, recent]) {
  const known = things.find((each) => each.name === name)
  return [
    h("p", { class: "trail" }, link(kind, to(service))),
    h("h1", { tabindex: "-1" }, h("bdi", {}, known?.title ?? name)),
    known?.links.length > 0 && h("ul", { class: "urls" }, known.links.map(({ text, href }) =>
      h("li", { "data-key": href }, h("span", { class: "badge" }, text), link(href, href)))),
    listing && objects.listing(name, prefix, listing, after),
    recent && h("section", { class: "part", "data-key": "recent" }, title("Last invocations"), invocations.list(recent.slice(0, 20), false)),
    parts(told, revealed),
  ]
}

function menu(sections) {
  const { view } = here()
  const entry = (name, text, count) => h("li", {}, link([text, count !== undefined && h("span", { class: "count" }, String(count))], to(name), { "aria-current": view === name && "page" }))
  morph($("sections"), h("nav", { id: "sections", "aria-label": "What there is" }, h("ul", {},
    entry("overview", "Overview"),
    entry("invocations", "Invocations"),
    sections.filter(({ service, things, error }) => things.length || error || service === view)
      .map(({ service, title, things }) => entry(service, title, things.length)))))
}

function choices(places) {
  const { account, region } = here()
  const options = (all, chosen) => [...new Set([...all, chosen])].sort().map((each) => h("option", { value: each }, each))
  choose("account", options(places.map((each) => each.account), account), account)
  choose("region", options(places.filter((each) => each.account === account).map((each) => each.region), region), region)
}

function choose(id, options, chosen) {
  const select = $(id)
  morph(select, h("select", { id }, options))
  select.value = chosen
}

function trouble(text) {
  if ($("trouble").textContent !== text) $("trouble").textContent = text
}

addEventListener("hashchange", async () => {
  revealed = undefined
  filter = ""
  await refresh()
  scrollTo(0, 0)
  $("main").querySelector("h1")?.focus({ preventScroll: true })
})
document.addEventListener("visibilitychange", () => document.hidden || refresh())

$("place").addEventListener("change", () => {
  const { view } = here()
  const changed = { account: $("account").value, region: $("region").value }
  location.hash = to(view, changed)
})
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault() // the address says what is shown
  $("main").focus()
})
$("place").addEventListener("submit", (event) => event.preventDefault())
$("live").addEventListener("click", () => {
  live = !live
  $("live").setAttribute("aria-pressed", live)
  refresh()
})
$("main").addEventListener("change", (event) => {
  if (event.target.id !== "tag") return
  tag = event.target.value
  refresh()
})
$("main").addEventListener("input", (event) => {
  if (event.target.id !== "filter") return
  filter = event.target.value
  refresh()
})
$("main").addEventListener("click", async (event) => {
  const action = event.target.dataset.do
  if (!action) return
  const { view, name } = here()
  revealed = action === "reveal" ? await ask("reveal", { service: view, name }) : undefined
  refresh()
})

refresh()
