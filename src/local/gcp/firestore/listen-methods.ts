/** `Listen`: documents and query results followed as they change. */
import { duplex, type GrpcCall, GrpcError, type GrpcMethod, type GrpcStream } from '../grpc-server.ts';
import { authorizedDatabase, bill, type Context, wireDocument } from './access.ts';
import type { Database, StoredDocument } from './database.ts';
import { checkIndex } from './index-check.ts';
import { listenRequest, listenResponse, type WireTarget } from './messages.ts';
import { type Micros, timestampOf } from './micros.ts';
import { parseQuery } from './query.ts';
import { queryPermissions } from './query-methods.ts';
import { runQuery } from './query-run.ts';
import { checkedDatabase, documentName, parseDocumentName, parseParentName } from './resource-name.ts';

type Response = Parameters<typeof listenResponse.encode>[0];

/** `TargetChange.TargetChangeType` */
const noChange = 0;
const added = 1;
const removed = 2;
const current = 3;

interface ListenTarget {
  id: number;
  once: boolean;
  /** The documents that the target selects now, by path. */
  select(): Map<string, StoredDocument>;
  /** Paths to report as absent when the target does not select them at its start. */
  named: readonly string[];
  sent: Map<string, Micros>;
}

export function listenMethods(context: Context): Record<string, GrpcMethod> {
  return {
    Listen: duplex(listenRequest, listenResponse, (stream, call) => {
      let listener: Listener | undefined;
      return {
        message(request) {
          if (!listener) {
            const name = checkedDatabase(request.database);
            listener = new Listener(context, authorizedDatabase(context, call, name, []), stream, call);
          }
          if (request.addTarget) listener.add(request.addTarget);
          if (request.removeTarget !== undefined) listener.remove(request.removeTarget);
        },
        close: () => listener?.close(),
      };
    }),
  };
}

/** One stream with its targets: after each commit it sends what changed for them, then the time it stands at. */
class Listener {
  readonly #context: Context;
  readonly #database: Database;
  readonly #stream: GrpcStream<Response>;
  readonly #call: GrpcCall;
  readonly #targets = new Map<number, ListenTarget>();
  readonly #stopListening: () => void;

  constructor(context: Context, database: Database, stream: GrpcStream<Response>, call: GrpcCall) {
    this.#context = context;
    this.#database = database;
    this.#stream = stream;
    this.#call = call;
    this.#stopListening = database.onChange((changes) =>
      this.#follow(changes[0]?.time ?? database.readTime()),
    );
  }

  close(): void {
    this.#stopListening();
    this.#targets.clear();
  }

  add(wire: WireTarget): void {
    const database = this.#database;
    authorizedDatabase(this.#context, this.#call, database.name, queryPermissions);
    const target = this.#targetOf(wire);
    this.#stream.write({ targetChange: { targetChangeType: added, targetIds: [target.id] } });
    const readTime = database.readTime();
    // The client is sent the whole result, also when it resumes: it reconciles it with what it has.
    if (wire.resumeToken && wire.resumeToken.length > 0) {
      this.#stream.write({ targetChange: { targetChangeType: 4, targetIds: [target.id] } });
    }
    const sentCount = this.#update(target, readTime);
    bill(this.#context, database, 'document-reads', Math.max(1, sentCount));
    for (const path of target.named) {
      if (target.sent.has(path)) continue;
      this.#stream.write({
        documentDelete: {
          document: documentName(database.name, path),
          removedTargetIds: [target.id],
          readTime: timestampOf(readTime),
        },
      });
    }
    this.#stream.write({
      targetChange: { targetChangeType: current, targetIds: [target.id], ...this.#standing(readTime) },
    });
    this.#stream.write({ targetChange: { targetChangeType: noChange, ...this.#standing(readTime) } });
    if (target.once) this.remove(target.id);
    else this.#targets.set(target.id, target);
  }

  remove(id: number): void {
    this.#targets.delete(id);
    this.#stream.write({ targetChange: { targetChangeType: removed, targetIds: [id] } });
  }

  #follow(time: Micros): void {
    try {
      let sentCount = 0;
      for (const target of this.#targets.values()) sentCount += this.#update(target, time);
      if (this.#targets.size === 0) return;
      bill(this.#context, this.#database, 'document-reads', sentCount);
      this.#stream.write({ targetChange: { targetChangeType: noChange, ...this.#standing(time) } });
    } catch (error) {
      this.#stream.end(error);
    }
  }

  /** Sends the difference between what the target selects and what was sent. Returns how many documents it sent. */
  #update(target: ListenTarget, time: Micros): number {
    const selected = target.select();
    let sentCount = 0;
    for (const path of [...target.sent.keys()]) {
      if (selected.has(path)) continue;
      target.sent.delete(path);
      this.#sendRemoval(path, target.id, time);
    }
    for (const [path, document] of selected) {
      if (target.sent.get(path) === document.updateTime) continue;
      target.sent.set(path, document.updateTime);
      sentCount++;
      this.#stream.write({
        documentChange: { document: wireDocument(this.#database, document), targetIds: [target.id] },
      });
    }
    return sentCount;
  }

  #sendRemoval(path: string, targetId: number, time: Micros): void {
    const name = documentName(this.#database.name, path);
    const { collection, id } = parseDocumentName(name);
    const exists = this.#database.get(collection, id) !== undefined;
    const removal = { document: name, removedTargetIds: [targetId], readTime: timestampOf(time) };
    this.#stream.write(exists ? { documentRemove: removal } : { documentDelete: removal });
  }

  #standing(time: Micros) {
    const resumeToken = Buffer.alloc(8);
    resumeToken.writeDoubleBE(time);
    return { resumeToken, readTime: timestampOf(time) };
  }

  #targetOf(wire: WireTarget): ListenTarget {
    const database = this.#database;
    const id = wire.targetId || this.#targets.size + 1;
    const base = { id, once: wire.once, sent: new Map<string, Micros>() };
    if (wire.documents) {
      const paths = wire.documents.documents.map(parseDocumentName);
      const named = paths.map(({ collection, id }) => `${collection}/${id}`);
      const select = () => {
        const found = new Map<string, StoredDocument>();
        for (const { collection, id } of paths) {
          const document = database.get(collection, id);
          if (document) found.set(`${collection}/${id}`, document);
        }
        return found;
      };
      return { ...base, named, select };
    }
    if (!wire.query) throw new GrpcError('INVALID_ARGUMENT', 'A target needs documents or a query.');
    const query = parseQuery(parseParentName(wire.query.parent), wire.query.structuredQuery);
    checkIndex(database, query);
    const select = () => {
      const { documents } = runQuery(database, query);
      return new Map(documents.map((document) => [`${document.collection}/${document.id}`, document]));
    };
    return { ...base, named: [], select };
  }
}
