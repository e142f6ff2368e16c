// SPDX-License-Identifier: Apache-2.0
// A phone's own key, with the browser's cryptography and a real IndexedDB: what is made, what may lie on
// the phone, what the server is told and asked.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Answer } from '@/api/problem';
import type { CommandBatch, CommandResults } from '@/api/types';
import {
  device_named,
  device_of,
  drop_device,
  enrol,
  keep_device,
  note_entered,
  sign_log_in,
  what_to_keep,
} from '@/lock/device';
import { folded_name, make_device_key, signed_log_in } from '@/lock/device_key';
import { make_read_key } from '@/lock/read_key';
import { base64url, from_base64url, type Bytes } from '@/lock/seal';
import { clear_tries, count_try, device_name, kRules, lock_name } from '@/lock/tries';
import { set_csrf } from '@/api/client';
import { db } from '@/outbox/db';
import { Outbox } from '@/outbox/outbox';
import { session } from '@/session/session';

const kAccount = '0190a000-0000-7000-8000-000000000001';
const kName = 'worker1';
const kPin = '258036';
const kWrong = '135791';
const kRounds = 10; // the real number is a parameter and takes its time
const kTries = 10;
const kNow = 1_700_000_000_000;
const challenge = 'MTcwMDAwMDAwMDAwMA';

// What the server answers, by method and path, and what it was sent.
let answers: Record<string, () => Response>;
let asked: { what: string; body: unknown }[];
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
  });
const problem = (name: string, status: number) => () => json({ name, title: name, status }, status);
const silence = () => {
  throw new TypeError('no network');
};
const view = (more: object = {}) => ({
  csrf: 'token',
  account: { id: kAccount, name: kName, role: 'grid_worker', region: { level: 'grid', code: '1' } },
  demo: false,
  phone: {},
  server_time: kNow,
  ...more,
});

