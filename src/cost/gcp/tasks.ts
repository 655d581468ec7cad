import { startedUnits } from '../arithmetic.ts';
import { amount, defineService, use } from '../service.ts';

/** Cloud Tasks. */
export const tasks = defineService({
  cloud: 'gcp',
  service: 'tasks',
  title: 'Cloud Tasks',
  page: 'https://cloud.google.com/tasks/pricing',
  inputs: {
    operations: amount('operations', 'API calls and push attempts; a list of 25 tasks is 25'),
    taskKb: amount('KB', 'average size of a task, in units of 32 KB'),
  },
  usages: ({ operations, taskKb }) => [
    use('Operations', 'operations', operations.times(startedUnits(taskKb, 32))),
  ],
});
