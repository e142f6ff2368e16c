// SPDX-License-Identifier: Apache-2.0
// What the officers' screens compute: order, age, paging, lines, what is missing, the steps of an
// import, the filter of accounts, first secrets.
import { describe, expect, test } from 'vitest';
import type { Door, DoorsView } from '@/api/types';
import { filter_accounts, usual_role, type AccountRow } from '@/desktop/accounts';
import {
  age_of,
  ages_of,
  kFreshMs,
  kLateMs,
  line_of,
  may_open,
  share_of,
  slice_of,
  sort_key_of,
  sort_rows,
  touches,
  type BoardRow,
} from '@/desktop/figures';
import {
  is_roster_file,
  next_step,
  open_rows,
  step_number,
  type Flow,
  type FlowEvent,
  type ImportState,
  type ImportTrial,
} from '@/desktop/import_flow';
import { by_grid, missing_of, overdue_by_building, seen_on } from '@/desktop/missing';
import { is_live, moment_of } from '@/desktop/moment';
import { secret_of, waits_for_a_look } from '@/desktop/secrets';
import type { OutboxRow } from '@/outbox/db';

const kNow = Date.parse('2020-02-18T07:40:00Z'); // 15:40 in Shanghai
const kHour = 3_600_000;

function board_row(code: string, change: Partial<BoardRow> = {}): BoardRow {
  return {
    code,
    name: code,
    level: 'township',
    communities: 1,
    households: { reached: 90, due: 100, vacant: 0, missing: 10, overdue: 1 },
    key_persons: { seen: 9, due: 10, missing: 1 },
    updated_at: kNow,
    ...change,
  };
}
const reached = (done: number, due = 100, overdue = 0) => ({
  households: { reached: done, due, vacant: 0, missing: due - done, overdue },
});
const codes = (rows: readonly BoardRow[]) => rows.map(({ code }) => code);

describe('the order of a board', () => {
  test('given_coverages_then_the_lowest_is_first_and_equal_ones_keep_the_order_of_codes', () => {
    const rows = [
      board_row('3', reached(90)),
      board_row('1', reached(95)),
      board_row('2', reached(90)),
    ];
    expect(codes(sort_rows(rows, 'households'))).toEqual(['2', '3', '1']);
  });

  test('given_nothing_due_then_it_is_no_0_and_stands_last', () => {
    const rows = [board_row('1', reached(0, 0)), board_row('2', reached(100))];
    expect(share_of(0, 0)).toBeUndefined();
    expect(codes(sort_rows(rows, 'households'))).toEqual(['2', '1']);
  });

  test.each([
    ['missing', ['2', '3', '1']],
    ['overdue', ['3', '1', '2']],
    ['age', ['2', '1', '3']],
    ['key_persons', ['1', '2', '3']],
  ] as const)('given_%s_then_the_most_urgent_is_first', (key, order) => {
    const rows = [
      board_row('1', { ...reached(95, 100, 1), updated_at: kNow - kHour }),
      board_row('2', { ...reached(80, 100, 0), updated_at: undefined }),
      board_row('3', { ...reached(90, 100, 7), updated_at: kNow }),
    ];
    expect(codes(sort_rows(rows, key))).toEqual(order);
  });

  test('given_an_unknown_order_in_the_address_then_coverage', () => {
    expect(sort_key_of('overdue')).toBe('overdue');
    expect(sort_key_of('name; drop')).toBe('households');
    expect(sort_key_of(undefined)).toBe('households');
  });
});

describe('the age of data', () => {
  test.each([
    [0, 'fresh'],
    [kFreshMs, 'fresh'],
    [kFreshMs + 1, 'recent'],
    [kLateMs, 'recent'],
    [kLateMs + 1, 'late'],
  ] as const)('given_%i_ms_then_%s', (age, word) => {
    expect(age_of(kNow - age, kNow)).toBe(word);
  });

  test('given_no_record_ever_then_none_and_the_oldest_late_one_first', () => {
    const rows = [
      board_row('1'),
      board_row('2', { updated_at: kNow - 5 * kHour }),
      board_row('3', { updated_at: kNow - 9 * kHour }),
      board_row('4', { updated_at: undefined }),
    ];
    const ages = ages_of(rows, kNow);
    expect([ages.fresh, ages.recent]).toEqual([1, 0]);
    expect(codes(ages.late)).toEqual(['3', '2']);
    expect(codes(ages.none)).toEqual(['4']);
  });
});

