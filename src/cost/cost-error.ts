/** Something in the user's quantities can't be priced; the message says what, where, and what is possible instead. */
export class CostError extends Error {
  override name = 'CostError';
}

/** The call itself names what does not exist: a service, a region. */
export class UnknownNameError extends CostError {}
