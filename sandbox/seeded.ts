// A provider's data, made from the seed when it is first needed: most tests touch one provider of the four, and every
// test starts from the seed.

export interface Seeded<T> {
  /** The same object until the next drop. */
  get(): T;
  drop(): void;
}

export function seeded<T extends object>(make: () => T): Seeded<T> {
  let value: T | undefined;
  return {
    get() {
      value ??= make();
      return value;
    },
    drop() {
      value = undefined;
    },
  };
}
