export type { Account, AccountDefinition, AccountKeys, Database, DatabaseDefinition } from './account.ts';
export type {
  ChangeFeedPage,
  ChangeFeedRequest,
  Container,
  ContainerDefinition,
  ItemScope,
} from './container.ts';
export { type ContainerPlace, type Cosmos, type CosmosOptions, createCosmos } from './cosmos.ts';
export type { StoredItem } from './item.ts';
export { cosmosResourceTypes } from './terraform.ts';
