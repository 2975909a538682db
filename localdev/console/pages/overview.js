// Everything at a glance: what belongs together by a tag, where it answers, and what was invoked last.

import { to } from "./address.js"
import { h, link } from "./dom.js"
import * as invocations from "./invocations.js"
import { title } from "./parts.js"
import { many } from "./words.js"

// The tag that most carry, and that has fewest values: one that names a thing groups nothing.
export function keys(tagged) {
  const values = new Map()
  for (const { tags } of tagged) {
    for (const [key, value] of Object.entries(tags)) {
      const known = values.get(key) ?? { carried: 0, values: new Set() }
      known.carried += 1
      known.values.add(value)
      values.set(key, known)
    }
  }
  const rank = ({ carried, values }) => carried - values.size
  return [...values].sort((one, other) => rank(other[1]) - rank(one[1]) || one[0].localeCompare(other[0])).map(([key]) => key)
}

export function groups(sections, tagged, key) {
  const value = new Map(tagged.filter(({ tags }) => key in tags).map(({ service, name, tags }) => [`${service} ${name}`, tags[key]]))
  const found = new Map()
  for (const { service, title, things } of sections) {
    for (const thing of things) {
      const group = value.get(`${service} ${thing.name}`) ?? ""
      if (!found.has(group)) found.set(group, new Map())
      const members = found.get(group)
      members.set(service, { title, things: [...(members.get(service)?.things ?? []), thing] })
    }
  }
  return [...found].sort(([one], [other]) => !one - !other || one.localeCompare(other))
}

export function view(sections, tagged, recent, chosen) {
  const known = keys(tagged)
  const key = known.includes(chosen) ? chosen : known[0]
  const all = groups(sections, tagged, key)
  return [
    h("h1", { tabindex: "-1" }, "Overview"),
    all.length === 0 && h("p", { class: "empty" }, "Nothing here yet. Create something with the AWS CLI, boto3 or Terraform, and it appears."),
    known.length > 1 && h("p", { class: "grouping" }, h("label", {}, "Grouped by the tag ",
      h("select", { id: "tag" }, known.map((each) => h("option", { value: each, selected: each === key }, each))))),
    h("div", { class: "groups" }, all.map(([name, members]) => card(name || (known.length ? "Without this tag" : "All resources"), members))),
    h("section", { class: "part", "data-key": "recent" },
      title("Last invocations"),
      invocations.list(recent.slice(0, 8)),
      recent.length > 8 && h("p", {}, link("All invocations", to("invocations")))),
  ]
}

function card(name, members) {
  const open = [...members].flatMap(([service, { things }]) =>
    things.flatMap((thing) => thing.links.map((each) => ({ service, thing, ...each }))))
  return h("article", { "data-key": name, class: "card" },
    h("h2", {}, h("bdi", {}, name)),
    open.length > 0 && h("ul", { class: "urls" }, open.map(({ thing, text, href }) =>
      h("li", { "data-key": href }, h("span", { class: "badge" }, text), link(href, href), h("bdi", { class: "hint" }, thing.title)))),
    h("dl", { class: "members" }, [...members].map(([service, { title, things }]) => [
      h("dt", {}, link(title, to(service)), " ", h("span", { class: "count" }, String(things.length))),
      h("dd", {}, things.slice(0, 6).map((thing, index) => [index > 0 && ", ", link(thing.title, to(service, { name: thing.name }))]),
        things.length > 6 && [", and ", link(many(things.length - 6, "more").replace("mores", "more"), to(service))]),
    ])))
}
