import type { AwsRuntime } from '../service.ts';
import type { ConsumedUnits } from './capacity.ts';
import { totalUnits } from './capacity.ts';
import type { StreamRecord } from './change-stream.ts';
import { tableNotFound } from './errors.ts';
import type { Table, TableEvents } from './table.ts';
import type { Direction } from './throughput-limit.ts';

export interface StoreOptions {
  /** From the second in an item's time-to-live attribute to its deletion, in milliseconds. */
  timeToLiveLagMs: number;
}

type RecordListener = (record: StreamRecord) => void;

/** The tables of one account and region, and what every operation on them needs. */
export class Store implements TableEvents {
  readonly runtime: AwsRuntime;
  readonly options: StoreOptions;
  /** By name. */
  readonly tables = new Map<string, Table>();
  readonly #arnPrefix: string;
  readonly #listeners = new Map<string, Set<RecordListener>>();

  constructor(runtime: AwsRuntime, options: StoreOptions) {
    this.runtime = runtime;
    this.options = options;
    this.#arnPrefix = `arn:${runtime.partition}:dynamodb:${runtime.region}:${runtime.accountId}:table/`;
  }

  tableArn(name: string): string {
    return this.#arnPrefix + name;
  }

  /** The table's name, from its name or its ARN. */
  tableName(nameOrArn: string): string {
    return nameOrArn.startsWith(this.#arnPrefix) ? nameOrArn.slice(this.#arnPrefix.length) : nameOrArn;
  }

  find(nameOrArn: string): Table | undefined {
    return this.tables.get(nameOrArn) ?? this.tables.get(this.tableName(nameOrArn));
  }

  /** Throws ResourceNotFoundException. */
  table(nameOrArn: string): Table {
    const table = this.find(nameOrArn);
    if (!table) throw tableNotFound();
    return table;
  }

  /** Takes the units from the table's capacity and meters them; throws when they are not to be had. */
  charge(table: Table, direction: Direction, units: ConsumedUnits): void {
    table.take(direction, units);
    this.meter(table, direction, units);
  }

  /** On-demand use is counted in request units, provisioned use in capacity units. */
  meter(table: Table, direction: Direction, units: ConsumedUnits): void {
    const kind = table.limit.mode === 'PROVISIONED' ? 'capacity' : 'request';
    const unit = `${direction}-${kind}-units`;
    this.runtime.meter.add('dynamodb', unit, table.arn, totalUnits(units));
  }

  /** Calls `listener` with every later stream record of the table. Returns its undo. */
  onChange(tableName: string, listener: RecordListener): () => void {
    const listeners = this.#listeners.get(tableName) ?? new Set();
    this.#listeners.set(tableName, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  onRecord(table: Table, record: StreamRecord): void {
    for (const listener of this.#listeners.get(table.name) ?? []) listener(record);
  }
}
