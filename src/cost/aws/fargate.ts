import { amount, choice, defineService, optionalAmount, use } from '../service.ts';

/** AWS Fargate: containers of Amazon ECS, on Linux. */
export const fargate = defineService({
  cloud: 'aws',
  service: 'fargate',
  title: 'AWS Fargate',
  page: 'https://aws.amazon.com/fargate/pricing/',
  inputs: {
    tasks: amount('tasks', 'tasks that run at the same time'),
    vcpu: amount('vCPU', 'vCPU of a task', { default: 0.25 }),
    memoryGb: amount('GB', 'memory of a task', { default: 0.5 }),
    architecture: choice(['x86', 'arm64'], 'instruction set'),
    hours: optionalAmount('hours', 'how long they run', 'the whole month'),
  },
  usages({ tasks, vcpu, memoryGb, architecture, hours }, month) {
    const taskHours = tasks.times(hours ?? month.hours);
    return [
      use(`vCPU (${architecture})`, `vcpu_hour_${architecture}`, taskHours.times(vcpu)),
      use(`Memory (${architecture})`, `memory_hour_${architecture}`, taskHours.times(memoryGb)),
    ];
  },
});
