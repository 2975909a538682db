// What is in a bucket. Nothing of it is run: texts are shown as texts, images as images, all else by its name.

import { content, to } from "./address.js"
import { h, link } from "./dom.js"
import { table, text, title } from "./parts.js"
import { many, size } from "./words.js"

const PICTURE = /\.(png|jpe?g|gif|webp|avif|svg)$/i
const THUMBNAIL_LIMIT = 5 * 1024 * 1024

const within = (bucket, more) => to("s3", { name: bucket, ...more })

// The folders that lead to a key, each a link but the last.
export function trail(bucket, path) {
  const steps = path.split(/(?<=\/)/).filter(Boolean)
  return h("nav", { class: "trail", "aria-label": "Folders" },
    link(bucket, within(bucket)),
    steps.map((step, index) => [" / ", index < steps.length - 1 || step.endsWith("/")
      ? link(step.replace(/\/$/, "") || "(no name)", within(bucket, { prefix: steps.slice(0, index + 1).join("") }))
      : h("bdi", {}, step)]))
}

export function listing(bucket, prefix, { folders, objects, after }, paged) {
  const short = (key) => key.slice(prefix.length)
  const rows = [
    ...folders.map((folder) => [link(short(folder), within(bucket, { prefix: folder }), { class: "folder" }), "", ""]),
    ...objects.map((each) => [named(bucket, each, short(each.key)), size(each.size), each.changed]),
  ]
  const keys = [...folders, ...objects.map((each) => each.key)]
  return h("section", { class: "part", "data-key": "objects" },
    title("Objects"),
    prefix && trail(bucket, prefix),
    rows.length ? table("Objects", ["Name", "Size", "Last modified"], rows, keys) : h("p", { class: "hint" }, "Nothing here."),
    (after || paged) && h("p", { class: "pages" },
      paged && link("First page", within(bucket, { prefix })),
      after && link("Next page", within(bucket, { prefix, after }))))
}

function named(bucket, { key, size: bytes, changed }, name) {
  const picture = PICTURE.test(key) && bytes < THUMBNAIL_LIMIT
  return h("span", { class: "object" },
    picture && h("img", { src: content(bucket, key, { changed }), alt: "", loading: "lazy", width: 40, height: 40 }),
    link(name || "(no name)", within(bucket, { key })))
}

export function object(bucket, found) {
  const { key, shown } = found
  const facts = [
    ["Size", found.size < 1024 ? size(found.size) : `${size(found.size)} (${many(found.size, "byte")})`],
    ["Type", found.type],
    ["Last modified", found.changed],
    ["ETag", found.etag],
    ["Encryption", found.encryption],
    ["Version", found.version],
    ["Versions", found.versions ? String(found.versions) : ""],
    ...Object.entries(found.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
  ]
  return [
    trail(bucket, key),
    h("h1", { tabindex: "-1" }, h("bdi", {}, key.split("/").filter(Boolean).pop() ?? key)),
    h("p", {}, h("a", { class: "button", href: content(bucket, key, { download: "" }), download: true }, "Download")),
    h("dl", { class: "facts" }, facts.filter(([, value]) => value).map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])),
    h("section", { class: "part", "data-key": found.etag },
      title("Preview"),
      shown === "image" ? h("img", { class: "preview", src: content(bucket, key, { changed: found.changed }), alt: `The image ${key}` })
        : shown === "text" ? [text("Preview", found.text), !found.whole && h("p", { class: "hint" }, "The beginning only.")]
          : h("p", { class: "hint" }, "There is none of this type.")),
  ]
}
