import { type Stack, type StackResource, type StackValue, Unknown } from '../terraform/stack.ts';

/** Attributes by which one resource names another. */
const identifying =
  /(^|_)(arn|id|ids|name|email|member|self_link|url|uri|endpoint|connection_string|path|principal)$/;

/** Finds the resources of a stack, also those that a value of another resource means. */
export class StackIndex {
  readonly stack: Stack;
  readonly #byAddress: Map<string, StackResource>;

  constructor(stack: Stack) {
    this.stack = stack;
    this.#byAddress = new Map(stack.resources.map((resource) => [resource.address, resource]));
  }

  resource(address: string): StackResource | undefined {
    return this.#byAddress.get(address);
  }

  ofType(type: string): StackResource[] {
    return this.stack.resources.filter((resource) => resource.type === type);
  }

  /** Resources of a type in the module that `resource` is in. */
  beside(resource: StackResource, type: string): StackResource[] {
    const place = resource.modulePath.join('.');
    return this.ofType(type).filter(({ modulePath }) => modulePath.join('.') === place);
  }

  /**
   * The resource that a value of `from` means: the one of those it refers to whose ARN, id or name is the value, or
   * the longest of them that stands in it (`<arn>/index/*`). `type` narrows it where a name alone is ambiguous.
   */
  meant(value: StackValue | undefined, from: StackResource, type?: string): StackResource | undefined {
    const candidates = from.dependsOn
      .map((address) => this.#byAddress.get(address))
      .filter((resource) => resource !== undefined && (type === undefined || resource.type === type))
      .filter((resource) => resource !== undefined);
    if (value instanceof Unknown) return candidates.find(({ address }) => isAttributeOf(value.from, address));
    if (typeof value !== 'string') return undefined;
    let best: { resource: StackResource; length: number } | undefined;
    for (const resource of candidates) {
      for (const identity of identitiesOf(resource)) {
        if (identity.length > (best?.length ?? 0) && standsIn(identity, value))
          best = { resource, length: identity.length };
      }
    }
    return best?.resource;
  }
}

function isAttributeOf(place: string, address: string): boolean {
  return place.startsWith(address) && ['.', '['].includes(place.charAt(address.length));
}

function identitiesOf({ values }: StackResource): string[] {
  return Object.entries(values)
    .filter(([name]) => identifying.test(name))
    .map(([, value]) => value)
    .filter((value) => typeof value === 'string' && value.length > 2)
    .map(String);
}

/** Whether `part` stands in `whole` as a whole word of it, so that `items` is not found in `items-old`. */
function standsIn(part: string, whole: string): boolean {
  const isWord = (character: string) => /[\w-]/.test(character);
  for (let at = whole.indexOf(part); at !== -1; at = whole.indexOf(part, at + 1)) {
    const end = at + part.length;
    if ((at === 0 || !isWord(whole.charAt(at - 1))) && (end === whole.length || !isWord(whole.charAt(end))))
      return true;
  }
  return false;
}
