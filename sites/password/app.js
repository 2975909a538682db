import { copies, parts, say, setting } from "./base.js";
import { aws, fetching, place, skiff } from "./commands.js";
import { SIZES, bits, possible, time, word } from "./strength.js";

const { form, length, range, name } = parts;
const [SHORTEST, LONGEST] = [8, 128];
let [region, stage, own, bucket] = ["REGION", "STAGE", "FUNCTION", "BUCKET"]; // as the settings tell, once they are there

range.addEventListener("input", () => (length.value = range.value));
form.addEventListener("input", show);
for (const button of document.querySelectorAll("[data-copies]")) copies(button, parts[button.dataset.copies]);
show();
Promise.all(["region", "stage", "function", "bucket"].map(setting)).then(
  (settings) => {
    [region, stage, own, bucket] = settings;
    show();
  },
  (error) => say(error.message, "bad"),
);

/** The request as it stands. */
function wanted() {
  const request = { length: length.valueAsNumber };
  for (const field of Object.keys(SIZES)) request[field] = parts[field.replace("include_", "")].checked;
  return name.value ? { ...request, name: name.value } : request;
}

/** What the function would refuse, a sentence each, by the rules it has itself. */
function problems(request) {
  const { length, name = "x" } = request;
  return {
    length: Number.isInteger(length) && length >= SHORTEST && length <= LONGEST
      ? ""
      : `A whole number from ${SHORTEST} to ${LONGEST}, please.`,
    classes: Object.keys(SIZES).some((field) => request[field]) ? "" : "At least one kind of characters is needed.",
    name: nameProblem(name),
  };
}

function nameProblem(name) {
  if (!/^[A-Za-z0-9]/.test(name)) return "The first character must be a letter from A to Z or a digit.";
  if (!/^[A-Za-z0-9._-]*$/.test(name)) return "Only letters from A to Z, digits, “.”, “_” and “-” can be in a name.";
  if (name.includes("..")) return "Two dots in a row cannot be in a name.";
  return name.length > 128 ? `The name has ${name.length} characters, 128 are allowed.` : "";
}

function show() {
  const request = wanted();
  const found = problems(request);
  for (const [part, sentence] of Object.entries(found)) {
    parts[`${part}-problem`].textContent = sentence;
    parts[part]?.setAttribute("aria-invalid", Boolean(sentence));
  }
  if (!found.length) range.value = request.length;
  showStrength(request, !found.length && !found.classes);
  showCommands(request, !Object.values(found).some(Boolean));
}

function showStrength({ length, ...request }, known) {
  parts.strength.hidden = !known;
  if (!known) return;
  const sizes = Object.keys(SIZES).filter((field) => request[field]).map((field) => SIZES[field]);
  const number = possible(length, sizes);
  const strength = bits(number);
  parts.word.textContent = word(strength);
  parts.bits.textContent = `${strength.toFixed(1)} bits`;
  parts.guesses.textContent = `At 10 billion guesses a second, finding it takes ${time(number)} on average.`;
  parts.meter.value = strength;
}

/** Nothing that the function would refuse can be copied. */
function showCommands(request, right) {
  for (const panel of document.querySelectorAll(".commands")) panel.inert = !right;
  if (!right) return;
  const called = request.name ?? "password_20260131_120000_1a2b3c4d";
  const key = `passwords/${called}.json`;
  const where = place(location, region, stage);
  parts.request.textContent = JSON.stringify(request, null, 2);
  parts.skiff.textContent = skiff(request, where);
  parts.aws.textContent = aws(request, own, where);
  parts.fetching.textContent = fetching(key, bucket, where);
  const told = { length: request.length, created_at: "2026-01-31T12:00:00+00:00", new_version: false };
  const example = { password_name: called, s3_key: key, ...told };
  parts.example.textContent = JSON.stringify(example, null, 2);
}
