// SPDX-License-Identifier: Apache-2.0
// What this phone keeps of its own keys and says to the server about them: enrolling, the log-in, and
// the question of a phone whose session has ended. It survives log-out; it goes with too many wrong PINs,
// with a forgotten PIN, and when the server does not know it any more.
import { api, ask, has_csrf } from '@/api/client';
import type { Failure } from '@/api/problem';
import type { PhoneRules, Problem } from '@/api/types';
import { db } from '@/outbox/db';
import { renew_session, session } from '@/session/session';
import { folded_name, is_under, make_device_key, signed_log_in } from './device_key';
import type { Wrapped } from './read_key';
import { clear_tries, count_try, device_name, kRules } from './tries';

export interface DeviceRow extends Wrapped {
  name: string; // whose it is, as they log in
  key: string; // its id
  failures: number;
  entered_at?: number; // the server's time of the enrolment or of the last log-in with it
  // What enrols it, until the server has answered. Nobody knows then whether it is known there.
  asking?: { public_key: string; signature: string };
  replaces?: string; // the id of an older one that nobody can use any more
}
export interface Found {
  account: string;
  row: DeviceRow;
}
export type Enrolled = 'done' | 'nothing' | 'later' | Problem;
export type Keep = 'all' | 'key' | 'nothing';

export async function device_of(account: string): Promise<DeviceRow | undefined> {
  return (await db.meta.get(device_name(account)))?.value as DeviceRow | undefined;
}
function put_device(account: string, row: DeviceRow) {
  return db.meta.put({ key: device_name(account), value: row });
}
// The key of whoever logs in by this name, when this phone has one.
export async function device_named(typed: string): Promise<Found | undefined> {
  const name = folded_name(typed);
  const rows = await db.meta.where('key').startsWith(device_name('')).toArray();
  const found = rows.find(({ value }) => (value as DeviceRow).name === name);
  if (!found) return undefined;
  return { account: found.key.slice(device_name('').length), row: found.value as DeviceRow };
}

// ---- enrolling ----

// Ids of keys that cannot be used any more; they are taken off the server when the next one is there.
const dead = new Map<string, string>();

export async function drop_device(account: string) {
  const row = await device_of(account);
  if (row && !row.asking) dead.set(account, row.key);
  await db.meta.delete(device_name(account));
}

// A key for this account under the PIN that was just right. Whoever has to set a second factor up has
// none: what is here the server does not know, unless its answer is still out.
export async function keep_device(pin: string, account: string, name: string, rounds: number) {
  await asking?.catch(() => undefined);
  const known = await device_of(account);
  if (known && !session.must_enrol_factor) return;
  if (known?.asking && (await is_under(pin, account, known))) return;
  const { stored, key, public_key, signature } = await make_device_key(pin, account, rounds);
  const replaces = dead.get(account);
  await put_device(account, {
    ...stored,
    name,
    key,
    failures: 0,
    asking: { public_key, signature },
    replaces,
  });
}

// What is no word about the key: the line, a server that is busy, a session that is another by now.
function is_for_later({ status, problem }: Failure): boolean {
  if (!problem || status === 401 || status === 408 || status === 425 || status === 429) return true;
  return status >= 500 || problem.name === 'csrf_missing';
}
async function ask_to_enrol(account: string): Promise<Enrolled> {
  const row = await device_of(account);
  if (!row) return 'nothing';
  if (!row.asking) return session.must_enrol_factor ? 'nothing' : 'done';
  if (!has_csrf() && !(await renew_session())) return 'later';
  if (session.account?.id !== account) return 'later';
  const answer = await ask(api.POST('/api/v1/session/device', { body: row.asking }));
  if (!answer.ok) {
    const { failure } = answer;
    if (failure.status === 401) session.status = 'expired';
    if (is_for_later(failure)) return 'later';
    await db.meta.delete(device_name(account));
    return failure.problem!;
  }
  const { asking: _, replaces, ...kept } = row;
  await put_device(account, { ...kept, entered_at: answer.data.entered_at });
  dead.delete(account);
  if (!(await renew_session())) {
    session.must_enrol_factor = false;
    session.has_device_key = true;
  }
  if (replaces) await remove_device(replaces).catch(() => undefined);
  return 'done';
}
let asking: Promise<Enrolled> | undefined;
// Shows the key to the server when that has not been done. Calls at the same time are one.
export function enrol(account: string): Promise<Enrolled> {
  asking ??= ask_to_enrol(account).finally(() => (asking = undefined));
  return asking;
}

export function remove_device(key: string) {
  return ask(api.DELETE('/api/v1/session/devices/{key}', { params: { path: { key } } }));
}

// ---- the log-in ----

export async function phone_rules(): Promise<PhoneRules | undefined> {
  return (await db.meta.get(kRules))?.value as PhoneRules | undefined;
}

export type Signed =
  | { device: { key: string; challenge: string; signature: string } }
  | { left: number }; // tries; at 0 the key has gone

// Signs a challenge when the PIN is right. A try counts before it is made.
export async function sign_log_in(
  { account, row }: Found,
  pin: string,
  challenge: string,
): Promise<Signed> {
  const most = (await phone_rules())?.pin_failures_max ?? 0;
  const failures = await count_try(account);
  const { name, key } = row;
  const signature =
    failures > most ? undefined : await signed_log_in(pin, account, row, { challenge, name });
  if (!signature) return { left: Math.max(0, most - failures) };
  await clear_tries(account);
  return { device: { key, challenge, signature } };
}

// The server knows the key, whatever became of the answer to its enrolment.
export async function note_entered(account: string, entered_at: number) {
  const row = await device_of(account);
  if (!row) return;
  const { asking: _, ...kept } = row;
  await put_device(account, { ...kept, entered_at });
}

// ---- a session that has ended ----

// What may stay on this phone; undefined when the server did not say. A phone without a key has nobody to
// ask for.
export async function what_to_keep(account: string): Promise<Keep | undefined> {
  const row = await device_of(account);
  if (!row?.entered_at) return 'all';
  const body = { key: row.key, entered_at: row.entered_at };
  const answer = await ask(api.POST('/api/v1/device-state', { body }));
  return answer.ok ? answer.data.keep : undefined;
}
