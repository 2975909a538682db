// What is shown stands in the address: it can be kept, and the browser's Back goes back.

export function here() {
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
  return { view: "overview", ...given, account: given.account || "000000000000", region: given.region || "us-east-1" }
}

export function to(view, more = {}) {
  const { account, region } = here()
  return "#" + new URLSearchParams({ account, region, view, ...more })
}

export const api = (question, more = {}) => {
  const { account, region } = here()
  return `api/${question}?${new URLSearchParams({ account, region, ...more })}`
}

export const content = (bucket, key, more = {}) => {
  const { account, region } = here()
  return `object?${new URLSearchParams({ account, region, bucket, key, ...more })}`
}

export async function ask(question, more) {
  const answer = await fetch(api(question, more))
  const found = await answer.json()
  if (!answer.ok) throw new Refused(found.error)
  return found
}

export class Refused extends Error {}
