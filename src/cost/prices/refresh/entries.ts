/** One object inside a large JSON text. */
export interface Entry {
  path: string[];
  value: unknown;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;

/**
 * Reads a JSON text of any size piece by piece and parses only the wanted objects in it: the price file of AmazonEC2
 * in one region has several hundred megabytes, of which two prices are needed.
 * @param wanted is asked when an object begins, with the names that lead to it
 * @throws SyntaxError when the text ends too early
 */
export async function* wantedEntries(
  chunks: AsyncIterable<string>,
  wanted: (path: readonly string[]) => boolean,
): AsyncGenerator<Entry> {
  /** The name that was read last in each open object or array. */
  const path: string[] = [];
  let inString = false;
  let escaped = false;
  let isName = true;
  /** Text of the name that is being read. */
  let name = '';
  /** Text of the wanted object that is being read, and the depth at which it ends. */
  let taken: string[] | undefined;
  let takenDepth = 0;
  for await (const chunk of chunks) {
    /** Where the part of this chunk begins that belongs to a name or to a wanted object. */
    let nameFrom = 0;
    let takenFrom = 0;
    for (let at = 0; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at);
      if (inString) {
        if (escaped) escaped = false;
        else if (code === backslash) escaped = true;
        else if (code === quote) {
          inString = false;
          if (isName && path.length > 0) {
            path[path.length - 1] = name + chunk.slice(nameFrom, at);
            isName = false;
          }
        }
      } else if (code === quote) {
        inString = true;
        name = '';
        nameFrom = at + 1;
      } else if (code === openBrace || code === openBracket) {
        if (!taken && code === openBrace && wanted(path)) {
          taken = [];
          takenFrom = at;
          takenDepth = path.length;
        }
        path.push('');
        isName = code === openBrace;
      } else if (code === closeBrace || code === closeBracket) {
        path.pop();
        isName = false;
        if (taken && path.length === takenDepth) {
          taken.push(chunk.slice(takenFrom, at + 1));
          yield { path: [...path], value: JSON.parse(taken.join('')) };
          taken = undefined;
        }
      } else if (code === comma) isName = true;
    }
    if (inString && isName) name += chunk.slice(nameFrom);
    if (taken) taken.push(chunk.slice(takenFrom));
  }
  if (path.length > 0 || inString) throw new SyntaxError('the JSON text ends too early');
}