describe('whether a change concerns a region', () => {
  const change = { districts: [320508], communities: ['320508002009'], at: kNow };
  test.each([
    ['', true],
    ['32', true],
    ['42', false],
    ['320508', true],
    ['320506', false],
    ['320508002', true],
    ['320508003', false],
    ['320508002009', true],
    ['320508002010', false],
    ['320508002009001', true],
  ])('given_%s_then_%s', (region, concerned) => {
    expect(touches(region, change)).toBe(concerned);
  });
  test('given_a_gap_then_everything_may_have_changed', () => {
    expect(touches('320508002010', { at: kNow })).toBe(true);
  });
  test('given_a_county_account_then_the_province_is_closed', () => {
    expect(may_open('320508', '32')).toBe(false);
    expect(may_open('320508', '320508002')).toBe(true);
    expect(may_open('', '32')).toBe(true);
  });
});

describe('the line of seven days', () => {
  const day = (n: number, done: number, due = 100) => ({
    day: `2020-02-1${n}`,
    reached: done,
    due,
  });
  test('given_a_fixed_axis_then_all_is_on_top_and_none_below', () => {
    expect(line_of([day(1, 0), day(2, 50), day(3, 100)], 100, 40)).toEqual([
      [
        { x: 0, y: 40 },
        { x: 50, y: 20 },
        { x: 100, y: 0 },
      ],
    ]);
  });
  test('given_a_day_without_anything_due_then_a_gap_stays_a_gap', () => {
    const pieces = line_of([day(1, 50), day(2, 0, 0), day(3, 60), day(4, 120)], 90, 10);
    expect(pieces.map((piece) => piece.length)).toEqual([1, 2]);
    expect(pieces[1]![1]!.y).toBe(0);
  });
  test('given_no_days_then_no_line', () => {
    expect(line_of([], 90, 10)).toEqual([]);
  });
});

describe('pages of a long table', () => {
  const rows = Array.from({ length: 15 }, (_, i) => i + 1);
  test.each([
    [1, 8, 1, 8, 2],
    [2, 8, 9, 15, 2],
    [9, 8, 9, 15, 2],
    [0, 8, 1, 8, 2],
    [Number.NaN, 15, 1, 15, 1],
  ])('given_page_%d_of_%d_then_%d_to_%d_of_%d', (page, size, first, last, pages) => {
    const slice = slice_of(rows, page, size);
    expect([slice.first, slice.last, slice.pages]).toEqual([first, last, pages]);
    expect(slice.rows).toEqual(rows.slice(first - 1, last));
  });
  test('given_nothing_then_one_empty_page', () => {
    expect(slice_of([], 1, 8)).toEqual({ rows: [], page: 1, pages: 1, first: 0, last: 0 });
  });
});

describe('which moment the address asks for', () => {
  const id = '0190a000-0000-7000-8000-000000000001';
  test.each([
    [{}, {}],
    [{ day: '2020-02-17' }, { day: '2020-02-17' }],
    [{ day: 'yesterday' }, {}],
    [{ cut_off: id, day: '2020-02-17' }, { cut_off: id }],
    [{ cut_off: '<b>' }, {}],
    [{ day: ['2020-02-17'] }, {}],
  ])('given_%o_then_%o', (query, moment) => {
    expect(moment_of(query)).toEqual(moment);
    expect(is_live(moment_of(query))).toBe(Object.keys(moment).length === 0);
  });
});

function door(household: string, change: Partial<Door> = {}): Door {
  return {
    household,
    building: { id: 'b3', name: '3' },
    unit: '1',
    floor: 4,
    room: '402',
    state: 'occupied',
    status: 'due',
    persons: [],
    ...change,
  };
}
function grid(code: string, doors: Door[]): DoorsView {
  return {
    grid: code,
    grid_name: `grid ${code}`,
    community_name: 'c',
    as_of: kNow,
    position: { district: 320508, sequence: 1 },
    households: { done: 0, due: doors.length, overdue: 0, vacant: 0 },
    key_persons: { done: 0, due: 0 },
    doors,
  };
}
const last = (outcome: NonNullable<Door['last']>['outcome'], at = kNow) => ({
  visit: 'v',
  outcome,
  at,
});
const elder: Door['persons'] = [
  {
    id: 'p',
    name: '*',
    sex: 'unknown',
    relation: 'head',
    key_groups: ['living_alone_elder'],
  },
];

