/** True when the Cosmos DB call succeeds, false when it fails with one of these HTTP status codes. */
export async function unlessStatus(codes: readonly number[], call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (codes.includes(Number((error as { code?: unknown }).code))) return false;
    throw error;
  }
}
