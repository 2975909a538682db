// What to type into a terminal, for a POSIX shell.

/** The command of the project's own command line. `where` as in `place`. */
export function skiff(request, where) {
  return `python deploy.py invoke password.generator${where.target} --data ${quote(json(request))}`;
}

/** The same with the AWS CLI. */
export function aws(request, name, where) {
  const payload = quote(json(request));
  const binary = "--cli-binary-format raw-in-base64-out";
  return `aws lambda invoke --function-name ${quote(name)}${where.option} ${binary} --payload ${payload} answer.json`;
}

/** The command that prints a stored password. */
export function fetching(key, where) {
  return `aws s3 cp${where.option} s3://BUCKET/${key} -`;
}

/** What the commands need so that they speak to where this page comes from: an emulator, or a region of AWS. */
export function place({ hostname, port }) {
  if (hostname.endsWith(".localhost")) return { target: "", option: ` --endpoint-url http://127.0.0.1:${port}` };
  const region = hostname.match(/\.s3-website[.-]([a-z0-9-]+)\.amazonaws\./)?.[1];
  return { target: " --target aws", option: region ? ` --region ${region}` : "" };
}

/** JSON on one line, with spaces at which it can wrap. */
function json(request) {
  return JSON.stringify(request, null, 1).replace(/\n */g, " ");
}

/** One word for the shell, whatever is in it. */
export function quote(text) {
  return /^[A-Za-z0-9_.:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
