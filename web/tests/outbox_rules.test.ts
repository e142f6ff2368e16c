// SPDX-License-Identifier: Apache-2.0
// The app keeps the rules that the simulation's phone keeps: both are held to one table.
import { describe, expect, test } from 'vitest';
import type { CommandResult, Position, Seen } from '@/api/types';
import type { OutboxRow, OutboxState } from '@/outbox/db';
import { answered, backoff_ms, is_lost, pick_batch, seen_after, verdict_of } from '@/outbox/plan';
import table from '../../tests/sim/outbox_rules.txt?raw';

const cases = table.split('\n').filter((line: string) => line && !line.startsWith('#'));

const words = (text: string) => text.split(' ').filter((word) => word && word !== '-');
const text_of = (list: (string | number)[]) => list.join(' ') || '-';
function positions(text: string): Position[] {
  return words(text).map((word) => {
    const [district, sequence] = word.split('/').map(Number);
    return { district: district!, sequence: sequence! };
  });
}
const claims = (text: string): Seen[] =>
  positions(text).map((position) => ({ ...position, receipt: 'receipt' }));

function row(change: Partial<OutboxRow>): OutboxRow {
  return {
    id: '',
    account: 'a',
    type: 'screening.record_visit',
    region: '320508002009001',
    subject: '',
    label: '',
    creates: 0,
    state: 'queued',
    body: {},
    occurred_at: 0,
    device_sequence: 0,
    not_before: 0,
    sending: 0,
    attempts: 0,
    next_try_at: 0,
    alone: 0,
    ...change,
  };
}

function row_of(text: string): OutboxRow {
  const [number, subject, state, ...flags] = text.split(':');
  const value = (name: string) =>
    Number(flags.find((flag) => flag.startsWith(name))?.slice(name.length) ?? 0);
  return row({
    device_sequence: Number(number),
    subject: subject!,
    state: state as OutboxState,
    creates: flags.includes('creates') ? 1 : 0,
    alone: flags.includes('alone') ? 1 : 0,
    settled: flags.includes('settled') ? 'seen' : undefined,
    not_before: value('wait='),
    next_try_at: value('retry='),
  });
}

const problem = (name: string) => ({
  type: 'about:blank',
  title: 't',
  status: 400,
  detail: 'd',
  code: 1,
  name,
});

const rules: Record<string, (sides: string[]) => string> = {
  verdict: ([given]) => {
    const [status, name, rows] = given!.split(' ');
    const failure = { status: Number(status), problem: name === '-' ? undefined : problem(name!) };
    return verdict_of(failure, Number(rows));
  },
  backoff: ([given]) => {
    const [attempts, chance, wait] = given!.split(' ').map(Number);
    return String(backoff_ms(attempts!, chance!, wait));
  },
  result: ([given]) =>
    answered({ id: '', status: given as CommandResult['status'], conflict: [] }, 0).state!,
  lost: ([given, resend]) => {
    const [state, position] = given!.split(' ');
    const one = row({
      state: state!.replace('!', '') as OutboxState,
      settled: state!.endsWith('!') ? 'seen' : undefined,
      position: positions(position!)[0],
    });
    return is_lost(one, positions(resend!)) ? 'yes' : 'no';
  },
  claims: ([known, fresh, resend]) => {
    const after = seen_after(claims(known!), {
      changes: new Map(),
      seen: claims(fresh!),
      resend: positions(resend!),
      verdict: 'taken',
    });
    return text_of(after.map(({ district, sequence }) => `${district}/${sequence}`));
  },
  pick: ([now, rows]) => {
    const open = words(rows!).map(row_of).filter(({ state }) => state !== 'sent');
    const batch = pick_batch(open, Number(now));
    const numbers = batch.rows.map(({ device_sequence }) => device_sequence);
    return `${text_of(numbers)}, next ${batch.next_at ?? '-'}`;
  },
};

describe('the table shared with the simulation', () => {
  test.each(cases)('%s', (line) => {
    const at = line.lastIndexOf(' = ');
    const [kind] = line.split(' ', 1);
    const sides = line
      .slice(kind!.length + 1, at)
      .split('|')
      .map((side) => side.trim());
    expect(rules[kind!]!(sides)).toBe(line.slice(at + 3));
  });
});
