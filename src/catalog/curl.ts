import type { Pattern } from './pattern.ts';
import { quoted } from './shell-words.ts';

/**
 * A call as a curl command for a shell.
 * @param url text that the shell expands to the base URL, as `$API_URL`
 */
export function curlCommand(
  call: Pattern['calls'][number],
  url: string,
  headers: Record<string, string> = {},
): string {
  const words = ['curl'];
  if (call.method !== 'GET') words.push('-X', call.method);
  words.push(`"${url}${call.path}"`);
  for (const [name, value] of Object.entries(headers)) words.push('-H', `"${name}: ${value}"`);
  if (call.body !== undefined)
    words.push('-H', '"Content-Type: application/json"', '-d', quoted(spaced(call.body)));
  return words.join(' ');
}

/** JSON on one line, with the spaces that people write. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}: ${spaced(member)}`)
    .join(', ')}}`;
}
