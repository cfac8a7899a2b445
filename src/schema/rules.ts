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

/** Text that is only compared. Half a character and the zero byte are in no text that anybody keeps. */
export const anyText = { regex: said(/^[^\0\p{Surrogate}]*$/u, 'must be text') };

/** Order id of a payout: providers differ, so only what none of them takes is refused here. */
export const payoutOrderId = {
  regex: said(/^[^\p{Cc}\p{Surrogate}]{1,128}$/u, 'must be 1 to 128 characters without control characters'),
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

/** Order id of something new at Cryptomus and Heleket: docs/providers.md 1.6.1. */
export const newOrderId = {
  regex: said(/^[A-Za-z0-9_-]{1,100}$/, 'must be 1 to 100 letters, digits, hyphens or underscores'),
};

/** Code of a coin, a fiat currency or a chain. */
export const code = { regex: said(/^[A-Za-z0-9_-]{1,32}$/, 'must be a code such as USDT or tron') };

/** Where a provider sends its news: docs/providers.md 1.6.1. */
export const callbackUrl = {
  regex: said(/^https?:\/\/[^\s\p{Cc}\p{Surrogate}]+$/u, 'must be an http:// or https:// address'),
  maxLength: said(255, 'must have at most 255 characters'),
};

/** An amount that is to be moved. */
export const positiveDecimal = {
  regex: said(
    /^(?=(?:\.?\d){1,30}$)(?=.*[1-9])\d+(?:\.\d+)?$/,
    'must be a decimal number above zero of at most 30 digits, such as 12.50',
  ),
};

/** A line of text for people or for the provider. */
export const shortText = {
  regex: said(/^[^\p{Cc}\p{Surrogate}]{0,255}$/u, 'must be at most 255 characters on one line'),
};

/** A one-time code or a signature that goes into a header. */
export const headerText = {
  regex: said(/^[\x21-\x7e]{1,1024}$/, 'must be printable characters without spaces'),
};

/** Memo of a payout: docs/providers.md 1.7.1. */
export const memo = {
  regex: said(/^[^\p{Cc}\p{Surrogate}]{1,30}$/u, 'must be 1 to 30 characters on one line'),
};

/** Number of a card, a phone or a bank account. */
export const requisites = { regex: said(/^\+?[0-9A-Za-z -]{4,64}$/, 'must be 4 to 64 digits or letters') };

/** Id of something else at a provider. */
export const foreignId = {
  regex: said(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens or underscores'),
};

/** An id that somebody pasted. */
export const reference = {
  regex: said(/^\s*[^\s\p{Cc}][^\p{Cc}]{0,511}$/u, 'must be 1 to 512 characters on one line, not all blank'),
};
