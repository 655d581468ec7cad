import type { WireHandler } from '../../engine/wire.ts';
import type { AzureRuntime, AzureService } from '../service.ts';
import { Account, type AccountDefinition, type Database, type DatabaseDefinition } from './account.ts';
import type { Container, ContainerDefinition } from './container.ts';
import { CosmosError } from './errors.ts';
import { Gateway, hostSuffix } from './gateway.ts';

/** Names a container in an account. */
export interface ContainerPlace {
  account: string;
  database: string;
  container: string;
}

export interface CosmosOptions {
  /**
   * Whether a request without authorization is the owner's, and account keys count even where the account refuses
   * them. Only for a port that nothing but the person at this machine reaches.
   */
  trustAnonymous?: boolean;
}

/** Azure Cosmos DB for NoSQL. */
export interface Cosmos extends AzureService {
  /** Answers the person at this machine: as `handle` does with `trustAnonymous`. */
  handleOwner: WireHandler;
  accounts(): AccountDefinition[];
  createAccount(definition: AccountDefinition): Account;
  createDatabase(account: string, definition: DatabaseDefinition): Database;
  createContainer(account: string, database: string, definition: ContainerDefinition): Container;
  account(name: string): Account | undefined;
  /** A container, with its items and change feed (`changeFeed`, `onChange`). */
  container(place: ContainerPlace): Container | undefined;
  containers(): (ContainerPlace & { items: Container })[];
  /** Bytes of all items of an account. */
  storedBytes(account: string): number;
}

/**
 * Makes the service, without accounts. Request units are metered as `cosmos-db`, `request-units`, on the resource id
 * of the account. The `create` methods throw an `Error` that names what exists already or is missing.
 */
export function createCosmos(runtime: AzureRuntime, options: CosmosOptions = {}): Cosmos {
  const accounts = new Map<string, Account>();
  const gateway = new Gateway(runtime, accounts, options.trustAnonymous ?? false);
  const ownerGateway = new Gateway(runtime, accounts, true);
  const existing = (name: string): Account => {
    const account = accounts.get(name);
    if (account) return account;
    throw new Error(`There is no Cosmos DB account '${name}'. It must be created before its databases.`);
  };
  return {
    hosts: [hostSuffix],
    handle: (request) => gateway.handle(request),
    handleOwner: (request) => ownerGateway.handle(request),
    accounts: () => [...accounts.values()].map(({ definition }) => definition),
    createAccount(definition) {
      if (accounts.has(definition.name))
        throw new Error(`The Cosmos DB account '${definition.name}' exists already.`);
      const meter = (ru: number) => runtime.meter.add('cosmos-db', 'request-units', definition.id, ru);
      const account = new Account(definition, runtime.clock, meter);
      accounts.set(definition.name, account);
      return account;
    },
    createDatabase(account, definition) {
      return named(`database '${definition.name}' of '${account}'`, () =>
        existing(account).createDatabase(definition),
      );
    },
    createContainer(account, database, definition) {
      return named(`container '${definition.name}' of '${account}/${database}'`, () =>
        existing(account).createContainer(database, definition),
      );
    },
    account: (name) => accounts.get(name),
    container: ({ account, database, container }) =>
      accounts.get(account)?.databases.get(database)?.containers.get(container),
    containers: () => [...accounts.values()].flatMap(containersOf),
    storedBytes: (name) =>
      containersOf(existing(name)).reduce((sum, { items }) => sum + items.storedBytes, 0),
  };
}

function containersOf(account: Account) {
  return [...account.databases].flatMap(([database, { containers }]) =>
    [...containers].map(([container, items]) => ({
      account: account.definition.name,
      database,
      container,
      items,
    })),
  );
}

/** Rewords an answer of the service for who creates a resource from Terraform. */
function named<T>(what: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error;
    const why = error.status === 409 ? 'it exists already' : 'what should hold it does not exist';
    throw new Error(`The Cosmos DB ${what} cannot be created: ${why}.`, { cause: error });
  }
}
