import type { ResourceTypes } from '../../resource-type.ts';
import type { AwsScope } from '../service.ts';

export const budgetsResourceTypes: ResourceTypes<AwsScope, undefined> = {
  aws_budgets_budget: {
    attributes: (values, { partition, accountId }) => ({
      id: `${accountId}:${String(values.name)}`,
      arn: `arn:${partition}:budgets::${accountId}:budget/${String(values.name)}`,
      account_id: accountId,
      tags_all: values.tags ?? {},
    }),
    declaredOnly: 'a local run costs nothing',
  },
};
