import type { SourcePosition } from '../terraform/stack.ts';

interface Place {
  self: SourcePosition;
  /** Where each key of an object, or item of a list, stands. */
  members: Map<string, SourcePosition>;
  /** `Resources.Queue.Properties` */
  path: string;
}

/** Where the objects and lists of a template stand in its file. */
export class Places {
  readonly #places = new WeakMap<object, Place>();

  mark(value: object, place: Place): void {
    this.#places.set(value, place);
  }

  /** Lets `copy`, made from `original`, stand where that does. */
  inherit<Value extends object>(copy: Value, original: object): Value {
    const place = this.#places.get(original);
    if (place && !this.#places.has(copy)) this.#places.set(copy, place);
    return copy;
  }

  /** Lets a value that is made for the sake of something in the file stand where that does. */
  stand<Value extends object>(
    made: Value,
    { position, path }: { position: SourcePosition; path: string },
  ): Value {
    this.#places.set(made, { self: position, members: new Map(), path });
    return made;
  }

  /** Of a value, or of a member of it; `undefined` for what does not come from the file. */
  of(value: unknown, member?: string): SourcePosition | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const place = this.#places.get(value);
    return (member === undefined ? undefined : place?.members.get(member)) ?? place?.self;
  }

  pathOf(value: unknown, member?: string): string | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const place = this.#places.get(value);
    if (!place || member === undefined) return place?.path;
    return place.path === '' ? member : `${place.path}.${member}`;
  }

  /** An error at a value or a member of it; `fallback` is where it belongs when it stands nowhere itself. */
  error(problem: string, value: unknown, member?: string, fallback?: Fallback): TemplateError {
    const position = this.of(value, member) ?? fallback?.position;
    return new TemplateError(problem, position, this.pathOf(value, member) ?? fallback?.path);
  }
}

export interface Fallback {
  position: SourcePosition;
  path: string;
}

/** A template that CloudFormation would refuse, or that asks for what is not supported here. */
export class TemplateError extends Error {
  override name = 'TemplateError';

  constructor(problem: string, position?: SourcePosition, path?: string) {
    const where = [position && `${position.file}:${position.line}`, path].filter((part) => part);
    super(where.length > 0 ? `${where.join(' ')}: ${problem}` : problem);
  }
}
