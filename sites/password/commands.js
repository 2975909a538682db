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
  const call = `${where.aws} lambda invoke --function-name ${quote(name)}`;
  return `printf %s ${quote(json(request))} | ${call} --payload fileb:///dev/stdin answer.json`;
}

/** The command that prints a stored password. */
export function fetching(key, bucket, where) {
  return `${where.aws} s3 cp s3://${bucket}/${key} -`;
}

/** What the commands need so that they speak to where this page comes from: an emulator, or AWS. */
export function place({ hostname, port }, region) {
  const aws = `aws --region ${region}`;
  if (!hostname.endsWith(".localhost")) return { target: " --target aws", aws };
  const keys = "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"; // any will do, but none will not
  return { target: "", aws: `${keys} ${aws} --endpoint-url http://127.0.0.1:${port}` };
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
