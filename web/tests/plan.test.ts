// SPDX-License-Identifier: Apache-2.0
// The outbox's rules: order, waiting, retries, what an answer means, what the pill says.
import { describe, expect, test } from 'vitest';
import type { Failure } from '@/api/problem';
import type { CommandResult, Problem } from '@/api/types';
import type { OutboxRow } from '@/outbox/db';
import {
  backoff_ms,
  count_rows,
  kBatchRows,
  merge_seen,
  outcome_of,
  pick_batch,
  verdict_of,
} from '@/outbox/plan';
import { sync_state, type Counts } from '@/outbox/state';

const kNow = 1_000_000;
let made = 0;

function row(change: Partial<OutboxRow> = {}): OutboxRow {
  made += 1;
  return {
    id: `id${made}`,
    account: 'a',
    type: 'screening.record_visit',
    region: '320508002009001',
    subject: `door${made}`,
    label: '',
    creates: 0,
    state: 'queued',
    body: {},
    occurred_at: kNow,
    device_sequence: made,
    not_before: 0,
    sending: 0,
    attempts: 0,
    next_try_at: 0,
    alone: 0,
    ...change,
  };
}
const ids = (rows: readonly OutboxRow[]) => rows.map(({ id }) => id);
const problem = (name = 'x'): Problem => ({
  type: 'about:blank',
  title: 't',
  status: 422,
  detail: 'd',
  code: 1,
  name,
});

describe('which rows go out', () => {
  test('given_rows_out_of_order_when_picked_then_they_leave_in_the_order_of_the_device', () => {
    const [first, second] = [row(), row()];
    expect(ids(pick_batch([second, first], kNow).rows)).toEqual([first.id, second.id]);
  });

  test('given_a_row_in_its_undo_wait_when_picked_then_it_stays_and_its_time_is_told', () => {
    const waiting = row({ not_before: kNow + 5_000 });
    expect(pick_batch([waiting], kNow)).toEqual({ rows: [], next_at: kNow + 5_000 });
    expect(ids(pick_batch([waiting], kNow + 5_000).rows)).toEqual([waiting.id]);
  });

  test('given_an_earlier_row_that_waits_when_picked_then_a_later_one_of_the_same_record_waits_too', () => {
    const earlier = row({ subject: 'door', next_try_at: kNow + 2_000 });
    const later = row({ subject: 'door' });
    const other = row();
    const batch = pick_batch([earlier, later, other], kNow);
    expect(ids(batch.rows)).toEqual([other.id]);
  });

  test('given_a_new_household_when_picked_then_what_belongs_to_it_goes_in_a_later_batch', () => {
    const household = row({ subject: 'new', creates: 1, type: 'residents.add_household' });
    const person = row({ subject: 'new', type: 'residents.add_person' });
    expect(ids(pick_batch([household, person], kNow).rows)).toEqual([household.id]);
    expect(ids(pick_batch([{ ...household, state: 'sent' }, person], kNow).rows)).toEqual([
      person.id,
    ]);
  });

  test.each(['refused', 'held'] as const)(
    'given_a_new_household_that_was_%s_when_picked_then_what_belongs_to_it_waits',
    (state) => {
      const household = row({ subject: 'new', creates: 1, state });
      const person = row({ subject: 'new' });
      expect(pick_batch([household, person], kNow).rows).toEqual([]);
      expect(ids(pick_batch([{ ...household, settled: 'mine' }, person], kNow).rows)).toEqual([
        person.id,
      ]);
    },
  );

  test('given_a_refused_visit_when_picked_then_the_next_visit_to_that_door_is_not_held_up', () => {
    const refused = row({ subject: 'door', state: 'refused' });
    const next = row({ subject: 'door' });
    expect(ids(pick_batch([refused, next], kNow).rows)).toEqual([next.id]);
  });

  test('given_more_rows_than_a_batch_holds_when_picked_then_the_rest_is_due_at_once', () => {
    const rows = Array.from({ length: kBatchRows + 1 }, () => row());
    const batch = pick_batch(rows, kNow);
    expect(batch.rows).toHaveLength(kBatchRows);
    expect(batch.next_at).toBe(kNow);
  });

  test('given_a_row_that_must_go_alone_when_picked_then_nothing_travels_with_it', () => {
    const lone = row({ alone: 1 });
    const other = row();
    expect(ids(pick_batch([lone, other], kNow).rows)).toEqual([lone.id]);
    expect(ids(pick_batch([other, { ...lone, device_sequence: 9_999 }], kNow).rows)).toEqual([
      other.id,
    ]);
  });
});

describe('when to try again', () => {
  test.each([
    [1, 2_000],
    [2, 4_000],
    [3, 8_000],
    [5, 32_000],
    [6, 60_000],
    [50, 60_000],
  ])('given_%i_failures_when_waiting_then_at_most_%i_ms', (attempts, most) => {
    expect(backoff_ms(attempts, 1)).toBe(most);
    expect(backoff_ms(attempts, 0)).toBe(most / 2);
  });

  test('given_a_server_that_names_a_time_when_waiting_then_never_sooner', () => {
    expect(backoff_ms(1, 0, 30_000)).toBe(30_000);
  });
});

