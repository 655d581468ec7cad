import type { Clock } from '../../engine/clock.ts';
import { Container, type ContainerDefinition } from './container.ts';
import { conflict, resourceNotFound } from './errors.ts';
import { containerRid, databaseRid } from './resource-id.ts';
import {
  defaultRuPerSecond,
  RequestUnitBudget,
  ruPerSecondOf,
  serverlessRuPerSecond,
  type Throughput,
} from './throughput.ts';

export interface AccountKeys {
  primary: string;
  secondary: string;
  primaryReadonly: string;
  secondaryReadonly: string;
}

export interface AccountDefinition {
  name: string;
  /** Full Azure resource id. */
  id: string;
  /** `West Europe` */
  location: string;
  serverless: boolean;
  /** Whether the account keys are accepted. */
  localAuthenticationEnabled: boolean;
  keys: AccountKeys;
  /** `Session` */
  consistencyLevel: string;
}

export interface DatabaseDefinition {
  name: string;
  /** Throughput that its containers share. */
  throughput?: Throughput;
}

/** A database with its containers. */
export class Database {
  readonly definition: DatabaseDefinition;
  readonly rid: string;
  readonly createdAtSeconds: number;
  readonly containers = new Map<string, Container>();
  readonly sharedBudget: RequestUnitBudget | undefined;
  /** Containers made so far, also those deleted since: a `_rid` is never used again. */
  containerCount = 0;
  readonly number: number;

  constructor(definition: DatabaseDefinition, number: number, nowMs: number) {
    this.definition = definition;
    this.number = number;
    this.rid = databaseRid(number);
    this.createdAtSeconds = Math.floor(nowMs / 1000);
    this.sharedBudget =
      definition.throughput && new RequestUnitBudget(ruPerSecondOf(definition.throughput), nowMs);
  }
}

/** A Cosmos DB account with its databases. */
export class Account {
  readonly definition: AccountDefinition;
  readonly databases = new Map<string, Database>();
  readonly #clock: Clock;
  readonly #meter: (ru: number) => void;
  #databaseCount = 0;

  constructor(definition: AccountDefinition, clock: Clock, meter: (ru: number) => void) {
    this.definition = definition;
    this.#clock = clock;
    this.#meter = meter;
  }

  /** Throws a 409 when there is one of that name. */
  createDatabase(definition: DatabaseDefinition): Database {
    if (this.databases.has(definition.name))
      throw conflict('Resource with specified id or name already exists.');
    const database = new Database(definition, ++this.#databaseCount, this.#clock.now());
    this.databases.set(definition.name, database);
    return database;
  }

  /** Throws a 404 when there is no such database, a 409 when there is a container of that name. */
  createContainer(databaseName: string, definition: ContainerDefinition): Container {
    const database = this.databases.get(databaseName);
    if (!database) throw resourceNotFound(true);
    if (database.containers.has(definition.name)) {
      throw conflict('Resource with specified id or name already exists.');
    }
    const rid = containerRid(database.number, ++database.containerCount);
    const container = new Container({
      definition,
      rid,
      self: `dbs/${database.rid}/colls/${rid}/`,
      clock: this.#clock,
      budget: this.#budgetOf(database, definition),
      meter: this.#meter,
    });
    database.containers.set(definition.name, container);
    return container;
  }

  #budgetOf(database: Database, { throughput }: ContainerDefinition): RequestUnitBudget {
    const nowMs = this.#clock.now();
    if (this.definition.serverless) return new RequestUnitBudget(serverlessRuPerSecond, nowMs);
    if (throughput) return new RequestUnitBudget(ruPerSecondOf(throughput), nowMs);
    return database.sharedBudget ?? new RequestUnitBudget(defaultRuPerSecond, nowMs);
  }
}
