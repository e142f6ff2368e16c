// SPDX-License-Identifier: Apache-2.0
// The outbox on a real IndexedDB: nothing is lost, nothing is sent twice under another id.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '@/api/problem';
import type { CommandBatch, CommandResults, Position } from '@/api/types';
import { forget_rows } from '@/lock/rows';
import { WangdiDb } from '@/outbox/db';
import { uuid7 } from '@/outbox/ids';
import { Outbox } from '@/outbox/outbox';
import { kUndoMs } from '@/outbox/plan';

const kNow = 1_700_000_000_000;
const kAccount = 'account-1';
let number = 0;
let box: Outbox;

beforeEach(() => {
  number += 1;
  box = new Outbox(new WangdiDb(`test${number}`));
});
afterEach(() => box.db.delete());

const visit = (household: string, change: object = {}) =>
  box.save({
    type: 'screening.record_visit',
    body: { visit: uuid7(kNow), household, outcome: 'all_well' },
    account: kAccount,
    region: '320508002009001',
    subject: household,
    label: '3幢2单元402室',
    now: kNow,
    ...change,
  });

// A server that keeps what it was sent, by command id, as the real one does.
class Server {
  readonly kept = new Map<string, string>();
  readonly batches: CommandBatch[] = [];
  drop = 0; // takes it in, then the line breaks
  fail: Answer<CommandResults>[] = [];
  restored: Position[] = []; // told once, as by a server that came out of a backup

  readonly post = async (batch: CommandBatch): Promise<Answer<CommandResults>> => {
    this.batches.push(batch);
    const failure = this.fail.shift();
    if (failure) return failure;
    const results = (batch.commands ?? []).map((command) => {
      const body = JSON.stringify(command.body);
      const known = this.kept.get(command.id);
      this.kept.set(command.id, body);
      const status = known === undefined ? ('applied' as const) : ('duplicate' as const);
      return {
        id: command.id,
        status,
        position: { district: 320508, sequence: this.kept.size },
        receipt: `r${this.kept.size}`,
        conflict: [],
      };
    });
    if (this.drop > 0) {
      this.drop -= 1;
      return { ok: false, failure: { status: 0 } };
    }
    const resend = this.restored.splice(0);
    return { ok: true, status: 200, data: { results, resend, server_time: kNow } };
  };
}
const send = (server: Server, now: number, skew?: number) =>
  box.send_once(kAccount, server.post, skew, 0.5, () => now);

describe('saving', () => {
  test('given_two_saves_then_each_has_its_own_id_and_the_next_number_of_the_device', async () => {
    const [first, second] = [await visit('a'), await visit('b')];
    expect(first.id).not.toBe(second.id);
    expect(second.device_sequence).toBe(first.device_sequence + 1);
    expect(await box.device()).toBe(await box.device());
  });

  test('given_a_body_that_changes_afterwards_then_the_saved_one_does_not', async () => {
    const body = {
      visit: uuid7(kNow),
      household: 'a',
      outcome: 'all_well' as const,
      note: 'before',
    };
    const row = await visit('a', { body });
    body.note = 'after';
    expect((await box.db.outbox.get(row.id))!.body).toMatchObject({ note: 'before' });
  });

  test('given_a_draft_when_the_visit_is_saved_then_the_draft_is_gone', async () => {
    const draft = {
      account: kAccount,
      region: 'r',
      type: 'screening.record_visit' as const,
      subject: 'a',
      label: '',
      body: { what: [] },
    };
    await box.keep_draft(draft);
    await box.keep_draft({ ...draft, body: { what: ['sick'] } });
    const kept = await box.draft_of(kAccount, draft.type, 'a');
    expect(kept!.body).toEqual({ what: ['sick'] });
    await visit('a', { replaces: kept!.id });
    expect(await box.draft_of(kAccount, draft.type, 'a')).toBeUndefined();
  });
});

describe('undo', () => {
  test('given_the_undo_wait_when_undone_then_the_server_never_hears_of_it', async () => {
    const server = new Server();
    const row = await visit('a', { undo: true });
    await send(server, kNow + kUndoMs - 1);
    expect(server.batches).toHaveLength(0);
    expect(await box.undo(row.id)).toBe(true);
    await send(server, kNow + kUndoMs);
    expect(server.kept.size).toBe(0);
  });

  test('given_a_row_that_was_sent_or_may_have_been_when_undone_then_it_stays', async () => {
    const server = new Server();
    const row = await visit('a');
    server.drop = 1;
    await send(server, kNow);
    expect(await box.undo(row.id)).toBe(false);
    await send(server, kNow + 60_000);
    expect(await box.undo(row.id)).toBe(false);
    expect((await box.db.outbox.get(row.id))!.state).toBe('sent');
  });
});