describe('what a community still has to do', () => {
  test('given_overdue_doors_then_the_longest_overdue_is_first', () => {
    const missing = missing_of(
      [
        grid('1', [
          door('a', { status: 'overdue', due_on: '2020-02-17' }),
          door('b', { status: 'overdue', due_on: '2020-02-15' }),
          door('c', { status: 'done' }),
        ]),
        grid('2', [door('d', { status: 'due' })]),
      ],
      kNow,
    );
    expect(missing.overdue.map(({ door: { household } }) => household)).toEqual(['b', 'a']);
    expect(missing.due.map(({ grid_name }) => grid_name)).toEqual(['grid 2']);
    expect(overdue_by_building(missing)).toEqual(new Map([['b3', 2]]));
    expect(by_grid(missing.overdue)).toEqual([{ name: 'grid 1', n: 2 }]);
  });

  test('given_two_doors_of_one_day_then_they_stand_as_one_walks', () => {
    const at = (household: string, building: string, floor: number, room: string) =>
      door(household, { building: { id: building, name: building }, floor, room });
    const missing = missing_of(
      [grid('1', [at('x', '10', 1, '101'), at('y', '2', 3, '301'), at('z', '2', 1, '102')])],
      kNow,
    );
    expect(missing.due.map(({ door: { household } }) => household)).toEqual(['z', 'y', 'x']);
  });

  test.each([
    ['all_well', kNow, true],
    ['exception', kNow, true],
    ['not_home', kNow, false],
    ['refused', kNow, false],
    ['all_well', kNow - 24 * kHour, false],
  ] as const)('given_a_key_person_visited_%s_then_seen_is_told', (outcome, at, seen) => {
    const one = door('a', { status: 'done', persons: elder, last: last(outcome, at) });
    expect(seen_on(one, '2020-02-18')).toBe(seen);
    expect(missing_of([grid('1', [one])], kNow).key_persons).toHaveLength(seen ? 0 : 1);
  });

  test('given_an_exception_of_yesterday_then_it_is_not_among_those_of_today', () => {
    const doors = [
      door('a', { status: 'done', last: last('exception') }),
      door('b', { status: 'done', last: last('exception', kNow - 24 * kHour) }),
    ];
    expect(missing_of([grid('1', doors)], kNow).exception).toHaveLength(1);
  });

  test('given_a_vacant_room_then_nobody_is_missing_there', () => {
    const doors = [door('a', { status: 'vacant', persons: elder })];
    const missing = missing_of([grid('1', doors)], kNow);
    expect(Object.values(missing).flat()).toEqual([]);
  });
});

const file = { name: 'roster.xlsx' } as File;
const trial = (importable: number): ImportTrial => ({
  digest: 'd',
  rows: importable + 2,
  importable,
  changed: 0,
  errors_total: 2,
  duplicates_total: 0,
  errors: [],
  duplicates: [],
  columns_ignored: [],
});
const state = (change: Partial<ImportState> = {}): ImportState => ({
  state: 'running',
  done: 0,
  total: 10,
  applied: 0,
  duplicates: 0,
  refused: 0,
  ...change,
});
const play = (...events: FlowEvent[]) =>
  events.reduce<Flow>((flow, event) => next_step(flow, event), { step: 'choose' });
const picked: FlowEvent = { is: 'file', file, at: kNow };
const tried: FlowEvent = { is: 'trial', trial: trial(8), at: kNow + 1_200 };

