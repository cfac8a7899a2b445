/** The upstream calls that were made for a request so far. */
export class Calls {
  /** The account of each. */
  readonly #accounts: string[] = [];

  add(account: string): void {
    this.#accounts.push(account);
  }

  get total(): number {
    return this.#accounts.length;
  }

  byAccount(): Readonly<Record<string, number>> {
    const counts = new Map<string, number>();
    for (const account of this.#accounts) counts.set(account, (counts.get(account) ?? 0) + 1);
    return Object.fromEntries(counts);
  }
}
