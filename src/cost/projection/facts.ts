import { type StackResource, type StackValue, Unknown } from '../../terraform/stack.ts';

/** The attributes of a resource, read one by one; what is unknown or absent is the default. */
export class Facts {
  readonly address: string;
  readonly type: string;
  readonly #values: Record<string, StackValue>;

  constructor(resource: Pick<StackResource, 'address' | 'type' | 'values'>) {
    this.address = resource.address;
    this.type = resource.type;
    this.#values = resource.values;
  }

  value(name: string): StackValue | undefined {
    return this.#values[name];
  }

  /** A number, also one that is written as text. */
  number(name: string, otherwise: number): number {
    const value = this.#values[name];
    if (typeof value !== 'number' && typeof value !== 'string') return otherwise;
    const number = Number(value);
    return value === '' || Number.isNaN(number) ? otherwise : number;
  }

  text(name: string, otherwise: string): string {
    const value = this.#values[name];
    return typeof value === 'string' ? value : otherwise;
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.#values[name];
    return typeof value === 'boolean' ? value : otherwise;
  }

  list(name: string): StackValue[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value : [];
  }

  /** The nested blocks of a name. */
  blocks(name: string): Facts[] {
    return this.list(name).flatMap((value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown)
        ? [new Facts({ address: this.address, type: this.type, values: value })]
        : [],
    );
  }

  /** The first nested block of a name. */
  block(name: string): Facts | undefined {
    return this.blocks(name)[0];
  }
}
