// XML as the storage services speak it: elements and text; attributes where a listing has them.

export interface XmlElement {
  name: string;
  /** Its own text, entities resolved; white space between elements is left out. */
  text: string;
  children: XmlElement[];
}

const declaration = '<?xml version="1.0" encoding="utf-8"?>';

/** A document of one root element. `content` is made with `element`. */
export const xmlDocument = (root: string): string => `${declaration}${root}`;

/** `<name>content</name>`; text has to be escaped before. */
export function element(name: string, content: string, attributes: Record<string, string> = {}): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  const start = `<${name}${list.join('')}`;
  return content === '' ? `${start} />` : `${start}>${content}</${name}>`;
}

/** Elements of text, in the order of the record; those that are `undefined` are left out. */
export const textElements = (members: Record<string, string | number | boolean | undefined>): string =>
  Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => element(name, escapeXml(String(value))))
    .join('');

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (found) => entities[found] ?? found);

const token = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([\w:.-]+)(?:\s[^>]*?)?(\/?)>|([^<]+)/g;

/** Reads a document. @throws Error when the elements are not well-formed */
export function parseXml(document: string): XmlElement {
  const root: XmlElement = { name: '', text: '', children: [] };
  const open = [root];
  let end = 0;
  const source = document.replace(/^\uFEFF/, '');
  for (const match of source.matchAll(token)) {
    if (match.index !== end) break;
    end += match[0].length;
    const [, closing, name, selfClosing, text] = match;
    const parent = open.at(-1) ?? root;
    if (text !== undefined) {
      if (text.trim() !== '' || parent.children.length === 0) parent.text += unescapeXml(text);
    } else if (name !== undefined && closing === '/') {
      if (parent.name !== name || open.length === 1) throw new Error(`</${name}> closes nothing`);
      open.pop();
    } else if (name !== undefined) {
      const child: XmlElement = { name, text: '', children: [] };
      parent.children.push(child);
      if (selfClosing !== '/') open.push(child);
    }
  }
  const [top, ...more] = root.children;
  if (end !== source.length || open.length > 1 || !top || more.length > 0)
    throw new Error('the document is not well-formed XML');
  return top;
}

const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (found, hexadecimal, decimal, name) => {
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return characters[name] ?? found;
  });

/** The text of a child; `undefined` when there is none. */
export const childText = ({ children }: XmlElement, name: string): string | undefined =>
  children.find((child) => child.name === name)?.text;
