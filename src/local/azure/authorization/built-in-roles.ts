/**
 * Built-in roles of Azure, as far as serverless stacks assign them.
 *
 * Definitions as of July 2026, from https://learn.microsoft.com/azure/role-based-access-control/built-in-roles and
 * the pages of its categories (privileged, general, storage, integration, security, databases, analytics, monitor,
 * web and mobile). Roles without data actions, or without actions, leave the list out.
 */
export interface RolePermissions {
  actions?: readonly string[];
  notActions?: readonly string[];
  dataActions?: readonly string[];
  notDataActions?: readonly string[];
}

export interface BuiltInRole extends RolePermissions {
  name: string;
  /** The last segment of the role definition's id, the same in every tenant. */
  guid: string;
}

const blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const queues = 'Microsoft.Storage/storageAccounts/queueServices/queues';
const tables = 'Microsoft.Storage/storageAccounts/tableServices/tables';
const blobDelegationKey = 'Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action';
const serviceBusReads = [
  'Microsoft.ServiceBus/*/queues/read',
  'Microsoft.ServiceBus/*/topics/read',
  'Microsoft.ServiceBus/*/topics/subscriptions/read',
];
const readRoles = 'Microsoft.Authorization/*/read';
const readResourceGroups = 'Microsoft.Resources/subscriptions/resourceGroups/read';
const deployments = 'Microsoft.Resources/deployments/*';
const alertRules = 'Microsoft.Insights/alertRules/*';
const support = 'Microsoft.Support/*';
const keyVaultManagement = [
  readRoles,
  alertRules,
  deployments,
  readResourceGroups,
  support,
  'Microsoft.KeyVault/checkNameAvailability/read',
  'Microsoft.KeyVault/deletedVaults/read',
  'Microsoft.KeyVault/locations/*/read',
  'Microsoft.KeyVault/vaults/*/read',
  'Microsoft.KeyVault/operations/read',
];

