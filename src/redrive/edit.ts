import { withValueAt } from './json-path.ts';
import { RedriveError } from './redrive-error.ts';

/** One `--set path=value`. */
export interface Change {
  path: string;
  value: unknown;
}

/** The value is JSON where it is some, and text otherwise. @throws RedriveError */
export function parseChange(text: string): Change {
  const at = text.indexOf('=');
  if (at < 1) throw new RedriveError(`'${text}' sets nothing. Write it as path=value, as in order.price=12.`);
  const [path, value] = [text.slice(0, at), text.slice(at + 1)];
  withValueAt({}, path, null);
  try {
    return { path, value: JSON.parse(value) };
  } catch {
    return { path, value };
  }
}

/** The body with the changes; as it is when there are none. @throws RedriveError for a body that is not JSON */
export function changedBody(body: Buffer, changes: readonly Change[]): Buffer {
  if (changes.length === 0) return body;
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new RedriveError('--set needs a body of JSON, and this one is not. Use --edit.');
  }
  for (const { path, value: replacement } of changes) value = withValueAt(value, path, replacement);
  return Buffer.from(JSON.stringify(value));
}