describe('sending', () => {
  test('given_a_server_that_commits_and_drops_the_line_when_sent_again_then_it_is_there_once', async () => {
    const server = new Server();
    server.drop = 1;
    const row = await visit('a');
    await send(server, kNow);
    expect((await box.db.outbox.get(row.id))!.state).toBe('queued');
    await send(server, kNow + 60_000);
    expect(server.batches.map((batch) => batch.commands![0]!.id)).toEqual([row.id, row.id]);
    expect(server.kept.size).toBe(1);
    expect((await box.db.outbox.get(row.id))!.state).toBe('sent');
  });

  test('given_fifty_offline_saves_and_a_killed_browser_when_back_then_exactly_fifty', async () => {
    for (let i = 0; i < 50; i += 1) await visit(`door${i}`);
    await box.db.outbox.toCollection().modify({ sending: 1 }); // killed in the middle of a sending
    box.db.close();
    box = new Outbox(new WangdiDb(`test${number}`));
    const server = new Server();
    await send(server, kNow);
    expect(server.kept.size).toBe(50);
    expect((await box.counts(kAccount)).queued).toBe(0);
  });

  test('given_a_full_phone_then_what_is_kept_goes_out_once_and_is_noted_when_there_is_room', async () => {
    const server = new Server();
    const row = await visit('a');
    const { transaction } = box.db;
    const full = Object.assign(new Error('no room'), { name: 'QuotaExceededError' });
    // Reading goes on, and what writes nothing too: the device has its id already.
    const refuse = (mode: string, ...rest: unknown[]) =>
      rest[0] === box.db.meta && rest.length === 2
        ? Reflect.apply(transaction, box.db, [mode, ...rest])
        : Promise.reject(full);
    Object.assign(box.db, { transaction: refuse });
    const { next_at } = await box.send_once(kAccount, server.post, 0, 0.5, () => kNow);
    expect(server.kept.has(row.id)).toBe(true);
    expect(next_at).toBeGreaterThan(kNow);
    await box.send_once(kAccount, server.post, 0, 0.5, () => kNow + 5_000);
    expect(server.batches.length).toBe(1);
    expect((await box.open_rows(kAccount)).map(({ state }) => state)).toEqual(['queued']);

    Object.assign(box.db, { transaction });
    expect(await box.undo(row.id)).toBe(false);
    await box.send_once(kAccount, server.post, 0, 0.5, () => kNow + 10_000);
    expect((await box.db.outbox.get(row.id))?.state).toBe('sent');
    expect(server.batches.length).toBe(1);
  });

  test('given_a_skew_when_sent_again_later_then_the_first_one_stays', async () => {
    const server = new Server();
    server.fail = [{ ok: false, failure: { status: 503 } }];
    await visit('a');
    await send(server, kNow, 1_500);
    await send(server, kNow + 60_000, 9_000);
    expect(server.batches.map((batch) => batch.commands![0]!.skew_ms)).toEqual([1_500, 1_500]);
  });

  test('given_an_answer_when_sending_the_next_then_its_position_and_receipt_go_along', async () => {
    const server = new Server();
    await visit('a');
    await send(server, kNow);
    await visit('b');
    await send(server, kNow);
    expect(server.batches[0]!.seen).toEqual([]);
    expect(server.batches[1]!.seen).toEqual([{ district: 320508, sequence: 1, receipt: 'r1' }]);
  });

  test('given_a_bad_envelope_when_sent_alone_then_only_the_bad_one_is_refused', async () => {
    const server = new Server();
    const bad = {
      ok: false as const,
      failure: {
        status: 400,
        problem: {
          type: '',
          title: 't',
          status: 400,
          detail: 'd',
          code: 100,
          name: 'malformed_request',
        },
      },
    };
    const [first, second] = [await visit('a'), await visit('b')];
    server.fail = [bad, bad];
    for (let i = 0; i < 3; i += 1) await send(server, kNow);
    expect((await box.db.outbox.get(first.id))!.state).toBe('refused');
    expect((await box.db.outbox.get(second.id))!.state).toBe('sent');
  });

  test('given_another_account_on_the_phone_then_only_its_own_rows_leave', async () => {
    const server = new Server();
    await visit('a', { account: 'somebody else' });
    const mine = await visit('b');
    await send(server, kNow);
    expect([...server.kept.keys()]).toEqual([mine.id]);
  });

  test('given_waiting_rows_when_upload_now_is_pressed_then_they_are_due', async () => {
    const server = new Server();
    server.fail = [{ ok: false, failure: { status: 503 } }];
    await visit('a');
    await send(server, kNow);
    await send(server, kNow + 1);
    expect(server.batches).toHaveLength(1);
    await box.due_now(kAccount);
    await send(server, kNow + 1);
    expect(server.kept.size).toBe(1);
  });

  test('given_a_long_outage_when_the_network_is_back_then_rows_are_due_and_waits_begin_small', async () => {
    const server = new Server();
    const row = await visit('a');
    const undoing = await visit('b', { undo: true });
    await box.db.outbox.update(row.id, { attempts: 9, next_try_at: kNow + 60_000 });
    await box.due_now(kAccount);
    server.fail = [{ ok: false, failure: { status: 0 } }]; // the first packets are lost
    await send(server, kNow);
    expect(server.batches[0]!.commands!.map(({ id }) => id)).toEqual([row.id]);
    expect((await box.db.outbox.get(row.id))!.next_try_at).toBeLessThanOrEqual(kNow + 4_000);
    expect(await box.undo(row.id)).toBe(false);
    expect(await box.undo(undoing.id)).toBe(true);
  });
});