export const builtInRoles: readonly BuiltInRole[] = [
  { name: 'Owner', guid: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', actions: ['*'] },
  {
    name: 'Contributor',
    guid: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    actions: ['*'],
    notActions: [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
      'Microsoft.Blueprint/blueprintAssignments/write',
      'Microsoft.Blueprint/blueprintAssignments/delete',
      'Microsoft.Compute/galleries/share/action',
      'Microsoft.Purview/consents/write',
      'Microsoft.Purview/consents/delete',
      'Microsoft.Resources/deploymentStacks/manageDenySetting/action',
      'Microsoft.Subscription/cancel/action',
      'Microsoft.Subscription/enable/action',
    ],
  },
  { name: 'Reader', guid: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', actions: ['*/read'] },
  {
    name: 'Storage Account Contributor',
    guid: '17d1049b-9a84-46fb-8f53-869881c3d3ab',
    actions: [
      readRoles,
      alertRules,
      'Microsoft.Insights/diagnosticSettings/*',
      'Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action',
      'Microsoft.ResourceHealth/availabilityStatuses/read',
      deployments,
      readResourceGroups,
      'Microsoft.Storage/storageAccounts/*',
      support,
    ],
  },
  {
    name: 'Storage Blob Data Owner',
    guid: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
    actions: [`${blobs}/*`, blobDelegationKey],
    dataActions: [`${blobs}/blobs/*`],
  },
  {
    name: 'Storage Blob Data Contributor',
    guid: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    actions: [`${blobs}/delete`, `${blobs}/read`, `${blobs}/write`, blobDelegationKey],
    dataActions: [
      `${blobs}/blobs/delete`,
      `${blobs}/blobs/read`,
      `${blobs}/blobs/write`,
      `${blobs}/blobs/move/action`,
      `${blobs}/blobs/add/action`,
    ],
  },
  {
    name: 'Storage Blob Data Reader',
    guid: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
    actions: [`${blobs}/read`, blobDelegationKey],
    dataActions: [`${blobs}/blobs/read`],
  },
  {
    name: 'Storage Blob Delegator',
    guid: 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a',
    actions: [blobDelegationKey],
  },
  {
    name: 'Storage Queue Data Contributor',
    guid: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
    actions: [`${queues}/delete`, `${queues}/read`, `${queues}/write`],
    dataActions: [
      `${queues}/messages/delete`,
      `${queues}/messages/read`,
      `${queues}/messages/write`,
      `${queues}/messages/process/action`,
    ],
  },
  {
    name: 'Storage Queue Data Message Processor',
    guid: '8a0f0c08-91a1-4084-bc3d-661d67233fed',
    dataActions: [`${queues}/messages/read`, `${queues}/messages/process/action`],
  },
  {
    name: 'Storage Queue Data Message Sender',
    guid: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
    dataActions: [`${queues}/messages/add/action`],
  },
  {
    name: 'Storage Queue Data Reader',
    guid: '19e7f393-937e-4f77-808e-94535e297925',
    actions: [`${queues}/read`],
    dataActions: [`${queues}/messages/read`],
  },
  {
    name: 'Storage Table Data Contributor',
    guid: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
    actions: [`${tables}/read`, `${tables}/write`, `${tables}/delete`],
    dataActions: [
      `${tables}/entities/read`,
      `${tables}/entities/write`,
      `${tables}/entities/delete`,
      `${tables}/entities/add/action`,
      `${tables}/entities/update/action`,
    ],
  },
  {
    name: 'Storage Table Data Reader',
    guid: '76199698-9eea-4c19-bc75-cec21354c6b6',
    actions: [`${tables}/read`],
    dataActions: [`${tables}/entities/read`],
  },
  {
    name: 'Key Vault Secrets Officer',
    guid: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
    actions: keyVaultManagement,
    dataActions: ['Microsoft.KeyVault/vaults/secrets/*'],
  },
  {
    name: 'Key Vault Secrets User',
    guid: '4633458b-17de-408a-b874-0445c86b69e6',
    dataActions: [
      'Microsoft.KeyVault/vaults/secrets/getSecret/action',
      'Microsoft.KeyVault/vaults/secrets/readMetadata/action',
    ],
  },
  {
    name: 'Azure Service Bus Data Owner',
    guid: '090c5cfd-751d-490a-894a-3ce6f1109419',
    actions: ['Microsoft.ServiceBus/*'],
    dataActions: ['Microsoft.ServiceBus/*'],
  },
  {
    name: 'Azure Service Bus Data Receiver',
    guid: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
    actions: serviceBusReads,
    dataActions: ['Microsoft.ServiceBus/*/receive/action'],
  },
  {
    name: 'Azure Service Bus Data Sender',
    guid: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
    actions: serviceBusReads,
    dataActions: ['Microsoft.ServiceBus/*/send/action'],
  },
  {
    name: 'Azure Event Hubs Data Owner',
    guid: 'f526a384-b230-433a-b45c-95f59c4a2dec',
    actions: ['Microsoft.EventHub/*'],
    dataActions: ['Microsoft.EventHub/*'],
  },
  {
    name: 'Azure Event Hubs Data Receiver',
    guid: 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
    actions: ['Microsoft.EventHub/*/eventhubs/consumergroups/read'],
    dataActions: ['Microsoft.EventHub/*/receive/action'],
  },
  {
    name: 'Azure Event Hubs Data Sender',
    guid: '2b629674-e913-4c01-ae53-ef4638d8f975',
    actions: ['Microsoft.EventHub/*/eventhubs/read'],
    dataActions: ['Microsoft.EventHub/*/send/action'],
  },
  {
    name: 'EventGrid Data Sender',
    guid: 'd5a91429-5739-47e2-a06b-3470a27159e7',
    actions: [
      readRoles,
      'Microsoft.EventGrid/topics/read',
      'Microsoft.EventGrid/domains/read',
      'Microsoft.EventGrid/partnerNamespaces/read',
      readResourceGroups,
      'Microsoft.EventGrid/namespaces/read',
    ],
    dataActions: ['Microsoft.EventGrid/events/send/action'],
  },
  {
    name: 'Monitoring Metrics Publisher',
    guid: '3913510d-42f4-4e42-8a64-420c390055eb',
    actions: ['Microsoft.Insights/Register/Action', support, readResourceGroups],
    dataActions: ['Microsoft.Insights/Metrics/Write', 'Microsoft.Insights/Telemetry/Write'],
  },
  {
    name: 'Cosmos DB Account Reader Role',
    guid: 'fbdf93bf-df7d-467e-a4d2-9458aa1360c8',
    actions: [
      readRoles,
      'Microsoft.DocumentDB/*/read',
      'Microsoft.DocumentDB/databaseAccounts/readonlykeys/action',
      'Microsoft.Insights/MetricDefinitions/read',
      'Microsoft.Insights/Metrics/read',
      readResourceGroups,
      support,
    ],
  },
  {
    name: 'DocumentDB Account Contributor',
    guid: '5bd9cd88-fe45-4216-938b-f97437e15450',
    actions: [
      readRoles,
      'Microsoft.DocumentDb/databaseAccounts/*',
      alertRules,
      'Microsoft.ResourceHealth/availabilityStatuses/read',
      deployments,
      readResourceGroups,
      support,
      'Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action',
    ],
  },
  {
    name: 'App Configuration Data Owner',
    guid: '5ae67dd6-50cb-40e7-96ff-dc2bfa4b606b',
    dataActions: ['read', 'write', 'delete', 'action'].map(
      (verb) => `Microsoft.AppConfiguration/configurationStores/*/${verb}`,
    ),
  },
  {
    name: 'App Configuration Data Reader',
    guid: '516239f1-63e1-4d78-a4de-a74fb236a071',
    dataActions: ['Microsoft.AppConfiguration/configurationStores/*/read'],
  },
  {
    // Described as the role for all data access: https://learn.microsoft.com/azure/durable-task-scheduler/durable-task-scheduler-identity
    name: 'Durable Task Data Contributor',
    guid: '0ad04412-c4d5-4796-b79c-f76d14c8d402',
    dataActions: ['Microsoft.DurableTask/schedulers/taskhubs/*'],
  },
  {
    name: 'SignalR Service Owner',
    guid: '7e4f1700-ea5a-4f59-8f37-079cfe29dce3',
    dataActions: ['Microsoft.SignalRService/SignalR/*'],
  },
  {
    // Full access to the REST APIs: https://learn.microsoft.com/azure/azure-web-pubsub/concept-azure-ad-authorization
    name: 'Web PubSub Service Owner',
    guid: '12cf5a90-567b-43ae-8102-96cf46c7d9b4',
    dataActions: ['Microsoft.SignalRService/WebPubSub/*'],
  },
];

const cosmosAccount = 'Microsoft.DocumentDB/databaseAccounts';

/**
 * The roles that every Cosmos DB account brings along, by the last segment of their id.
 * https://learn.microsoft.com/azure/cosmos-db/reference-data-plane-security
 */
export const cosmosBuiltInRoles: readonly BuiltInRole[] = [
  {
    name: 'Cosmos DB Built-in Data Reader',
    guid: '00000000-0000-0000-0000-000000000001',
    dataActions: [
      `${cosmosAccount}/readMetadata`,
      `${cosmosAccount}/sqlDatabases/containers/items/read`,
      `${cosmosAccount}/sqlDatabases/containers/executeQuery`,
      `${cosmosAccount}/sqlDatabases/containers/readChangeFeed`,
    ],
  },
  {
    name: 'Cosmos DB Built-in Data Contributor',
    guid: '00000000-0000-0000-0000-000000000002',
    dataActions: [
      `${cosmosAccount}/readMetadata`,
      `${cosmosAccount}/sqlDatabases/containers/*`,
      `${cosmosAccount}/sqlDatabases/containers/items/*`,
    ],
  },
];
