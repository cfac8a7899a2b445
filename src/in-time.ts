/** Waiting for something, but not for ever. */

/** The value of `work`, or the error of `late` when it takes longer than `waitMs`; the work goes on unheard. */
export async function inTime<Value>(work: Promise<Value>, waitMs: number, late: () => Error): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), waitMs);
  });
  // Its failure, if it comes second, is nobody's.
  work.catch(() => {});
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The value of `work`, or `otherwise` when it takes longer than `waitMs`; the work goes on unheard. */
export async function unlessLate<Value>(
  work: Promise<Value>,
  waitMs: number,
  otherwise: Value,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Value>((resolve) => {
    timer = setTimeout(resolve, waitMs, otherwise);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
