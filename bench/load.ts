/** Load on one server, made by autocannon: every answer is compared, byte by byte, with what the same question was answered
 * when it was asked alone and its facts were looked for. */

import autocannon from 'autocannon';
import { type Dialect, type Question, questionsOf, type Scenario } from './scenarios.ts';

/** The published types know no instance of one of these; it is a promise, and tells of each answer. */
interface Running extends Promise<autocannon.Result> {
  on(
    event: 'response',
    told: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
  ): void;
}
const instance = autocannon as unknown as (options: autocannon.Options) => Running;

export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds of each answer, in order of size. */
  readonly latencies: readonly number[];
}

/** What each question of each connection is answered. Empty where no two answers are alike. */
export type Expected = readonly (readonly { readonly question: Question; readonly answer: string }[])[];

/** Asks every question once. Throws when an answer lacks something. */
export async function learn(
  origin: string,
  scenario: Scenario,
  dialect: Dialect,
  authorization: string,
): Promise<Expected> {
  if (scenario.writes) return [];
  return Promise.all(
    Array.from({ length: scenario.connections }, async (_, connection) => {
      const learned = [];
      for (let index = 0; index < questionsOf(scenario); index++) {
        const question = scenario.question(dialect, connection, index);
        const response = await fetch(origin + question.path, {
          method: 'POST',
          headers: headersOf(authorization),
          body: question.body,
        });
        const answer = await response.text();
        check(question, response.status, answer);
        learned.push({ question, answer });
      }
      return learned;
    }),
  );
}

const headersOf = (authorization: string) => ({
  'content-type': 'application/json',
  accept: 'application/json',
  authorization,
});

function check({ facts, body }: Question, status: number, answer: string): void {
  const missing = facts.filter((fact) => !answer.includes(fact));
  if (status === 200 && missing.length === 0 && !answer.includes('"errors"')) return;
  throw new Error(
    `wrong answer (${status}) to ${body}\nwithout ${missing.join(', ')}:\n${answer.slice(0, 2000)}`,
  );
}

/** Groups of clients that begin one after another within a second: all at once they would ask in waves. */
const GROUPS = 20;

/** Asks for so many seconds. Throws at the first wrong answer. */
export async function load(
  origin: string,
  scenario: Scenario,
  dialect: Dialect,
  authorization: string,
  expected: Expected,
  seconds: number,
): Promise<Load> {
  const latencies: number[] = [];
  let wrong: Error | undefined;
  const groups = scenario.pace === null ? 1 : Math.min(GROUPS, scenario.connections);
  const perGroup = scenario.connections / groups;
  let began = 0;
  let ended = 0;

  const run = async (group: number) => {
    await new Promise((resolve) => setTimeout(resolve, (group * 1000) / groups));
    let connection = Math.round(group * perGroup);
    const count = Math.round((group + 1) * perGroup) - connection;
    began ||= performance.now();
    const tracker = instance({
      url: origin,
      connections: count,
      duration: seconds,
      sampleInt: 100,
      ...(scenario.pace === null ? {} : { connectionRate: scenario.pace, ignoreCoordinatedOmission: true }),
      setupClient(client) {
        client.setRequests(requestsOf(connection++));
      },
    });
    tracker.on('response', (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
    const { errors, timeouts } = await tracker;
    ended = performance.now();
    if (errors + timeouts > 0) wrong ??= new Error(`${errors} errors, ${timeouts} timeouts`);
  };

  function requestsOf(connection: number): autocannon.Request[] {
    const request = { method: 'POST', headers: headersOf(authorization) } as const;
    if (scenario.writes) {
      let question: Question;
      return [
        {
          ...request,
          setupRequest(made) {
            question = scenario.question(dialect, connection, 0);
            return { ...made, path: question.path, body: question.body };
          },
          onResponse: (status, body) => judge(() => check(question, status, body)),
        },
      ];
    }
    return expected[connection]!.map(({ question, answer }) => ({
      ...request,
      path: question.path,
      body: question.body,
      onResponse(status, body) {
        if (body !== answer) judge(() => check(question, status, `another answer than before: ${body}`));
      },
    }));
  }

  function judge(checks: () => void) {
    try {
      checks();
    } catch (error) {
      wrong ??= error as Error;
    }
  }

  await Promise.all(Array.from({ length: groups }, (_, group) => run(group)));
  if (wrong) throw wrong;
  return {
    requests: latencies.length,
    seconds: (ended - began) / 1000,
    latencies: latencies.sort((one, other) => one - other),
  };
}
