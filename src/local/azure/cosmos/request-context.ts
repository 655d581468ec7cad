import type { WireRequest } from '../../engine/wire.ts';
import type { AzureRuntime } from '../service.ts';
import type { Account, Database } from './account.ts';
import { authorize, authorizeManagement, type Caller, type DataAction } from './authorization.ts';
import type { Container } from './container.ts';
import { badRequest, notImplemented, resourceNotFound } from './errors.ts';
import type { Json } from './sql/value.ts';

/** An answer before the headers that every answer has. */
export interface Reply {
  status: number;
  /** JSON, or empty. */
  text: string;
  requestUnits?: number;
  headers?: Record<string, string>;
}

/** One authenticated request. */
export class RequestContext {
  readonly request: WireRequest;
  readonly account: Account;
  readonly #caller: Caller;
  readonly #runtime: AzureRuntime;
  /** The container whose session token the answer carries. */
  container: Container | undefined;
  containerPath = '';

  constructor(request: WireRequest, account: Account, caller: Caller, runtime: AzureRuntime) {
    this.request = request;
    this.account = account;
    this.#caller = caller;
    this.#runtime = runtime;
  }

  get nowMs(): number {
    return this.#runtime.clock.now();
  }

  random(): number {
    return this.#runtime.random.next();
  }

  /** The value of a header; header names are in lower case. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** A header that is `True` or `true`. */
  flag(name: string): boolean {
    return this.header(name)?.toLowerCase() === 'true';
  }

  /** The body as JSON. Throws a 400. */
  json(): Json | undefined {
    const { body } = this.request;
    if (body.length === 0) return undefined;
    try {
      return JSON.parse(body.toString());
    } catch {
      throw badRequest('The request body is not valid JSON.');
    }
  }

  /** Throws a 403 unless the caller may do all of these on a database or container (`dbs/d/colls/c`). */
  authorize(actions: readonly DataAction[], path = this.containerPath): void {
    authorize(this.#runtime, this.account, this.#caller, actions, path);
  }

  /** Throws a 403 for callers that may not create, change or delete databases and containers. */
  authorizeManagement(): void {
    authorizeManagement(this.account, this.#caller, this.request);
  }

  database(name: string): Database {
    const database = this.account.databases.get(name);
    if (!database) throw resourceNotFound(false);
    return database;
  }

  /** Finds the container of the path, after `check` has seen what it would be called. Throws a 404. */
  useContainer(databaseName: string, containerName: string, actions: readonly DataAction[]): Container {
    this.containerPath = `dbs/${databaseName}/colls/${containerName}`;
    this.authorize(actions);
    const container = this.account.databases.get(databaseName)?.containers.get(containerName);
    if (!container) throw resourceNotFound(true);
    this.container = container;
    return container;
  }

  methodNotSupported(what: string): never {
    throw notImplemented(`${this.request.method} on ${what}`);
  }
}
