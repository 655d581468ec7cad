// The XML of S3's REST API: what requests say, and what answers are made of.

/** An element as S3 reads it: no attributes, no namespaces. */
export interface XmlElement {
  name: string;
  /** What stands in it directly, without the text of its children. */
  text: string;
  children: XmlElement[];
}

/** A value of an answer: an array stands for several elements of the same name. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | XmlValue[]
  | { readonly [name: string]: XmlValue };

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A document of S3's namespace; errors have none. */
export function xmlDocument(root: string, value: XmlValue, namespace = true): string {
  const xmlns = namespace ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : '';
  return `${declaration}<${root}${xmlns}>${render(value)}</${root}>`;
}

function render(value: XmlValue): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escapeXml(String(value));
  let text = '';
  for (const [name, content] of Object.entries(value)) {
    for (const item of Array.isArray(content) ? content : [content])
      if (item !== undefined) text += `<${name}>${render(item)}</${name}>`;
  }
  return text;
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};
const escapeXml = (text: string) => text.replace(/[&<>"\r]/g, (character) => escapes[character] ?? character);

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[String(name)] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const token =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([\w.:-]+)([^>]*?)(\/?)>|([^<]+)/gy;

/** Reads a document. `undefined` for what is not well-formed. */
export function parseXml(document: string): XmlElement | undefined {
  const root: XmlElement = { name: '', text: '', children: [] };
  const open = [root];
  token.lastIndex = 0;
  let read = 0;
  for (let match = token.exec(document); match; match = token.exec(document)) {
    read = token.lastIndex;
    const [, cdata, closing, qualified = '', , selfClosing, text] = match;
    const current = open.at(-1) ?? root;
    if (cdata !== undefined) current.text += cdata;
    else if (text !== undefined) current.text += unescapeXml(text);
    else if (qualified !== '') {
      const name = qualified.slice(qualified.indexOf(':') + 1);
      if (closing === '/') {
        if (open.pop()?.name !== name) return undefined;
        continue;
      }
      const element: XmlElement = { name, text: '', children: [] };
      current.children.push(element);
      if (selfClosing !== '/') open.push(element);
    }
  }
  const [only] = root.children;
  return read === document.length && open.length === 1 && root.children.length === 1 ? only : undefined;
}

export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name);

export const childrenOf = (element: XmlElement | undefined, name: string): XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** The text of the child with this name; `undefined` when there is none. */
export const textOf = (element: XmlElement | undefined, name: string): string | undefined =>
  childOf(element, name)?.text.trim();
