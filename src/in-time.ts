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

function against<Value>(work: Promise<Value>, waitMs: number, end: End<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(end, waitMs, resolve, reject);
    // Whichever comes second is heard here, too, and told nobody.
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
