/** Telemetry that a test reads: the lines of its log as they come. */

import type { LogLevel } from '../../src/telemetry/level.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';

// biome-ignore lint/suspicious/noExplicitAny: a line is looked into freely, and a wrong field fails the test.
export type Line = Record<string, any>;

export function watched({ level = 'trace' as LogLevel, secrets = [] as readonly string[] } = {}) {
  const written: string[] = [];
  const telemetry = createTelemetry({
    log: { level, form: 'json', to: { write: (line) => void written.push(line) } },
    secrets,
  });
  return {
    telemetry,
    /** Everything written so far. */
    text: () => written.join(''),
    /** The lines about one thing. */
    lines: (msg: string): Line[] =>
      written.map((line) => JSON.parse(line)).filter((line: Line) => line.msg === msg),
    clear: () => written.splice(0),
  };
}

/** What every line has. */
export const COMMON = ['level', 'time', 'pid', 'hostname', 'msg'] as const;
