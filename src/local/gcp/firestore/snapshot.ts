import type { Context, Permission } from './access.ts';
import type { Database } from './database.ts';
import type { WireTransactionOptions } from './messages.ts';
import { type Micros, microsOf } from './micros.ts';
import type { Transaction } from './transaction.ts';
import type { Timestamp } from './value.ts';

/** How a read request says what point in time it wants: at most one of these. */
export interface ConsistencySelector {
  transaction?: Uint8Array | undefined;
  newTransaction?: WireTransactionOptions | undefined;
  readTime?: Timestamp | undefined;
}

/** The point in time that a read sees. */
export interface Snapshot {
  /** `undefined`: the present. */
  at: Micros | undefined;
  /** What the answer gives as its read time. */
  readTime: Micros;
  transaction: Transaction | undefined;
  /** The token of a transaction that the request began. */
  newToken: Buffer | undefined;
}

/** Beginning a transaction, also along with a read, needs a permission of its own. */
export const snapshotPermissions = ({ newTransaction }: ConsistencySelector): Permission[] =>
  newTransaction ? ['datastore.databases.get'] : [];

/** @throws INVALID_ARGUMENT, FAILED_PRECONDITION for a transaction or time that can not be read */
export function openSnapshot(context: Context, database: Database, request: ConsistencySelector): Snapshot {
  if (request.newTransaction) {
    const transaction = context.transactions.begin(database, request.newTransaction);
    return inTransaction(transaction, transaction.token);
  }
  if (request.transaction && request.transaction.length > 0) {
    return inTransaction(context.transactions.get(request.transaction, database), undefined);
  }
  if (request.readTime) {
    const at = microsOf(request.readTime);
    database.checkReadTime(at);
    return { at, readTime: at, transaction: undefined, newToken: undefined };
  }
  return { at: undefined, readTime: database.readTime(), transaction: undefined, newToken: undefined };
}

const inTransaction = (transaction: Transaction, newToken: Buffer | undefined): Snapshot => ({
  at: transaction.readTime,
  readTime: transaction.readTime,
  transaction,
  newToken,
});
