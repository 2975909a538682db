import { parts, say, setting } from "./base.js";
import { complaint, keptName, size, upload } from "./upload.js";

const { form, files, drop, keep, submit, chosen, uploaded, none, template } = parts;
const AT_ONCE = 3;
const api = setting("api");
const photos = new Set(); // chosen, and not uploaded yet
const waiting = [];
let running = 0;

api.catch((error) => say(error.message, "bad"));

files.addEventListener("change", () => {
  add(files.files);
  files.value = ""; // so that the same file can be chosen again
});

// Everywhere: a photo dropped beside the zone would otherwise take the place of the page.
addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add(event.dataTransfer.files);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const ready = inState("new", "failed");
  if (ready.length) begin(ready);
  else if (!photos.size) say("Choose photos first.", "bad");
});

/**
 * A chosen file and the list item that shows it. `state`: "new", "refused" (it will never do), "moving" or "failed"
 * (and may be tried again), in the end "uploaded".
 */
class Photo {
  constructor(file) {
    this.file = file;
    this.item = template.content.firstElementChild.cloneNode(true);
    this.fill();
    const refusal = complaint(file);
    this.state = refusal ? "refused" : "new";
    this.problem(refusal);
  }

  part(selector) {
    return this.item.querySelector(selector);
  }

  fill() {
    const [picture, retry, remove] = ["img", ".retry", ".remove"].map((selector) => this.part(selector));
    this.part(".name").textContent = this.file.name;
    this.part(".hint").textContent = size(this.file);
    this.part("progress").ariaLabel = `Upload of ${this.file.name}`;
    retry.ariaLabel = `Try again: ${this.file.name}`;
    remove.ariaLabel = `Remove ${this.file.name}`;
    retry.addEventListener("click", () => {
      this.item.focus(); // the button goes
      begin([this]);
    });
    remove.addEventListener("click", () => {
      (this.item.nextElementSibling?.querySelector(".remove") ?? files).focus();
      this.leave();
    });
    const url = URL.createObjectURL(this.file);
    picture.src = url;
    picture.onload = picture.onerror = ({ type }) => {
      URL.revokeObjectURL(url); // the picture stays
      picture.onload = picture.onerror = null;
      if (type === "error") picture.src = "icon.svg";
    };
  }

  leave() {
    photos.delete(this);
    this.item.remove();
    tell();
  }

  problem(sentence) {
    this.part(".problem").textContent = sentence;
    this.part(".problem").hidden = !sentence;
  }

  become(state) {
    const moving = state === "moving";
    this.state = state;
    this.problem("");
    this.part("progress").hidden = !moving;
    this.part("progress").value = 0;
    this.part(".remove").hidden = moving;
    this.part(".retry").hidden = state !== "failed";
    this.part(".hint").textContent = size(this.file);
  }

  async send() {
    const name = keep.checked ? keptName(this.file) : "";
    const note = (words) => (this.part(".hint").textContent = `${size(this.file)} · ${words}`);
    note("asking for permission …");
    try {
      const key = await upload(await api, this.file, {
        name,
        slow: () => note("this takes longer than usual …"),
        progress: (share) => {
          this.part("progress").value = share;
          note(share < 1 ? `${Math.floor(share * 100)} %` : "almost there …");
        },
      });
      this.arrived(key);
    } catch (error) {
      this.become("failed");
      this.problem(error.message);
    }
  }

  arrived(key) {
    photos.delete(this);
    this.become("uploaded");
    this.part(".actions").remove();
    const code = document.createElement("code");
    code.textContent = key;
    this.part(".about").append(code);
    const focused = this.item === document.activeElement;
    uploaded.prepend(this.item);
    if (focused) this.item.focus(); // which moving it takes away
    none.hidden = true;
  }
}

function add(list) {
  for (const file of list) {
    const photo = new Photo(file);
    photos.add(photo);
    chosen.append(photo.item);
  }
  tell();
}

function begin(some) {
  for (const photo of some) photo.become("moving");
  waiting.push(...some);
  tell();
  next();
}

function next() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    waiting.shift().send().then(() => {
      running -= 1;
      tell();
      next();
    });
  }
}

/** Say how it goes, and what the button would do. */
function tell() {
  const ready = inState("new", "failed").length;
  const left = inState("moving").length;
  const bad = inState("refused", "failed").length;
  const done = uploaded.children.length;
  submit.textContent = ready > 1 ? `Upload ${ready} photos` : "Upload";
  submit.setAttribute("aria-disabled", !ready);
  const arrived = done ? `${count(done)} uploaded. ` : "";
  if (left) say(`${count(left)} on the way …`);
  else if (bad) say(`${arrived}${count(bad)} with a problem: see the list.`, "bad");
  else say(ready ? "" : arrived, "good");
}

function inState(...states) {
  return [...photos].filter((photo) => states.includes(photo.state));
}

function count(photos) {
  return photos === 1 ? "1 photo" : `${photos} photos`;
}
