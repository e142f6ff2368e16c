// SPDX-License-Identifier: Apache-2.0
// What lies on a phone with a PIN, on a real IndexedDB and with the browser's own cryptography.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '@/api/problem';
import type { CommandBatch, CommandResult, CommandResults } from '@/api/types';
import { sealed_place } from '@/lock/keeper';
import { is_too_simple, is_whole } from '@/lock/pin';
import { make_read_key, unwrap } from '@/lock/read_key';
import { forget_rows, lock_has_opened } from '@/lock/rows';
import { base64url, from_base64url, joined, keep, read, type Bytes } from '@/lock/seal';
import { WangdiDb, type OutboxRow } from '@/outbox/db';
import { Outbox } from '@/outbox/outbox';

const kNow = 1_700_000_000_000;
const kAccount = 'account-1';
const kRounds = 10; // the real number is a parameter and takes its time
const kCurve = { name: 'ECDH', namedCurve: 'P-256' } as const;
let number = 0;
let box: Outbox;
let server: CryptoKeyPair;
let point: Bytes;
let read_key: CryptoKey;

beforeEach(async () => {
  number += 1;
  box = new Outbox(new WangdiDb(`lock${number}`));
  server = await crypto.subtle.generateKey(kCurve, true, ['deriveBits']);
  point = new Uint8Array(await crypto.subtle.exportKey('raw', server.publicKey));
  ({ key: read_key } = await make_read_key('258036', kAccount, kRounds));
});
afterEach(() => box.db.delete());

const open_lock = () =>
  box.keeper.set_keys({ account: kAccount, must_keep: true, read_key, server_point: point });
const close_lock = () =>
  box.keeper.set_keys({ account: kAccount, must_keep: true, server_point: point });
const no_lock = () => box.keeper.set_keys({ account: kAccount, server_point: point });
const visit = (household = 'a') =>
  box.save({
    type: 'screening.record_visit',
    body: { visit: 'v1', household, outcome: 'all_well', note: '测试的话' },
    account: kAccount,
    region: '320508002009001',
    subject: household,
    label: '3幢2单元402室',
    now: kNow,
  });
const stored = async (id: string) => (await box.db.outbox.get(id)) as OutboxRow;

// As src/common/crypto/box.cpp opens it.
async function opened_by_server(sealed: Bytes, place: string): Promise<unknown> {
  const [mark, ephemeral, closed] = [sealed.slice(1, 9), sealed.slice(9, 74), sealed.slice(74)];
  expect(sealed[0]).toBe(1);
  expect(mark).toEqual(new Uint8Array(await crypto.subtle.digest('SHA-256', point)).slice(0, 8));
  const peer = await crypto.subtle.importKey('raw', ephemeral, kCurve, false, []);
  const rule = { name: 'ECDH', public: peer };
  const shared = await crypto.subtle.deriveBits(rule, server.privateKey, 256);
  const drawn = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode('wangdi.box.1');
  const key = await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: joined(ephemeral, point), info },
    drawn,
    { name: 'AES-GCM', length: 256 },
    false,
    ['decrypt'],
  );
  const additionalData = new TextEncoder().encode(place);
  const plain = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: closed.slice(0, 12), additionalData },
    key,
    closed.slice(12),
  );
  return JSON.parse(new TextDecoder().decode(plain));
}

// Answers every command with one result, and keeps what it was sent.
class Answers {
  readonly batches: CommandBatch[] = [];
  constructor(private readonly result: Partial<CommandResult>) {}
  readonly post = async (batch: CommandBatch): Promise<Answer<CommandResults>> => {
    this.batches.push(batch);
    const results = (batch.commands ?? []).map(({ id }) => ({
      id,
      status: 'applied' as const,
      conflict: [],
      ...this.result,
    }));
    return { ok: true, status: 200, data: { results, resend: [], server_time: kNow } };
  };
}
const send = (answers: Answers, now = kNow) =>
  box.send_once(kAccount, answers.post, undefined, 0.5, () => now);
const conflict = [
  { field: '/note', theirs: '别人的话', who: '测试员', at: kNow },
] as CommandResult['conflict'];

