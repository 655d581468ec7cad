import * as z from 'zod';
import { Problem } from '../../middleware/http/problem.ts';

/** A stored item. `version` counts its changes and is what optimistic concurrency compares. */
export interface Item extends ItemFields {
  /** UUID */
  id: string;
  version: number;
  /** ISO 8601 */
  createdAt: string;
  updatedAt: string;
}

export interface ItemFields {
  name: string;
  /** In the shop's currency, at most two decimals. */
  price: number;
  description?: string | undefined;
}

export interface Page {
  items: Item[];
  /** Passed back as `nextToken` for the page after this one, which may turn out empty; absent on the last page. */
  nextToken?: string;
}

/** Where items are kept. Each write is atomic and conditional. */
export interface ItemStore {
  /** False when an item with this id stands already. */
  insert(item: Item): Promise<boolean>;
  get(id: string): Promise<Item | undefined>;
  /** One page in the order that every store has for free, that of its keys, from after `afterId` on. */
  list(page: { limit: number; afterId?: string }): Promise<{ items: Item[]; more: boolean }>;
  /** Replaces the item if it still has `expectedVersion`; false otherwise. */
  replace(item: Item, expectedVersion: number): Promise<boolean>;
  /** Removes the item if it still has `expectedVersion`; false otherwise. */
  remove(id: string, expectedVersion: number): Promise<boolean>;
}

export interface Ports {
  store: ItemStore;
  now: () => Date;
}

export interface ItemsApi {
  /** Stores a new item under `id`; repeating the call with the same id returns the item that stands there. */
  create(id: string, input: unknown): Promise<Item>;
  get(id: string): Promise<Item>;
  list(query: { limit?: string | undefined; nextToken?: string | undefined }): Promise<Page>;
  /** `ifMatch` is the entity tag of the version that the caller saw; without it the current one is replaced. */
  replace(id: string, input: unknown, ifMatch?: string): Promise<Item>;
  remove(id: string, ifMatch?: string): Promise<void>;
}

const maximumPrice = 1_000_000_000;
const text = (maximum: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maximum)
    .refine((value) => value.isWellFormed(), 'must not hold half of a surrogate pair');

const ItemInput = z.strictObject({
  name: text(200),
  price: z
    .number()
    .min(0)
    .max(maximumPrice)
    .refine(
      (price) => Math.abs(Math.round(price * 100) - price * 100) < 1e-3,
      'must have at most two decimals',
    ),
  description: text(2000).optional(),
});

const PageSize = z.coerce.number().int().min(1).max(100).default(20);
const Id = z.uuid();

export class InvalidItem extends Problem {
  override name = 'InvalidItem';
  constructor(error: z.ZodError) {
    super(400, 'Invalid Item', {
      detail: 'The item has invalid fields.',
      errors: error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    });
  }
}

export class ItemNotFound extends Problem {
  override name = 'ItemNotFound';
  constructor(id: string) {
    super(404, 'Item Not Found', {
      detail: `There is no item with the id ${JSON.stringify(id.slice(0, 64))}.`,
    });
  }
}

/** The item has another version than the caller saw, or changed while the request was under way. */
export class VersionConflict extends Problem {
  override name = 'VersionConflict';
  constructor(status: 409 | 412) {
    super(status, status === 412 ? 'Precondition Failed' : 'Conflict', {
      detail: 'The item was changed in the meantime. Read it again and repeat your change.',
    });
  }
}

export class InvalidPageToken extends Problem {
  override name = 'InvalidPageToken';
  constructor() {
    super(400, 'Invalid Page Token', { detail: 'Pass nextToken exactly as the previous page returned it.' });
  }
}

/** The items API, free of any cloud: validation, paging, and what each outcome means. */
export function itemsApi({ store, now }: Ports): ItemsApi {
  /** The item as the caller may change it now. */
  const current = async (id: string, ifMatch: string | undefined): Promise<Item> => {
    const item = Id.safeParse(id).success ? await store.get(id) : undefined;
    if (!item) throw new ItemNotFound(id);
    if (ifMatch !== undefined && !matches(ifMatch, item)) throw new VersionConflict(412);
    return item;
  };
  return {
    async create(id, input) {
      const fields = parseItem(input);
      const createdAt = now().toISOString();
      const item: Item = { id, ...fields, version: 1, createdAt, updatedAt: createdAt };
      if (await store.insert(item)) return item;
      const standing = await store.get(id);
      if (!standing) throw new VersionConflict(409);
      return standing;
    },
    get: (id) => current(id, undefined),
    async list({ limit, nextToken }) {
      const size = PageSize.safeParse(limit);
      if (!size.success) {
        throw new Problem(400, 'Invalid Page Size', {
          detail: 'limit must be a whole number from 1 to 100.',
        });
      }
      const { items, more } = await store.list({
        limit: size.data,
        ...(nextToken !== undefined && { afterId: idOfToken(nextToken) }),
      });
      const last = items.at(-1);
      return more && last ? { items, nextToken: tokenOfId(last.id) } : { items };
    },
    async replace(id, input, ifMatch) {
      const fields = parseItem(input);
      const item = await current(id, ifMatch);
      const next: Item = {
        id,
        ...fields,
        version: item.version + 1,
        createdAt: item.createdAt,
        updatedAt: now().toISOString(),
      };
      if (!(await store.replace(next, item.version)))
        throw new VersionConflict(ifMatch === undefined ? 409 : 412);
      return next;
    },
    async remove(id, ifMatch) {
      const item = await current(id, ifMatch);
      if (!(await store.remove(id, item.version)))
        throw new VersionConflict(ifMatch === undefined ? 409 : 412);
    },
  };
}

/** The entity tag of an item's version (RFC 9110, section 8.8.3). */
export function entityTag(item: Item): string {
  return `"${item.version}"`;
}

/** Whether an `If-Match` header (`*` or a list of entity tags) names the item's version. */
function matches(ifMatch: string, item: Item): boolean {
  return ifMatch.trim() === '*' || ifMatch.split(',').some((tag) => tag.trim() === entityTag(item));
}

/** Page tokens are opaque to callers, so that paging may change without breaking them. */
function tokenOfId(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function idOfToken(token: string): string {
  const id = Id.safeParse(Buffer.from(token, 'base64url').toString());
  if (!id.success) throw new InvalidPageToken();
  return id.data;
}

function parseItem(input: unknown): ItemFields {
  const parsed = ItemInput.safeParse(input);
  if (!parsed.success) throw new InvalidItem(parsed.error);
  return parsed.data;
}
