// What the pages share: config.yaml puts this folder's files into each site.

const SLOW = 5_000; // milliseconds until somebody who waits is told so
export const PATIENCE = 30_000; // milliseconds until we give up: API Gateway itself does after 29 s

/** The elements of the page that have an id, by it. */
export const parts = Object.fromEntries([...document.querySelectorAll("[id]")].map((element) => [element.id, element]));

/** Something that did not work; the message is a sentence for whoever uses the page. */
export class Refusal extends Error {}

/** One entry of settings.json, which `deploy.py up` writes beside the page. */
export async function setting(name) {
  try {
    const answer = await fetch("settings.json", { cache: "no-store" });
    const value = (await answer.json())[name];
    if (typeof value === "string" && value) return value;
  } catch {
    // Missing and broken are the same to whoever reads the page.
  }
  throw new Refusal("This page has not been deployed yet: its settings are missing. Run “python deploy.py up”.");
}

/** The status and the whole body, a Blob, of an answer. `slow` is called when it takes long. */
export async function request(url, options, slow) {
  const stop = new AbortController();
  // Not AbortSignal.timeout: it would forget the body, and browsers' clocks cannot be moved under it.
  const timers = [setTimeout(slow, SLOW), setTimeout(() => stop.abort(), PATIENCE)];
  try {
    const answer = await fetch(url, { ...options, signal: stop.signal });
    return { status: answer.status, body: await answer.blob() };
  } catch {
    if (stop.signal.aborted) throw new Refusal("There was no answer within 30 seconds. Please try again.");
    throw new Refusal("The service cannot be reached. Check your connection, then try again.");
  } finally {
    timers.forEach(clearTimeout);
  }
}

/** The JSON document with which an API answers. What the caller did wrong is told in the API's own words. */
export async function ask(url, options, slow) {
  const { status, body } = await request(url, options, slow);
  const said = await body.text().then(JSON.parse).catch(() => null);
  if (status === 200 && said) return said;
  if (status === 429) throw new Refusal("Too many requests at once. Wait a moment, then try again.");
  if (status >= 400 && status < 500 && said?.error) throw new Refusal(said.error);
  throw new Refusal(`The service has a problem (answer ${status}). Try again in a moment.`);
}

/** Show a sentence where a screen reader hears it too; `tone` is "good", "bad" or nothing. */
export function say(sentence, tone = "") {
  parts.status.dataset.tone = tone;
  parts.status.textContent = sentence;
}

/** Have a button copy the text of an element. */
export function copies(button, source) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const copied = await copy(source);
    button.textContent = copied ? "Copied" : "Press Ctrl + C";
    say(copied ? "Copied." : "The text is selected: copy it with Ctrl + C.");
    setTimeout(() => (button.textContent = label), 2_000);
  });
}

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    // Websites of S3 are plain HTTP, where browsers have no clipboard object.
    getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  }
}