describe('the steps of an import', () => {
  test('given_the_whole_way_then_each_step_follows', () => {
    const flow = play(picked, tried, { is: 'apply' }, { is: 'started', job: 'j' });
    expect(flow).toEqual({ step: 'applying', job: 'j' });
    const running = next_step(flow, { is: 'progress', state: state({ done: 4 }) });
    expect(running.step).toBe('applying');
    const done = next_step(running, {
      is: 'progress',
      state: state({ state: 'done', done: 10, applied: 8, refused: 1, duplicates: 1 }),
    });
    expect(done.step).toBe('done');
    expect(next_step(done, { is: 'again' })).toEqual({ step: 'choose' });
  });

  test('given_a_trial_then_its_time_is_known_and_nothing_runs_by_itself', () => {
    const flow = play(picked, tried);
    expect(flow).toMatchObject({ step: 'tried', took_ms: 1_200 });
    expect(step_number(flow)).toBe(2);
    expect(step_number(play(picked))).toBe(2);
    expect(step_number(play())).toBe(1);
    expect(step_number(play(picked, tried, { is: 'apply' }))).toBe(3);
  });

  test('given_no_importable_row_then_it_cannot_be_applied', () => {
    const flow = play(picked, { is: 'trial', trial: trial(0), at: kNow }, { is: 'apply' });
    expect(flow.step).toBe('tried');
  });

  test('given_an_answer_that_comes_too_late_then_it_changes_nothing', () => {
    expect(play(tried)).toEqual({ step: 'choose' });
    expect(play(picked, { is: 'apply' }).step).toBe('trying');
    expect(play({ is: 'progress', state: state() })).toEqual({ step: 'choose' });
    const applying = play(picked, tried, { is: 'apply' }, { is: 'started', job: 'j' });
    expect(next_step(applying, picked)).toBe(applying);
    expect(next_step(applying, tried)).toBe(applying);
  });

  test('given_a_failure_then_the_file_is_kept_where_it_can_be', () => {
    const failure = { status: 503 };
    const failed: FlowEvent = { is: 'failed', failure };
    expect(play(picked, failed)).toEqual({ step: 'choose', failure });
    expect(play(picked, tried, { is: 'apply' }, failed)).toMatchObject({ step: 'tried', failure });
    const changed: FlowEvent = {
      is: 'failed',
      failure: {
        status: 409,
        problem: {
          type: '',
          title: 't',
          status: 409,
          detail: 'd',
          code: 506,
          name: 'import_changed',
        },
      },
    };
    expect(play(picked, tried, { is: 'apply' }, changed).step).toBe('choose');
  });

  test('given_no_word_of_a_running_import_then_it_is_waited_for_unless_nobody_knows_it', () => {
    const applying = play(picked, tried, { is: 'apply' }, { is: 'started', job: 'j' });
    const silent = next_step(applying, { is: 'failed', failure: { status: 0 } });
    expect(silent).toMatchObject({ step: 'applying', job: 'j', failure: { status: 0 } });
    const again = next_step(silent, { is: 'progress', state: state({ done: 1 }) });
    expect(again).toEqual({ step: 'applying', job: 'j', state: state({ done: 1 }) });
    expect(next_step(applying, { is: 'failed', failure: { status: 404 } }).step).toBe('choose');
  });

  test('given_a_page_opened_again_with_its_job_then_it_goes_on', () => {
    expect(play({ is: 'started', job: 'j' })).toEqual({ step: 'applying', job: 'j' });
  });

  test('given_rows_without_an_answer_then_they_are_counted', () => {
    expect(open_rows(state({ applied: 7, refused: 1, duplicates: 2 }))).toBe(0);
    expect(open_rows(state({ applied: 7 }))).toBe(3);
    expect(open_rows(state({ total: 0, applied: 7 }))).toBe(0);
  });

  test.each([
    ['a.xlsx', true],
    ['a.XLSX', true],
    ['a.csv', true],
    ['a.xls', false],
    ['xlsx', false],
  ])('given_the_file_%s_then_%s', (name, taken) => {
    expect(is_roster_file(name)).toBe(taken);
  });
});

describe('accounts', () => {
  const account = (name: string, change: Partial<AccountRow> = {}): AccountRow => ({
    id: name,
    name,
    display_name: `N ${name}`,
    role: 'grid_worker',
    region: { code: '320508002009001', name: 'grid one', level: 'grid' },
    state: 'open',
    ...change,
  });
  const rows = [
    account('anna'),
    account('bert', { role: 'community_officer' }),
    account('cora', { state: 'closed' }),
  ];
  const names = (filter: Partial<Parameters<typeof filter_accounts>[1]>) =>
    filter_accounts(rows, { text: '', closed: false, ...filter }).map(({ name }) => name);
  test('given_a_filter_then_closed_ones_only_when_asked_for', () => {
    expect(names({})).toEqual(['anna', 'bert']);
    expect(names({ closed: true })).toHaveLength(3);
    expect(names({ role: 'community_officer' })).toEqual(['bert']);
    expect(names({ text: ' ANN ' })).toEqual(['anna']);
    expect(names({ text: 'grid one', closed: true })).toHaveLength(3);
  });
  test('given_a_level_then_the_usual_role_is_offered', () => {
    expect(usual_role('grid')).toBe('grid_worker');
    expect(usual_role('county')).toBe('county_officer');
    expect(usual_role('nation')).toBe('higher_officer');
  });
});

describe('a first secret', () => {
  const row = (change: Partial<OutboxRow>) =>
    ({
      type: 'accounts.open',
      state: 'sent',
      label: 'N',
      answer: { first_secret: 's', expires_at: kNow },
      ...change,
    }) as OutboxRow;
  test('given_an_answer_then_it_waits_until_somebody_looks', () => {
    expect(secret_of('N', row({}).answer)).toEqual({ name: 'N', text: 's', expires_at: kNow });
    expect(waits_for_a_look(row({}))).toBe(true);
    expect(waits_for_a_look(row({ type: 'accounts.reset' }))).toBe(true);
  });
  test.each([
    row({ answer: undefined }),
    row({ answer: {} }),
    row({ answer: 'text' }),
    row({ state: 'queued' }),
    row({ type: 'accounts.close' }),
  ])('given_none_then_nothing_waits', (one) => {
    expect(waits_for_a_look(one)).toBe(false);
  });
});
