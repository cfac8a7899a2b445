/** Waiting for something, but not for ever. */

/** The value of `work`, or the error of `late` when it takes longer than `waitMs`; the work goes on unheard. */
export function inTime<Value>(work: Promise<Value>, waitMs: number, late: () => Error): Promise<Value> {
  return against(work, waitMs, (_resolve, reject) => reject(late()));
}

/** The value of `work`, or `otherwise` when it takes longer than `waitMs`; the work goes on unheard. */
export function unlessLate<Value>(work: Promise<Value>, waitMs: number, otherwise: Value): Promise<Value> {
  return against(work, waitMs, (resolve) => resolve(otherwise));
}

type End<Value> = (resolve: (value: Value) => void, reject: (error: Error) => void) => void;

async function against<Value>(work: Promise<Value>, waitMs: number, end: End<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Value>((resolve, reject) => {
    timer = setTimeout(end, waitMs, resolve, reject);
  });
  try {
    // Whichever fails second is heard here, too, and told nobody.
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
