// What to type into a terminal, for a POSIX shell.

/** The command of the project's own command line. `where` as in `place`. */
export function skiff(request, where) {
  return `python deploy.py invoke password.generator${where.target} --data ${quote(json(request))}`;
}

/**
 * The same with the AWS CLI. Version 1 takes a payload as it is, version 2 wants base64 unless told otherwise by an
 * option that version 1 does not know; both take a binary file as it is.
 */
export function aws(request, name, where) {
  const call = `aws lambda invoke --function-name ${quote(name)}${where.option}`;
  return `printf %s ${quote(json(request))} | ${call} --payload fileb:///dev/stdin answer.json`;
}

/** The command that prints a stored password. */
export function fetching(key, bucket, where) {
  return `aws s3 cp${where.option} s3://${bucket}/${key} -`;
}

/** What the commands need so that they speak to where this page comes from: an emulator, or a region of AWS. */
export function place({ hostname, port }) {
  if (hostname.endsWith(".localhost")) return { target: "", option: ` --endpoint-url http://127.0.0.1:${port}` };
  const region = hostname.match(/\.s3-website[.-]([a-z0-9-]+)\.amazonaws\./)?.[1];
  return { target: " --target aws", option: region ? ` --region ${region}` : "" };
}

/** JSON on one line, with spaces at which it can wrap. */
function json(request) {
  const entries = Object.entries(request).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{${entries.join(", ")}}`;
}

/** One word for the shell, whatever is in it. */
export function quote(text) {
  return /^[A-Za-z0-9_.:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