beforeEach(async () => {
  await db.meta.clear();
  await db.outbox.clear();
  await db.meta.put({ key: kRules, value: { pin_failures_max: kTries, pin_digits: 6 } });
  asked = [];
  answers = { 'GET /api/v1/session': () => json(view({ has_device_key: true })) };
  vi.stubGlobal('fetch', async (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname}`;
    const text = await request.text();
    asked.push({ what, body: text ? (JSON.parse(text) as unknown) : undefined });
    return (answers[what] ?? problem('not_found', 404))();
  });
  set_csrf('token');
  Object.assign(session, {
    status: 'in',
    account: view().account,
    must_enrol_factor: true,
    has_device_key: false,
    confirmed: true,
  });
});

const keep = () => keep_device(kPin, kAccount, kName, kRounds);
const times = (what: string) => asked.filter((one) => one.what === what).length;
const kEnrol = 'POST /api/v1/session/device';
const kState = 'POST /api/v1/device-state';

// As any verifier reads it: SHA-256 over the text, r and s beside each other.
async function is_signed(point: Bytes, text: string, signature: string): Promise<boolean> {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await crypto.subtle.importKey('raw', point, curve, false, ['verify']);
  const rule = { name: 'ECDSA', hash: 'SHA-256' };
  return crypto.subtle.verify(
    rule,
    key,
    from_base64url(signature),
    new TextEncoder().encode(text),
  );
}

describe('a key of this phone', () => {
  // security: AU2
  test('given_a_pin_when_made_then_its_id_and_signature_are_what_the_server_expects', async () => {
    const { key, public_key, signature } = await make_device_key(kPin, kAccount, kRounds);
    const point = from_base64url(public_key);
    expect([point.length, point[0]]).toEqual([65, 4]);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', point));
    expect(key).toBe(base64url(digest.slice(0, 16)));
    expect(from_base64url(signature).length).toBe(64);
    expect(await is_signed(point, `wangdi device\n${kAccount}\n${key}`, signature)).toBe(true);
    expect(await is_signed(point, `wangdi device\nanother\n${key}`, signature)).toBe(false);
  });

  // security: AU2
  test('given_its_pin_then_it_signs_a_log_in_and_with_another_pin_or_account_it_does_not', async () => {
    const { public_key, stored } = await make_device_key(kPin, kAccount, kRounds);
    const said = { challenge, name: folded_name(' Ｗorker1 ') };
    const signature = await signed_log_in(kPin, kAccount, stored, said);
    const point = from_base64url(public_key);
    expect(await is_signed(point, `wangdi log-in\n${challenge}\nworker1`, signature!)).toBe(true);
    expect(await signed_log_in(kWrong, kAccount, stored, said)).toBeUndefined();
    expect(await signed_log_in(kPin, 'somebody else', stored, said)).toBeUndefined();
  });

  // security: WC3
  test('given_what_lies_on_the_phone_then_the_private_half_is_not_in_it', async () => {
    const exported: ArrayBuffer[] = [];
    const export_key = crypto.subtle.exportKey.bind(crypto.subtle);
    const spy = vi.spyOn(crypto.subtle, 'exportKey').mockImplementation((async (
      format: 'pkcs8',
      key: CryptoKey,
    ) => {
      const bytes = await export_key(format, key);
      if (format === 'pkcs8') exported.push(bytes.slice(0));
      return bytes;
    }) as typeof crypto.subtle.exportKey);
    await keep();
    spy.mockRestore();
    expect(exported.length).toBe(1);
    // PKCS8 of P-256: the 32 bytes of the secret stand at 36.
    const secret = [...new Uint8Array(exported[0]!).slice(36, 68)].join();
    const kept = (await device_of(kAccount))!;
    expect([...kept.wrapped].join()).not.toContain(secret);
    expect([...kept.wrapped].length).toBeGreaterThan(100);
  });

  test('given_several_accounts_when_asked_by_name_then_each_finds_its_own', async () => {
    await keep();
    session.must_enrol_factor = false;
    await keep_device(kPin, 'another', 'worker2', kRounds);
    expect((await device_named(' Worker2'))?.account).toBe('another');
    expect((await device_named('worker1'))?.account).toBe(kAccount);
    expect(await device_named('worker3')).toBeUndefined();
  });
});

describe('enrolling', () => {
  test('given_an_answer_when_enrolled_then_the_time_is_kept_and_the_session_may_go_on', async () => {
    answers[kEnrol] = () => json({ key: 'k', entered_at: kNow });
    await keep();
    const { public_key, signature } = (await device_of(kAccount))!.asking!;
    expect(await enrol(kAccount)).toBe('done');
    expect(asked[0]).toEqual({ what: kEnrol, body: { public_key, signature } });
    expect(await device_of(kAccount)).toMatchObject({ entered_at: kNow, name: kName });
    expect((await device_of(kAccount))!.asking).toBeUndefined();
    expect([session.must_enrol_factor, session.has_device_key]).toEqual([false, true]);
    expect(await enrol(kAccount)).toBe('done');
    expect(times(kEnrol)).toBe(1);
  });

  test('given_no_network_or_a_busy_server_then_the_same_key_is_offered_again', async () => {
    await keep();
    const { key } = (await device_of(kAccount))!;
    answers[kEnrol] = silence;
    expect(await enrol(kAccount)).toBe('later');
    answers[kEnrol] = problem('too_many_requests', 429);
    expect(await enrol(kAccount)).toBe('later');
    answers[kEnrol] = () => json({ key, entered_at: kNow });
    expect(await enrol(kAccount)).toBe('done');
    expect((await device_of(kAccount))!.key).toBe(key);
  });

  test('given_two_calls_at_once_then_it_is_offered_once', async () => {
    answers[kEnrol] = () => json({ key: 'k', entered_at: kNow });
    await keep();
    expect(await Promise.all([enrol(kAccount), enrol(kAccount)])).toEqual(['done', 'done']);
    expect(times(kEnrol)).toBe(1);
  });

  test('given_a_refusal_then_it_is_told_and_the_key_goes', async () => {
    answers[kEnrol] = problem('device_keys_many', 409);
    await keep();
    expect(await enrol(kAccount)).toMatchObject({ name: 'device_keys_many' });
    expect(await device_of(kAccount)).toBeUndefined();
    expect(await enrol(kAccount)).toBe('nothing');
  });

  test('given_an_account_that_was_reset_when_the_pin_is_chosen_then_the_dead_key_is_replaced', async () => {
    await keep();
    await note_entered(kAccount, kNow);
    const { key } = (await device_of(kAccount))!;
    expect(await enrol(kAccount)).toBe('nothing'); // the server has none, whatever lies here
    await keep();
    expect((await device_of(kAccount))!.key).not.toBe(key);
    session.must_enrol_factor = false;
    const { key: second } = (await device_of(kAccount))!;
    await keep();
    expect((await device_of(kAccount))!.key).toBe(second);
  });

  test('given_an_enrolment_without_an_answer_when_the_pin_is_typed_again_then_the_key_is_the_same', async () => {
    await keep();
    const { key } = (await device_of(kAccount))!;
    answers[kEnrol] = silence;
    expect(await enrol(kAccount)).toBe('later');
    await keep();
    expect((await device_of(kAccount))!.key).toBe(key);
    // Under another PIN nobody could use it.
    await keep_device(kWrong, kAccount, kName, kRounds);
    expect((await device_of(kAccount))!.key).not.toBe(key);
  });

  test('given_a_key_that_nobody_can_open_when_the_next_is_enrolled_then_it_is_taken_off', async () => {
    answers[kEnrol] = () => json({ key: 'k', entered_at: kNow });
    await keep();
    await enrol(kAccount);
    const { key } = (await device_of(kAccount))!;
    const kRemove = `DELETE /api/v1/session/devices/${key}`;
    answers[kRemove] = () => new Response(null, { status: 204 });
    await drop_device(kAccount);
    await keep();
    expect(times(kRemove)).toBe(0);
    await enrol(kAccount);
    expect(times(kRemove)).toBe(1);
  });
});

describe('tries', () => {
  // security: WC3
  test('given_a_lock_and_a_key_then_wrong_pins_are_one_count', async () => {
    const { stored } = await make_read_key(kPin, kAccount, kRounds);
    await db.meta.put({ key: lock_name(kAccount), value: { ...stored, failures: 0 } });
    await keep();
    await count_try(kAccount);
    await count_try(kAccount);
    for (const name of [lock_name(kAccount), device_name(kAccount)])
      expect(((await db.meta.get(name))!.value as { failures: number }).failures).toBe(2);
    const found = (await device_named(kName))!;
    expect(await sign_log_in(found, kWrong, challenge)).toEqual({ left: kTries - 3 });
    expect(await sign_log_in(found, kPin, challenge)).toHaveProperty('device.challenge', challenge);
    expect(await count_try(kAccount)).toBe(1);
    await clear_tries(kAccount);
    expect((await db.meta.get(lock_name(kAccount)))!.value).toMatchObject({ wrapped: stored.wrapped });
  });

  // security: AU2
  test('given_ten_wrong_pins_then_the_right_one_opens_nothing_any_more', async () => {
    await keep();
    const found = (await device_named(kName))!;
    for (let left = kTries - 1; left >= 0; left -= 1)
      expect(await sign_log_in(found, kWrong, challenge)).toEqual({ left });
    expect(await sign_log_in(found, kPin, challenge)).toEqual({ left: 0 });
  });
});

describe('a session that has ended', () => {
  // security: SE3
  test('given_what_the_server_says_then_that_is_kept', async () => {
    await keep();
    await note_entered(kAccount, kNow);
    const { key } = (await device_of(kAccount))!;
    for (const keep_what of ['all', 'key', 'nothing'] as const) {
      answers[kState] = () => json({ keep: keep_what });
      expect(await what_to_keep(kAccount)).toBe(keep_what);
    }
    expect(asked.at(-1)).toEqual({ what: kState, body: { key, entered_at: kNow } });
  });

  test('given_no_answer_then_nothing_is_known_and_without_a_key_nobody_is_asked', async () => {
    expect(await what_to_keep(kAccount)).toBe('all');
    expect(asked).toEqual([]);
    await keep();
    await note_entered(kAccount, kNow);
    answers[kState] = silence;
    expect(await what_to_keep(kAccount)).toBeUndefined();
    answers[kState] = problem('too_many_requests', 429);
    expect(await what_to_keep(kAccount)).toBeUndefined();
  });
});

// security: AU2
test('given_rows_while_not_enrolled_when_refused_then_they_stay_and_go_out_after_it', async () => {
  const box = new Outbox(db);
  const row = await box.save({
    type: 'screening.record_visit',
    body: { visit: 'v1', household: 'a', outcome: 'all_well' },
    account: kAccount,
    region: '320508002009001',
    subject: 'a',
    label: 'door',
    now: kNow,
  });
  let enrolled = false;
  const sent: CommandBatch[] = [];
  const post = async (batch: CommandBatch): Promise<Answer<CommandResults>> => {
    sent.push(batch);
    if (!enrolled) {
      const refused = { name: 'factor_required', title: 'not yet', status: 403 };
      return { ok: false, failure: { status: 403, problem: refused as never } };
    }
    const results = batch.commands!.map(({ id }) => ({ id, status: 'applied' as const, conflict: [] }));
    return { ok: true, status: 200, data: { results, resend: [], server_time: kNow } };
  };
  const send = (now: number) => box.send_once(kAccount, post, undefined, 0.5, () => now);
  for (let time = 0; time < 3; time += 1) await send(kNow + time * 1_000_000);
  expect((await db.outbox.get(row.id))!).toMatchObject({ state: 'queued', sending: 0, alone: 0 });
  expect((await db.outbox.get(row.id))!.problem).toBeUndefined();
  enrolled = true;
  await box.due_now(kAccount);
  await send(kNow);
  expect((await db.outbox.get(row.id))!.state).toBe('sent');
  expect(new Set(sent.map(({ commands }) => commands![0]!.id))).toEqual(new Set([row.id]));
});