describe('a row under a PIN', () => {
  // security: WC3
  test('given_an_open_lock_when_saved_then_nothing_readable_lies_there', async () => {
    open_lock();
    const row = await visit();
    expect(row.label).toBe('3幢2单元402室');
    const found = await stored(row.id);
    expect(found.body).toBeUndefined();
    expect(found.label).toBe('');
    const bytes = [found.sealed!, found.kept!].map((one) => new TextDecoder().decode(one)).join();
    for (const text of ['测试', 'all_well', '402']) expect(bytes).not.toContain(text);
    const { body, label } = await box.keeper.open(found);
    expect({ body, label }).toEqual({ body: row.body, label: row.label });
    expect(await opened_by_server(found.sealed!, sealed_place(row))).toEqual({ body: row.body });
  });

  test('given_another_key_or_place_then_it_does_not_open', async () => {
    open_lock();
    const found = await stored((await visit()).id);
    const moved = await box.keeper.open({ ...found, id: 'elsewhere' });
    expect(moved.unreadable).toBe(1);
    ({ key: read_key } = await make_read_key('258036', kAccount, kRounds));
    open_lock();
    expect((await box.keeper.open(found)).unreadable).toBe(1);
    await expect(opened_by_server(found.sealed!, 'another place')).rejects.toThrow();
  });

  test('given_a_lock_that_closes_while_saving_then_only_the_server_can_read_it', async () => {
    close_lock();
    const found = await stored((await visit()).id);
    expect([found.body, found.kept, found.label]).toEqual([undefined, undefined, '']);
    expect(found.sealed).toBeDefined();
  });

  test('given_a_draft_then_it_is_closed_too_and_comes_back', async () => {
    open_lock();
    const draft = {
      account: kAccount,
      region: 'r',
      type: 'screening.record_visit' as const,
      subject: 'a',
      label: 'door',
      body: { note: '没写完' },
    };
    await box.keep_draft(draft);
    await box.keep_draft({ ...draft, body: { note: '写了一半' } });
    const [found, ...more] = await box.db.outbox.toArray();
    expect(more).toEqual([]);
    expect([found!.body, found!.label, found!.sealed]).toEqual([undefined, '', undefined]);
    const back = await box.draft_of(kAccount, 'screening.record_visit', 'a');
    expect(back?.body).toEqual({ note: '写了一半' });
  });
});

test('given_a_draft_that_is_still_being_closed_when_asked_for_then_it_is_found', async () => {
  open_lock();
  const draft = {
    account: kAccount,
    region: 'r',
    type: 'screening.record_visit' as const,
    subject: 'a',
    label: 'door',
  };
  const [first, second] = [1, 2].map((n) => box.keep_draft({ ...draft, body: { n } }));
  expect((await box.draft_of(kAccount, draft.type, 'a'))?.body).toEqual({ n: 2 });
  await Promise.all([first, second]);
  expect(await box.db.outbox.count()).toBe(1);
});

describe('sending', () => {
  // security: WC3
  test('given_a_closed_lock_when_sent_then_the_sealed_body_goes_and_it_is_sent', async () => {
    open_lock();
    const row = await visit();
    close_lock();
    const answers = new Answers({ answer: { person: '测试' } as never });
    await send(answers);
    const [command] = answers.batches[0]!.commands!;
    expect(command!.body).toBeUndefined();
    const sealed = from_base64url(command!.sealed!);
    expect(await opened_by_server(sealed, sealed_place(row))).toEqual({ body: row.body });
    const found = await stored(row.id);
    expect([found.state, found.answer, found.said]).toEqual(['sent', undefined, undefined]);
  });

  test('given_an_answer_under_the_key_when_taken_then_it_is_given_once_and_wiped', async () => {
    open_lock();
    const row = await visit();
    await send(new Answers({ answer: { slip_code: '1234' } as never }));
    const found = await stored(row.id);
    expect(found.answer).toBeUndefined();
    expect(found.said).toBeDefined();
    const taken = await Promise.all([box.take_answer(row.id), box.take_answer(row.id)]);
    expect(taken.filter((answer) => answer !== undefined)).toEqual([{ slip_code: '1234' }]);
    expect((await stored(row.id)).said).toBeUndefined();
    expect((await box.keeper.open(await stored(row.id))).body).toEqual(row.body);
    expect(await box.take_answer(row.id)).toBeUndefined();
  });

  test('given_a_conflict_while_locked_then_it_waits_for_the_key_and_is_asked_again', async () => {
    open_lock();
    const row = await visit();
    close_lock();
    const answers = new Answers({ status: 'conflict', conflict });
    await send(answers);
    expect(await stored(row.id)).toMatchObject({ state: 'queued', wants_key: 1 });
    await send(answers, kNow + 100_000);
    expect(answers.batches.length).toBe(1);
    open_lock();
    await lock_has_opened(box, kAccount);
    await send(answers, kNow + 100_000);
    const found = await stored(row.id);
    expect([found.state, found.conflict]).toEqual(['conflict', undefined]);
    expect((await box.keeper.open(found)).conflict).toEqual(conflict);
  });
});

