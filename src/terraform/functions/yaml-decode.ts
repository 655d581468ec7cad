import { createRequire } from 'node:module';
import type { Alias, Document, Node, Scalar, YAMLMap } from 'yaml';
import { numberText, objectFrom } from '../types/index.ts';
import { isObject, type Value } from '../value.ts';
import { kindOf } from './define.ts';
import { FunctionError } from './function.ts';
import { resolvePlain, resolveTagged } from './yaml-scalar.ts';

const require = createRequire(import.meta.url);
const CORE_TAG = 'tag:yaml.org,2002:';

/** The YAML parser, which costs start-up time, is loaded by the first configuration that decodes YAML. */
function yamlLibrary(): typeof import('yaml') {
  return require('yaml');
}

/**
 * `yamldecode`: one document. Objects from mappings, whose keys are strings; of a key given twice the last counts, as
 * it does with `<<`. Throws `FunctionError`; for text that is not YAML with the parser's words.
 * Source: https://developer.hashicorp.com/terraform/language/functions/yamldecode
 */
export function decodeYaml(text: string): Value {
  const yaml = yamlLibrary();
  const lines = new yaml.LineCounter();
  // The failsafe schema leaves every scalar a string: what it means is Terraform's own mixture of YAML 1.1 and 1.2.
  const documents = yaml.parseAllDocuments(text, {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const where = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `on line ${Math.max(line, 1)}, column ${Math.max(col, 1)}`;
  };
  const [document, second] = Array.from(documents);
  if (document === undefined || document.contents === null) {
    throw new FunctionError('on line 1, column 1: missing start of document');
  }
  const [error] = document.errors;
  if (error !== undefined) throw new FunctionError(`${where(error.pos[0])}: ${error.message}`);
  if (second !== undefined) {
    throw new FunctionError(`${where(second.range[0])}: unexpected extra content after value`);
  }
  return new Decoder(yaml, document).decode(document.contents);
}

class Decoder {
  private readonly yaml: typeof import('yaml');
  private readonly document: Document;
  private readonly open = new Set<Node>();

  constructor(yaml: typeof import('yaml'), document: Document) {
    this.yaml = yaml;
    this.document = document;
  }

  decode(node: unknown): Value {
    const { yaml } = this;
    if (node === null || node === undefined) return null;
    if (yaml.isAlias(node)) return this.alias(node);
    if (yaml.isScalar(node)) return this.scalar(node);
    if (!yaml.isCollection(node)) throw new TypeError('the YAML parser gave a node of an unknown kind');
    this.open.add(node);
    const value = yaml.isMap(node) ? this.mapping(node) : this.sequence(node.items, node.tag);
    this.open.delete(node);
    return value;
  }

  private alias(node: Alias): Value {
    const target = node.resolve(this.document);
    const name = JSON.stringify(node.source);
    if (target === undefined) throw new FunctionError(`reference to undefined anchor ${name}`);
    if (this.open.has(target)) {
      throw new FunctionError(`cannot refer to anchor ${name} from inside its own definition`);
    }
    return this.decode(target);
  }

  private scalar(node: Scalar): Value {
    const text = (node.source ?? String(node.value ?? '')).normalize('NFC');
    const { tag } = node;
    if (tag !== undefined && tag !== '!' && !tag.startsWith(CORE_TAG)) {
      throw new FunctionError(`unsupported tag ${JSON.stringify(tag)}`);
    }
    if (node.type !== 'PLAIN' && tag !== `${CORE_TAG}binary`) return text;
    return tag === undefined ? resolvePlain(text) : resolveTagged(text, tag === '!' ? `${CORE_TAG}str` : tag);
  }

  private sequence(items: readonly unknown[], tag: string | undefined): Value {
    if (tag !== undefined && tag !== `${CORE_TAG}seq`)
      throw new FunctionError(`can't interpret sequence as ${tag}`);
    return items.map((item) => this.decode(item));
  }

  private mapping(node: YAMLMap): Value {
    const { tag } = node;
    if (tag !== undefined && tag !== `${CORE_TAG}map`)
      throw new FunctionError(`can't interpret mapping as ${tag}`);
    return objectFrom(
      node.items.flatMap(({ key, value }) => {
        const name = this.key(key);
        const decoded = this.decode(value);
        if (name !== '<<') return [[name, decoded] as const];
        if (!isObject(decoded)) throw new FunctionError(`cannot merge ${kindOf(decoded)} into mapping`);
        return Object.entries(decoded);
      }),
    );
  }

  private key(node: unknown): string {
    const key = this.decode(node);
    if (key === null) throw new FunctionError('mapping key cannot be null');
    if (typeof key === 'object') throw new FunctionError('only strings are allowed as mapping keys');
    return typeof key === 'number' ? numberText(key) : String(key);
  }
}
