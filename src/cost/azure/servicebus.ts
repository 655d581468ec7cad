import { startedUnits } from '../arithmetic.ts';
import { Decimal } from '../decimal.ts';
import { amount, defineService, optionalAmount, use } from '../service.ts';

/** Azure Service Bus, Basic and Standard. */
export const servicebus = defineService({
  cloud: 'azure',
  service: 'servicebus',
  title: 'Azure Service Bus',
  page: 'https://azure.microsoft.com/pricing/details/service-bus/',
  inputs: {
    basicOperations: amount('operations', 'operations on the Basic tier'),
    standardOperations: amount(
      'operations',
      'operations on the Standard tier; 13 million belong to the base fee',
    ),
    operationKb: amount('KB', 'average size of an operation, in units of 64 KB'),
    standardBaseFees: optionalAmount(
      'months',
      'Standard base fees, one per subscription and month',
      '1 when there are standardOperations, else 0',
    ),
  },
  usages({ basicOperations, standardOperations, operationKb, standardBaseFees }) {
    const unitsPerOperation = startedUnits(operationKb, 64);
    const baseFees = standardBaseFees ?? Decimal.of(standardOperations.isZero() ? 0 : 1);
    return [
      use('Basic operations', 'basic_ops', basicOperations.times(unitsPerOperation)),
      use('Standard base fee', 'standard_base', baseFees),
      use('Standard operations', 'standard_ops', standardOperations.times(unitsPerOperation)),
    ];
  },
});
