import { Refusal, ask, copies, parts, request, say, setting } from "./base.js";

const { form, text, count, submit, result, empty, figure, picture, caption, actions, download, copy, open, link } = parts;
const MOST = 1_000; // characters
const api = setting("api");
const fail = (error) => say(error.message, "bad");
const slow = () => say("This takes longer than usual …");
let making = false;

api.catch(fail);
copies(copy, link);

text.addEventListener("input", () => {
  const length = characters();
  const over = length > MOST;
  count.textContent = `${length.toLocaleString("en")} of ${MOST.toLocaleString("en")}`;
  count.classList.toggle("over", over);
  text.setAttribute("aria-invalid", over);
});

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (making) return;
  const complaint = wrong();
  if (complaint) {
    say(complaint, "bad");
    text.focus();
    return;
  }
  busy(true);
  say("Making the code …");
  try {
    await make(text.value.trim());
    say("Your code is ready.", "good");
  } catch (error) {
    fail(error);
  }
  busy(false);
});

/** As the function counts: code points without the space around them. */
function characters() {
  return [...text.value.trim()].length;
}

function wrong() {
  const length = characters();
  if (!length) return "Type a text or a link first.";
  return length > MOST ? `That is ${length - MOST} too many: a code holds up to 1,000 characters.` : "";
}

function busy(yes) {
  making = yes;
  submit.setAttribute("aria-disabled", yes);
  result.setAttribute("aria-busy", yes);
}

async function make(content) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ text: content });
  const made = await ask(`${await api}/generate`, { method: "POST", headers, body }, slow);
  show(content, made, await load(made.url));
}

async function load(url) {
  const { status, body } = await request(url, {}, slow);
  if (status !== 200) throw new Refusal(`The code is made, but its picture does not load (answer ${status}).`);
  return body;
}

function show(content, { url, filename }, png) {
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(png);
  picture.alt = `QR code of “${content.length > 80 ? `${content.slice(0, 80)}…` : content}”`;
  caption.textContent = content;
  download.href = picture.src;
  download.download = filename;
  open.href = link.textContent = url;
  empty.hidden = true;
  figure.hidden = actions.hidden = link.hidden = false;
  // On a phone the code lies below the form.
  figure.scrollIntoView({ block: "nearest" });
}
