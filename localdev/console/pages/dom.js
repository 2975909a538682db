// Elements, and how what is on the page becomes what should be there: in place, so that scroll positions, open
// details, selections and the focus stay.

// Text is always text: nothing here ever parses what came from the emulator as HTML.
export function h(name, attributes, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value)
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false))
  return element
}

// Addresses of the emulator's that a page may lead to.
export function link(text, href, attributes) {
  if (href.startsWith("#")) return h("a", { href, ...attributes }, text)
  if (!/^https?:\/\//.test(href)) return text
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", ...attributes }, text)
}

export function morph(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name)
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  }
  const known = new Map([...old.childNodes].filter(keyOf).map((child) => [keyOf(child), child]))
  let at = old.firstChild
  for (const child of [...fresh.childNodes]) {
    const same = keyOf(child) ? known.get(keyOf(child)) : alike(at, child) ? at : undefined
    if (!same || same.nodeName !== child.nodeName) {
      old.insertBefore(child, at)
      continue
    }
    if (same === at) at = at.nextSibling
    else old.insertBefore(same, at)
    if (same.nodeType === Node.TEXT_NODE) {
      if (same.data !== child.data) same.data = child.data
    } else {
      morph(same, child)
    }
  }
  while (at) {
    const next = at.nextSibling
    at.remove()
    at = next
  }
}

const keyOf = (node) => node.nodeType === Node.ELEMENT_NODE && node.dataset.key
const alike = (old, fresh) => old && old.nodeName === fresh.nodeName && !keyOf(old)
