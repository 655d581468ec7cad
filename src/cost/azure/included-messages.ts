import type { Month } from '../arithmetic.ts';
import { startedUnits } from '../arithmetic.ts';
import type { Decimal } from '../decimal.ts';

/**
 * Messages of SignalR Service and Web PubSub that are charged: outbound data counts in messages of 2 KB, and each
 * unit brings 1,000,000 a day, spread evenly over the month.
 * https://learn.microsoft.com/azure/azure-web-pubsub/concept-billing-model
 */
export function messagesBeyondUnits(
  outboundMessages: Decimal,
  messageKb: Decimal,
  units: Decimal,
  month: Month,
): Decimal {
  const included = units.times(month.days).times(1_000_000);
  return outboundMessages.times(startedUnits(messageKb, 2)).minus(included).max(0);
}
