import { charged, defineService } from '../service.ts';

/** Storage of Durable Functions: the Durable Task Scheduler, or Azure Storage. Executions are billed by Functions. */
export const durable = defineService({
  cloud: 'azure',
  service: 'durable',
  title: 'Azure Durable Functions',
  page: 'https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-billing',
  inputs: {
    schedulerActions: charged(
      'task_scheduler_action',
      'Scheduler actions',
      'actions',
      'Durable Task Scheduler (Consumption): an orchestration of 3 activities has 7',
    ),
    storageTransactions: charged(
      'storage_transactions',
      'Storage transactions',
      'transactions',
      'transactions of the Azure Storage provider',
    ),
  },
});
