import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

/** True when the conditional write succeeds, false when its condition fails. */
export async function conditional(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
