import { charged, defineService } from '../service.ts';

/** Azure Logic Apps, Consumption. */
export const logicapps = defineService({
  cloud: 'azure',
  service: 'logicapps',
  title: 'Azure Logic Apps',
  page: 'https://azure.microsoft.com/pricing/details/logic-apps/',
  inputs: {
    builtInActions: charged(
      'builtin_action',
      'Built-in actions',
      'actions',
      'triggers and actions that are built in',
    ),
    standardConnectorCalls: charged(
      'standard_connector',
      'Standard connectors',
      'calls',
      'calls of standard connectors',
    ),
    enterpriseConnectorCalls: charged(
      'enterprise_connector',
      'Enterprise connectors',
      'calls',
      'calls of enterprise connectors',
    ),
    retainedGbMonths: charged('retention', 'Retention', 'GB-months', 'run history kept'),
  },
});
