import { stableId } from '../../engine/stable-id.ts';
import type { ResourceTypes } from '../../resource-type.ts';
import type { GcpScope } from '../service.ts';

/** https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/billing_budget */
export const billingResourceTypes: ResourceTypes<GcpScope, undefined> = {
  google_billing_budget: {
    attributes(values, _scope, address) {
      const hex = stableId(address, 32, '0123456789abcdef');
      const id = [8, 12, 16, 20, 32].map((end, at, ends) => hex.slice(ends[at - 1] ?? 0, end)).join('-');
      const name = `billingAccounts/${String(values.billing_account)}/budgets/${id}`;
      return { id: name, name, ownership_scope: 'OWNERSHIP_SCOPE_UNSPECIFIED' };
    },
    declaredOnly: 'a local run costs nothing',
  },
};
