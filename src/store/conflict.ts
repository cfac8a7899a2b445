/** Whether a statement failed because another one was quicker: it broke a unique constraint, or locked in circles. */

/** True for an error of the driver that says so, however deep it is wrapped. */
export function isConflict(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: unknown };
  return code === '23505' || code === '40P01' || (cause !== undefined && isConflict(cause));
}
