// What to type into a terminal, for a POSIX shell.

/** The command of the project's own command line. `where` as in `place`. */
export function skiff(request, where) {
  return `python deploy.py invoke password.generator${where.options} --data ${quote(json(request))}`;
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

/** What the commands need so that they speak to the stage and place this page comes from: an emulator, or AWS. */
export function place({ hostname, port }, region, stage) {
  const aws = `aws --region ${region}`;
  const options = ` --stage ${stage}`;
  if (!/^(.*\.)?localhost$|^127\.0\.0\.1$/.test(hostname)) return { options: `${options} --target aws`, aws };
  const keys = "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"; // any will do, but none will not
  const endpoint = ` --endpoint-url http://127.0.0.1:${port}`;
  // Where the deployer looks for an emulator unless told otherwise.
  return { options: port === "4566" ? options : options + endpoint, aws: `${keys} ${aws}${endpoint}` };
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