describe('what the refusal of a batch means', () => {
  const cases: [string, Failure, number, string][] = [
    ['no answer', { status: 0 }, 3, 'keep'],
    ['a timeout', { status: 408, problem: problem() }, 1, 'keep'],
    ['too many requests', { status: 429, problem: problem() }, 1, 'keep'],
    ['a busy server', { status: 503, problem: problem() }, 1, 'keep'],
    ['a full disk there', { status: 507, problem: problem() }, 1, 'keep'],
    ['no session', { status: 401, problem: problem() }, 2, 'login'],
    ['a stale token', { status: 403, problem: problem('csrf_missing') }, 2, 'csrf'],
    ['a first secret', { status: 403, problem: problem('password_change_required') }, 2, 'keep'],
    ['no one-time codes yet', { status: 403, problem: problem('factor_required') }, 2, 'keep'],
    ['a bad envelope of several', { status: 400, problem: problem() }, 2, 'split'],
    ['a bad envelope of one', { status: 400, problem: problem() }, 1, 'refuse'],
    ['too large, several', { status: 413, problem: problem() }, 2, 'split'],
    ['a page of somebody in between', { status: 404 }, 1, 'keep'],
  ];
  test.each(cases)('given_%s_then_the_verdict_fits', (_, failure, rows, verdict) => {
    expect(verdict_of(failure, rows)).toBe(verdict);
  });

  test('given_any_refusal_when_applied_then_no_row_is_lost', () => {
    for (const [, failure, count] of cases) {
      const rows = Array.from({ length: count }, () => row({ sending: 1 }));
      const { changes } = outcome_of(rows, { ok: false, failure }, kNow, 0.5);
      for (const one of rows) {
        const after = { ...one, ...changes.get(one.id) };
        expect(after.sending).toBe(0);
        expect(['queued', 'refused']).toContain(after.state);
      }
    }
  });
});

describe('what a result means', () => {
  const position = { district: 320508, sequence: 7 };
  const result = (id: string, change: Partial<CommandResult>): CommandResult => ({
    id,
    status: 'applied',
    position,
    receipt: 'r',
    conflict: [],
    ...change,
  });
  const take = (results: (one: OutboxRow[]) => CommandResult[], count = 1) => {
    const rows = Array.from({ length: count }, () => row({ sending: 1 }));
    const outcome = outcome_of(
      rows,
      { ok: true, status: 200, data: { results: results(rows), resend: [], server_time: kNow } },
      kNow,
      0.5,
    );
    return {
      rows,
      outcome,
      after: rows.map((one) => ({ ...one, ...outcome.changes.get(one.id) })),
    };
  };

  test.each([
    ['applied', 'sent'],
    ['duplicate', 'sent'],
    ['conflict', 'conflict'],
    ['held', 'held'],
    ['refused', 'refused'],
  ] as const)('given_%s_then_the_row_is_%s', (status, state) => {
    const { after } = take(([one]) => [result(one!.id, { status })]);
    expect(after[0]).toMatchObject({ state, sending: 0, answered_at: kNow });
  });

  test('given_results_in_another_order_then_each_finds_its_row', () => {
    const { after } = take(
      ([one, two]) => [result(two!.id, { status: 'refused' }), result(one!.id, {})],
      2,
    );
    expect(after.map(({ state }) => state)).toEqual(['sent', 'refused']);
  });

  test('given_a_row_without_a_result_then_it_stays_and_is_tried_again', () => {
    const { after } = take(() => []);
    expect(after[0]).toMatchObject({ state: 'queued', attempts: 1 });
    expect(after[0]!.next_try_at).toBeGreaterThan(kNow);
  });

  test('given_receipts_of_one_district_then_only_the_highest_is_kept', () => {
    const { outcome } = take(
      ([one, two]) => [
        result(one!.id, { position: { ...position, sequence: 9 } }),
        result(two!.id, {}),
      ],
      2,
    );
    expect(outcome.seen).toEqual([{ district: 320508, sequence: 9, receipt: 'r' }]);
  });

  test('given_an_older_receipt_then_the_known_one_stays', () => {
    const known = [{ district: 1, sequence: 5, receipt: 'five' }];
    expect(
      merge_seen(known, [
        { district: 1, sequence: 4, receipt: 'four' },
        { district: 2, sequence: 1, receipt: 'one' },
      ]),
    ).toEqual([...known, { district: 2, sequence: 1, receipt: 'one' }]);
  });
});

describe('what the pill says', () => {
  const counts = (change: Partial<Counts> = {}): Counts => ({
    queued: 0,
    yours: 0,
    held: 0,
    ...change,
  });
  const cases: [string, Counts, boolean, boolean, string][] = [
    ['nothing left', counts(), false, false, 'sent'],
    ['nothing left, offline', counts(), true, false, 'sent'],
    ['one just saved', counts({ queued: 1, oldest_due_at: kNow }), false, false, 'sending'],
    ['one saved offline', counts({ queued: 1, oldest_due_at: kNow }), true, false, 'kept'],
    [
      'one that should be gone by now',
      counts({ queued: 1, oldest_due_at: kNow - 11_000 }),
      false,
      false,
      'kept',
    ],
    ['waiting for a login', counts({ queued: 1 }), false, true, 'login'],
    ['a conflict beside waiting rows', counts({ queued: 3, yours: 1 }), true, true, 'yours'],
    ['under review', counts({ held: 1 }), false, false, 'held'],
  ];
  test.each(cases)(
    'given_%s_then_one_state_the_worst_first',
    (_, known, is_offline, must_login, state) => {
      expect(sync_state(known, kNow, is_offline, must_login)).toBe(state);
    },
  );

  test('given_settled_rows_when_counted_then_they_ask_for_nothing', () => {
    const rows = [
      row({ state: 'conflict' }),
      row({ state: 'refused', settled: 'seen' }),
      row({ state: 'held' }),
      row({ not_before: 5 }),
      row({ not_before: 3 }),
      row({ state: 'sent' }),
      row({ state: 'draft' }),
    ];
    expect(count_rows(rows)).toEqual({ queued: 2, oldest_due_at: 3, yours: 1, held: 1 });
  });
});
