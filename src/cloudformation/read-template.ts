import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { SourcePosition } from '../terraform/stack.ts';
import { Places, TemplateError } from './places.ts';
import { isObject, type TemplateObject, type TemplateValue } from './template-value.ts';

/** A template as it is written, with the place of everything in it. */
export interface Template {
  /** Absolute path. */
  file: string;
  root: TemplateObject;
  places: Places;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/template-anatomy.html */
const sections = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Globals',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
  'Transform',
];
/** The short forms that YAML has of intrinsic functions, besides `!Ref` and `!Condition`. */
const shortFunctions = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

/**
 * Reads a template in YAML or JSON, which is YAML too.
 *
 * @throws TemplateError for what is no template; Error when the file cannot be read
 */
export function readTemplate(file: string): Template {
  const name = path.basename(file);
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const at = (offset: number | undefined): SourcePosition => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { file: name, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [broken] = document.errors;
  if (broken) throw new TemplateError(broken.message.split('\n')[0] ?? '', at(broken.pos[0]));
  const places = new Places();
  const root = plain(document.contents, { at, places, path: '' });
  if (!isObject(root)) throw new TemplateError('a template is an object with Resources in it', at(0));
  for (const section of Object.keys(root))
    if (!sections.includes(section))
      throw places.error(
        `a template has no section ${section}; it has ${sections.join(', ')}`,
        root,
        section,
      );
  return { file: path.resolve(file), root, places };
}

interface Reading {
  at(offset: number | undefined): SourcePosition;
  places: Places;
  path: string;
}

function plain(node: unknown, reading: Reading): TemplateValue {
  const { at, path } = reading;
  if (node === null || node === undefined) return null;
  if (isAlias(node))
    throw new TemplateError('CloudFormation does not support YAML aliases', at(node.range?.[0]), path);
  const value = untagged(node, reading);
  const tag = (node as Node).tag;
  if (tag === undefined || !tag.startsWith('!') || tag.startsWith('!!')) return value;
  return tagged(tag.slice(1), value, at((node as Node).range?.[0]), reading);
}

function untagged(node: unknown, reading: Reading): TemplateValue {
  const { at, places, path } = reading;
  const members = new Map<string, SourcePosition>();
  const inside = (key: string): Reading => ({ ...reading, path: path === '' ? key : `${path}.${key}` });
  if (isMap(node)) {
    const result: TemplateObject = {};
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      members.set(name, at((key as Node).range?.[0]));
      result[name] = plain(value, inside(name));
    }
    places.mark(result, { self: at(node.range?.[0]), members, path });
    return result;
  }
  if (isSeq(node)) {
    const result = node.items.map((item, index) => {
      members.set(String(index), at((item as Node).range?.[0]));
      return plain(item, inside(String(index)));
    });
    places.mark(result, { self: at(node.range?.[0]), members, path });
    return result;
  }
  if (!isScalar(node)) throw new TemplateError('this is not JSON', at((node as Node).range?.[0]), path);
  const { value } = node;
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as TemplateValue;
  return node.source ?? String(value);
}

/** `!GetAtt Queue.Arn` as `{ 'Fn::GetAtt': ['Queue', 'Arn'] }` */
function tagged(name: string, value: TemplateValue, place: SourcePosition, reading: Reading): TemplateObject {
  const { places, path } = reading;
  const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  if (key.startsWith('Fn::') && !shortFunctions.includes(name))
    throw new TemplateError(`there is no function !${name}`, place, path);
  const result = { [key]: key === 'Fn::GetAtt' ? attributeParts(value) : value };
  places.mark(result, { self: place, members: new Map(), path });
  return result;
}

/** An attribute's name may have dots itself: `Table.Outputs.Name`. */
export function attributeParts(value: TemplateValue): TemplateValue {
  if (typeof value !== 'string') return value;
  const dot = value.indexOf('.');
  return dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)];
}
