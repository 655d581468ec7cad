import { createHash } from 'node:crypto';
import type { ProviderRequest, StackValues } from '../stack.ts';

/** `terraform_data` gives back its input. Its id, random in Terraform, is made from the address here. */
export function terraformData({ address, values }: Pick<ProviderRequest, 'address' | 'values'>): StackValues {
  const digest = createHash('sha256').update(address).digest('hex');
  const id = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
  ];
  return { id: [...id, digest.slice(20, 32)].join('-'), output: values.input ?? null };
}
