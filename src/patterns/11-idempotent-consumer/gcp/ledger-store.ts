import {
  type CollectionReference,
  type DocumentSnapshot,
  type Firestore,
  Timestamp,
} from '@google-cloud/firestore';
import type { LedgerStore } from '../core.ts';

/** gRPC status of a transaction that lost against another one, after the client's own attempts. */
const aborted = 10;

/** Balances and marks in two Firestore collections, changed in one transaction. */
export function firestoreLedgerStore(
  database: Firestore,
  collections: { accounts: CollectionReference; inbox: CollectionReference },
): LedgerStore {
  const balanceOf = (account: DocumentSnapshot): number => account.get('balanceCents') ?? 0;
  return {
    async apply({ ledger, from, to, amountCents }, mark, mayOverdraw) {
      const markReference = collections.inbox.doc(`${ledger}:${mark.transferId}`);
      const [source, target] = [from, to].map((account) => collections.accounts.doc(`${ledger}:${account}`));
      if (!source || !target) throw new TypeError('A transfer has two accounts.');
      try {
        return await database.runTransaction(async (transaction) => {
          const [standing, payer, payee] = await transaction.getAll(markReference, source, target);
          if (!standing || !payer || !payee) throw new TypeError('Firestore answers every read.');
          if (standing.exists) return { kind: 'duplicate', payloadHash: String(standing.get('payloadHash')) };
          if (!mayOverdraw && balanceOf(payer) < amountCents) return { kind: 'insufficient-funds' };
          const account = { ledger, changedAt: mark.appliedAt };
          transaction.create(markReference, { ...mark, expiresAt: Timestamp.fromMillis(mark.expiresAtMs) });
          transaction.set(source, {
            ...account,
            account: from,
            balanceCents: balanceOf(payer) - amountCents,
          });
          transaction.set(target, { ...account, account: to, balanceCents: balanceOf(payee) + amountCents });
          return { kind: 'applied' };
        });
      } catch (error) {
        if ((error as { code?: unknown }).code === aborted) return { kind: 'conflict' };
        throw error;
      }
    },
  };
}
