import { type AttributeValue, attributeOf, type Item } from '../attribute-value.ts';

/** A document path: attribute and map member names, and list positions. `a.b[3]` is `['a', 'b', 3]`. */
export type Path = readonly [string, ...(string | number)[]];

export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value = attributeOf(item, path[0]);
  for (let index = 1; index < path.length && value !== undefined; index++) {
    const step = path[index];
    if (typeof step === 'number') value = 'L' in value ? value.L[step] : undefined;
    else if (step !== undefined) value = 'M' in value ? attributeOf(value.M, step) : undefined;
  }
  return value;
}

export function pathText(path: Path): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

/** Two paths that cannot stand in one expression, and why. */
export type PathClash = 'overlap' | 'conflict';

/** `a` and `a.b` overlap; `a.b` and `a[0]` conflict. */
export function clashOf(a: Path, b: Path): PathClash | undefined {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    if (typeof a[index] !== typeof b[index]) return 'conflict';
    if (a[index] !== b[index]) return undefined;
  }
  return 'overlap';
}

interface Branch {
  whole: boolean;
  members: Map<string | number, Branch>;
}

/** A set of paths, ready to cut an item down to them. */
export class Projection {
  readonly paths: readonly Path[];
  readonly #root: Branch = { whole: false, members: new Map() };

  constructor(paths: readonly Path[]) {
    this.paths = paths;
    for (const path of paths) {
      let branch = this.#root;
      for (const step of path) {
        const member: Branch = branch.members.get(step) ?? { whole: false, members: new Map() };
        branch.members.set(step, member);
        branch = member;
      }
      branch.whole = true;
    }
  }

  /** The parts of the item at the paths, with the structure around them; list elements move together. */
  of(item: Item): Item {
    return cutMap(item, this.#root);
  }
}

function cut(value: AttributeValue, branch: Branch): AttributeValue | undefined {
  if (branch.whole) return value;
  if ('M' in value) {
    const members = cutMap(value.M, branch);
    return Object.keys(members).length > 0 ? { M: members } : undefined;
  }
  if ('L' in value) {
    const elements = value.L.flatMap((element, index) => {
      const member = branch.members.get(index);
      const kept = member && cut(element, member);
      return kept ? [kept] : [];
    });
    return elements.length > 0 ? { L: elements } : undefined;
  }
  return undefined;
}

function cutMap(item: Item, branch: Branch): Item {
  const kept: [string, AttributeValue][] = [];
  for (const [step, member] of branch.members) {
    const value = typeof step === 'string' ? attributeOf(item, step) : undefined;
    const part = value && cut(value, member);
    if (part && typeof step === 'string') kept.push([step, part]);
  }
  return Object.fromEntries(kept);
}
