import { amount, defineService, use } from '../service.ts';

/** Azure Container Apps, Consumption plan: what active replicas use. */
export const containerapps = defineService({
  cloud: 'azure',
  service: 'containerapps',
  title: 'Azure Container Apps',
  page: 'https://azure.microsoft.com/pricing/details/container-apps/',
  inputs: {
    activeSeconds: amount('seconds', 'time that replicas are active, all replicas together'),
    vcpu: amount('vCPU', 'vCPU of a replica', { default: 0.5 }),
    memoryGib: amount('GiB', 'memory of a replica', { default: 1 }),
  },
  usages: ({ activeSeconds, vcpu, memoryGib }) => [
    use('vCPU', 'vcpu_active', activeSeconds.times(vcpu)),
    use('Memory', 'memory_active', activeSeconds.times(memoryGib)),
  ],
});
