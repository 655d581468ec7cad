// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
import { invalid, unsupported } from './errors.ts';

const choices: Record<string, readonly string[]> = {
  ContentBasedDeduplication: ['true', 'false'],
  FifoThroughputScope: ['Topic', 'MessageGroup'],
  FifoTopic: ['true', 'false'],
  SignatureVersion: ['1', '2'],
  TracingConfig: ['PassThrough', 'Active'],
};
const fifoOnly = new Set(['ContentBasedDeduplication', 'FifoThroughputScope']);
const texts = new Set(['DisplayName', 'KmsMasterKeyId', 'Policy']);
/** How deliveries go to protocols that do not run locally, and what is logged of them. */
const ofOthers = /^(ArchivePolicy|DataProtectionPolicy|DeliveryPolicy|\w+Feedback(RoleArn|SampleRate))$/;

/** @throws AwsError InvalidParameter */
export function checkTopicAttributes(attributes: Record<string, string>, fifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (ofOthers.test(name)) throw unsupported(`the topic attribute ${name}`);
    const allowed = choices[name];
    if (allowed ? !allowed.includes(value) : !texts.has(name) && name !== 'MaximumMessageSize')
      throw invalid(allowed ? `${name} Reason: must be one of ${allowed.join(', ')}` : 'AttributeName');
    if (fifoOnly.has(name) && !fifo) throw invalid(`${name} Reason: only valid for FIFO topics`);
    if (name === 'MaximumMessageSize' && !(Number(value) >= 1024 && Number(value) <= 1_048_576))
      throw invalid('MaximumMessageSize Reason: must be from 1024 to 1048576');
  }
}
