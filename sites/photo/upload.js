// One photo on its way: is it allowed, ask for a permission, put it into the bucket.
import { PATIENCE, Refusal, ask } from "./base.js";

const LARGEST = 20 * 1024 ** 2; // bytes
// The endings a name may have; the first one is given to names that have none of them.
const ENDINGS = {
  "image/jpeg": [".jpg", ".jpeg"],
  "image/png": [".png"],
  "image/webp": [".webp"],
  "image/gif": [".gif"],
  "image/avif": [".avif"],
};
// What S3 says to a PUT, for people. Only 403 is worth another try with a new permission as it is.
const REFUSALS = {
  403: "The permission to upload has expired or does not fit. Try again to get a new one.",
  409: "A photo of this name is being uploaded at this moment. Choose another name, or try again.",
  412: "A photo of this name is already there. It was not overwritten.",
};
const LOST = "The connection was lost. Check it, then try again.";

/** Why a file cannot be uploaded, as a sentence; empty if it can. */
export function complaint(file) {
  if (!(file.type in ENDINGS)) return "This is not a photo that can be uploaded: choose JPEG, PNG, WebP, GIF or AVIF.";
  if (!file.size) return "This file is empty.";
  return file.size > LARGEST ? `This photo is too large: ${size(file)}, where 20 MB are allowed.` : "";
}

export function size({ size }) {
  const megabytes = size / 1024 ** 2;
  if (megabytes < 0.1) return `${Math.ceil(size / 1024)} kB`;
  // Rounded up, so that no photo over the limit seems to be within it.
  return `${(Math.ceil(megabytes * 10) / 10).toLocaleString("en")} MB`;
}

/** The file's name as keys are allowed to be: letters, digits, "." "_" "-", an ending of its type, 100 at most. */
export function keptName({ name, type }) {
  const given = name.match(/\.[^.]*$/)?.[0].toLowerCase() ?? "";
  const ending = ENDINGS[type].includes(given) ? given : ENDINGS[type][0];
  const stem = given === ending ? name.slice(0, -ending.length) : name;
  const plain = stem.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^A-Za-z0-9_-]+/g, "-");
  return (plain.replace(/^[^A-Za-z0-9]+/, "") || "photo").slice(0, 100 - ending.length) + ending;
}

/**
 * Upload a file; resolves to its key, rejects with a Refusal. `name`: the one to keep, if any.
 * `slow` is called when the permission takes long, `progress` with the share that is sent, 0 to 1.
 */
export async function upload(api, file, { name, slow, progress }) {
  const query = new URLSearchParams({ type: file.type, size: file.size, ...(name && { name }) });
  const permission = await ask(`${api}/presign?${query}`, {}, slow);
  await put(permission, file, progress);
  return permission.key;
}

function put({ url, method, headers }, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how much is sent
    let silence;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), PATIENCE);
    };
    const refuse = (sentence) => reject(new Refusal(sentence));
    request.upload.onprogress = ({ loaded, total }) => {
      listen();
      progress(loaded / total);
    };
    request.onload = () => {
      const { status } = request;
      if (status === 200) resolve();
      else refuse(REFUSALS[status] ?? `The storage has a problem (answer ${status}). Try again in a moment.`);
    };
    request.onerror = () => refuse(LOST);
    request.onabort = () => refuse("Nothing has moved for 30 seconds. Check your connection, then try again.");
    request.onloadend = () => clearTimeout(silence);
    request.open(method, url);
    for (const [header, value] of Object.entries(headers)) request.setRequestHeader(header, value);
    request.send(file);
    listen();
  });
}
