/**
 * The pattern of `LIKE` as a regular expression: `%` any text, `_` one character, `[a-f]` and `[^a-f]` a set.
 * learn.microsoft.com/azure/cosmos-db/nosql/query/keywords#like
 */
export function likePattern(pattern: string, escapeCharacter?: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    const following = pattern[at + 1];
    if (escapeCharacter !== undefined && character === escapeCharacter && following !== undefined) {
      source += literal(following);
      at++;
    } else if (character === '%') source += '[\\s\\S]*';
    else if (character === '_') source += '[\\s\\S]';
    else if (character === '[') {
      const close = pattern.indexOf(']', at + 2);
      if (close < 0) source += '\\[';
      else {
        source += characterSet(pattern.slice(at + 1, close));
        at = close;
      }
    } else source += literal(character);
  }
  return new RegExp(`^${source}$`);
}

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
}

/** The inside of brackets, where only a leading `^` and a `-` between two characters mean something. */
function characterSet(content: string): string {
  const negated = content.startsWith('^') && content.length > 1;
  const characters = [...(negated ? content.slice(1) : content)];
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at++) {
    const from = characters[at] ?? '';
    const to = characters[at + 2];
    if (characters[at + 1] === '-' && to !== undefined) {
      // A range that runs backwards matches nothing.
      if (from <= to) parts.push(`${literal(from)}-${literal(to)}`);
      at += 2;
    } else parts.push(literal(from));
  }
  if (parts.length === 0) return negated ? '[\\s\\S]' : '(?!)';
  return `[${negated ? '^' : ''}${parts.join('')}]`;
}