describe('what was there before, and what stays', () => {
  test('given_readable_rows_of_an_older_version_when_the_lock_opens_then_they_are_closed', async () => {
    box.keeper.set_keys({ account: '' });
    const row = await visit();
    expect((await stored(row.id)).body).toEqual(row.body);
    await box.db.cache.put({ account: kAccount, key: 'doors:1', value: {}, at: kNow });
    open_lock();
    await lock_has_opened(box, kAccount);
    expect(await box.db.cache.count()).toBe(0);
    const found = await stored(row.id);
    expect([found.body, found.label]).toEqual([undefined, '']);
    expect((await box.keeper.open(found)).body).toEqual(row.body);
  });

  // security: WC2
  test('given_unsent_rows_when_forgotten_then_only_what_the_server_can_read_stays', async () => {
    open_lock();
    const row = await visit();
    const sent = await visit('b');
    await box.db.outbox.update(sent.id, { state: 'sent' });
    const both = await visit('c');
    await box.db.outbox.update(both.id, { state: 'conflict' });
    await forget_rows(box, kAccount);
    const rows = await box.db.outbox.toArray();
    expect(rows.map(({ id }) => id).sort()).toEqual([row.id, both.id].sort());
    for (const one of rows) {
      expect([one.state, one.body, one.kept, one.said, one.label]).toEqual([
        'queued',
        undefined,
        undefined,
        undefined,
        '',
      ]);
      expect(one.sealed).toBeDefined();
    }
  });

  // security: WC2
  test('given_an_account_without_a_pin_when_forgotten_then_its_unsent_rows_are_sealed', async () => {
    no_lock();
    const row = await visit();
    expect((await stored(row.id)).body).toEqual(row.body);
    await forget_rows(box, kAccount);
    const found = await stored(row.id);
    expect([found.body, found.label]).toEqual([undefined, '']);
    expect(await opened_by_server(found.sealed!, sealed_place(row))).toEqual({ body: row.body });
  });

  test('given_sealed_rows_of_somebody_else_when_30_days_old_then_they_go', async () => {
    open_lock();
    const row = await visit();
    await forget_rows(box, kAccount);
    await box.prune('somebody else', kNow + 29 * 86_400_000);
    expect(await stored(row.id)).toBeDefined();
    await box.prune('somebody else', kNow + 31 * 86_400_000);
    expect(await stored(row.id)).toBeUndefined();
  });
});

describe('the read key', () => {
  test('given_the_pin_then_it_opens_and_with_another_pin_or_account_it_does_not', async () => {
    const { key, stored: wrapped } = await make_read_key('258036', kAccount, kRounds);
    const kept = await keep(key, 'here', { a: 1 });
    const again = await unwrap('258036', kAccount, wrapped);
    expect(await read(again!, 'here', kept)).toEqual({ a: 1 });
    expect(again!.extractable).toBe(false);
    expect(await unwrap('258037', kAccount, wrapped)).toBeUndefined();
    expect(await unwrap('258036', 'somebody else', wrapped)).toBeUndefined();
  });

  test('given_bytes_then_their_text_goes_there_and_back', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(from_base64url(base64url(bytes))).toEqual(bytes);
    expect(base64url(bytes)).not.toMatch(/[+/=]/);
  });
});

describe('a PIN', () => {
  test.each(['000000', '999999', '123456', '654321', '890123', '121212', '123123'])(
    'given_%s_then_it_is_too_simple',
    (pin) => expect(is_too_simple(pin)).toBe(true),
  );
  test.each(['258036', '110203', '123465', '121213'])('given_%s_then_it_is_taken', (pin) =>
    expect(is_too_simple(pin)).toBe(false),
  );
  test('given_another_length_or_letters_then_it_is_not_whole', () => {
    expect(['12345', '1234567', '12345a', ''].some((pin) => is_whole(pin, 6))).toBe(false);
    expect(is_whole('258036', 6)).toBe(true);
  });
});
