import { createHash } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** What CloudFormation makes up looks random; here it follows from `seed`, so that two runs are alike. */
export function madeUpId(seed: string, length: number): string {
  const bytes = createHash('sha256').update(seed).digest();
  return Array.from({ length }, (_, index) => alphabet[(bytes[index] ?? 0) % alphabet.length]).join('');
}

/**
 * `stack-LogicalId-1A2B3C4D5E6F`; the stack's name gives way first when it is too long.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
 */
export function physicalName(stackName: string, logicalId: string, maximumLength: number): string {
  const suffix = madeUpId(`${stackName}/${logicalId}`, 12);
  const own = logicalId.slice(0, Math.max(1, maximumLength - suffix.length - 1 - 2));
  const room = maximumLength - suffix.length - own.length - 2;
  return `${stackName.slice(0, Math.max(1, room))}-${own}-${suffix}`;
}