describe('an answer that may be shown once', () => {
  test('given_a_first_secret_when_taken_then_it_is_on_the_device_no_more', async () => {
    const row = await visit('a');
    await box.db.outbox.update(row.id, { state: 'sent', answer: { first_secret: 's' } });
    expect(await box.take_answer(row.id)).toEqual({ first_secret: 's' });
    expect(await box.take_answer(row.id)).toBeUndefined();
    expect((await box.db.outbox.get(row.id))!.answer).toBeUndefined();
    expect(await box.take_answer('unknown')).toBeUndefined();
  });
});

describe('a server out of a backup', () => {
  test('given_answers_it_lost_then_those_rows_go_out_again_under_their_old_ids', async () => {
    const server = new Server();
    const rows = [await visit('a'), await visit('b'), await visit('c')];
    await send(server, kNow);
    for (const lost of rows.slice(1)) server.kept.delete(lost.id); // the backup held one record
    server.restored = [{ district: 320508, sequence: 1 }];
    await box.ask_what_is_lost(kAccount, server.post);
    expect(server.batches[1]).toMatchObject({
      seen: [{ district: 320508, sequence: 3, receipt: 'r3' }],
      commands: [],
    });
    expect(await box.seen(kAccount)).toEqual([]);
    await send(server, kNow);
    expect(server.batches[2]!.commands!.map(({ id }) => id)).toEqual(
      rows.slice(1).map(({ id }) => id),
    );
    expect((await box.all_rows(kAccount)).map(({ state }) => state)).toEqual(Array(3).fill('sent'));
    expect(await box.seen(kAccount)).toEqual([
      { district: 320508, sequence: 3, receipt: 'r3' },
    ]);
  });

  test('given_a_batch_that_learns_of_it_then_its_own_answers_stand', async () => {
    const server = new Server();
    const lost = await visit('a');
    await send(server, kNow);
    server.kept.clear();
    server.restored = [{ district: 320508, sequence: 0 }];
    const fresh = await visit('b');
    await send(server, kNow);
    const state = async (id: string) => (await box.db.outbox.get(id))!.state;
    expect([await state(lost.id), await state(fresh.id)]).toEqual(['queued', 'sent']);
    expect(await box.seen(kAccount)).toEqual([{ district: 320508, sequence: 1, receipt: 'r1' }]);
  });

  test('given_no_answer_came_then_it_is_to_be_asked_again', async () => {
    const server = new Server();
    await visit('a');
    await send(server, kNow);
    const silent = () => Promise.resolve({ ok: false as const, failure: { status: 0 } });
    expect(await box.ask_what_is_lost(kAccount, silent)).toBe(false);
    expect(await box.ask_what_is_lost(kAccount, server.post)).toBe(true);
  });

  test('given_nothing_was_ever_answered_then_nothing_is_asked', async () => {
    const server = new Server();
    expect(await box.ask_what_is_lost(kAccount, server.post)).toBe(true);
    expect(server.batches).toEqual([]);
  });
});

describe('leaving', () => {
  // security: WC2
  test('given_unsent_rows_when_logged_out_then_they_stay_and_everything_readable_goes', async () => {
    const server = new Server();
    await visit('a');
    await send(server, kNow);
    const kept = await visit('b');
    await box.keep_draft({
      account: kAccount,
      region: 'r',
      type: 'screening.record_visit',
      subject: 'c',
      label: '',
      body: {},
    });
    await box.db.cache.put({ account: kAccount, key: 'doors:1', value: {}, at: kNow });
    await box.db.cache.put({ account: 'somebody else', key: 'doors:1', value: {}, at: kNow });
    await forget_rows(box, kAccount);
    expect((await box.db.outbox.toArray()).map(({ id }) => id)).toEqual([kept.id]);
    expect((await box.db.cache.toArray()).map(({ account }) => account)).toEqual(['somebody else']);
  });

  test('given_old_uploaded_rows_when_pruned_then_unsent_ones_stay', async () => {
    const server = new Server();
    const old = await visit('a');
    await send(server, kNow);
    const waiting = await visit('b');
    await box.prune(kAccount, kNow + 31 * 86_400_000);
    expect(await box.db.outbox.get(old.id)).toBeUndefined();
    expect(await box.db.outbox.get(waiting.id)).toBeDefined();
  });
});

test('given_a_time_when_an_id_is_minted_then_it_is_a_version_7_that_sorts_by_it', () => {
  const id = uuid7(kNow);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replace(/-/g, '').slice(0, 12), 16)).toBe(kNow);
  expect(uuid7(kNow + 1) > id).toBe(true);
});
