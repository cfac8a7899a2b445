/** The rules that inputs are held to, for plugin-zod: as strict as the providers' documentation allows. */

const said = <Rule>(rule: Rule, message: string) => [rule, { message }] as [Rule, { message: string }];

/** Order id of a static wallet: docs/providers.md 1.6.3. */
export const walletOrderId = {
  regex: said(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 letters, digits, hyphens or underscores'),
};

/** Address that a refund goes to: docs/providers.md 1.6.4. */
export const refundAddress = {
  regex: said(/^[A-Za-z0-9_-]{10,128}$/, 'must be 10 to 128 letters, digits, hyphens or underscores'),
};

/** Order id of a payout: providers differ, so only what none of them takes is refused here. */
export const payoutOrderId = {
  regex: said(/^[^\p{Cc}]{1,128}$/u, 'must be 1 to 128 characters without control characters'),
};

export const uuid = {
  regex: said(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
    'must be a UUID, such as fcc40793-39f9-4fa9-85b2-93148039a72b',
  ),
};

export const decimal = {
  regex: said(
    /^-?(?=(?:\.?\d){1,30}$)\d+(?:\.\d+)?$/,
    'must be a decimal number of at most 30 digits, such as 12.50',
  ),
};

export const idempotencyKey = {
  regex: said(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable characters without spaces'),
};

/** Most members of a list that an input takes. */
export const LIST_LIMIT = 100;

export const shortList = { maxLength: said(LIST_LIMIT, `must have at most ${LIST_LIMIT} members`) };
