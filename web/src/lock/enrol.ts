// SPDX-License-Identifier: Apache-2.0
// How this phone becomes the second factor of a grid worker (ADR 0029) and what becomes of it: enrolled
// with the PIN, tried again when there was no network, begun anew by whoever forgot the PIN, and what a
// phone whose session has ended may keep.
import { watch } from 'vue';
import { contact, offline } from '@/api/contact';
import type { PhoneRules, Problem } from '@/api/types';
import { show_snack } from '@/components/snack';
import { backoff_ms } from '@/outbox/plan';
import { session } from '@/session/session';
import { device_of, drop_device, enrol, keep_device, note_entered, what_to_keep } from './device';
import { close, forget, look, lose, show } from './lock';
import { has_pin, lock } from './state';

const kAskMs = 60_000;
const kSnackMs = 6_000;

let joins = false; // this phone is to be one of several
let tries = 0;
let again: ReturnType<typeof setTimeout> | undefined;

// The PIN was right. True when the app may open: without network it does, and the server is asked again
// when it can be reached.
export async function enrol_under(pin: string, account: string, rules: PhoneRules) {
  if (!session.must_enrol_factor && !joins) return true;
  joins = false;
  try {
    await keep_device(pin, account, session.account?.name ?? '', rules.pin_rounds);
    return await enrol_now(account);
  } catch {
    return refuse(account, undefined); // the key could not be kept
  }
}
function refuse(account: string, problem: Problem | undefined): boolean {
  if (!session.must_enrol_factor) {
    if (problem) show_snack(problem.title, { ms: kSnackMs });
    return true;
  }
  lock.problem = problem;
  show('refused', account);
  return false;
}
async function enrol_now(account: string): Promise<boolean> {
  clearTimeout(again);
  const said = await enrol(account);
  if (said === 'later') {
    tries += 1;
    again = setTimeout(() => void try_to_enrol(), backoff_ms(tries, Math.random()));
    return true;
  }
  tries = 0;
  // With a PIN of before there were such keys: it is asked for once more, and makes one.
  if (said === 'nothing') close();
  return typeof said === 'string' || refuse(account, said);
}
async function try_to_enrol() {
  const { account } = lock;
  if (session.status !== 'in' || !session.confirmed || session.must_set_password) return;
  if (account !== session.account?.id || !['open', 'locked'].includes(lock.state)) return;
  if (session.must_enrol_factor || session.has_device_key)
    await enrol_now(account).catch(() => undefined);
}

// Asked for on the page of phones: the PIN makes the key.
export function enrol_here() {
  joins = true;
  close();
}

// Logged in by a code, of another phone or of paper: whoever has a key here and did not use it cannot open
// it any more, nor what is under the same PIN.
export async function entered_by_code() {
  const account = session.account?.id;
  if (!account || !has_pin() || !session.has_device_key) return;
  joins = true;
  if (await device_of(account)) {
    await drop_device(account);
    await forget(account);
  }
  await look();
}

// ---- a session that has ended (security.md SE3) ----

let asked_at = 0;
let told = false;
async function ask_what_to_keep(now = Date.now()) {
  const account = session.account?.id;
  if (session.status !== 'expired' || !account) {
    asked_at = 0;
    told = false;
    return;
  }
  if (told || Math.abs(now - asked_at) < kAskMs) return;
  asked_at = now;
  const keep = await what_to_keep(account);
  if (session.status !== 'expired' || session.account?.id !== account) return;
  told = keep !== undefined;
  if (keep === 'nothing') await lose(account, 'removed');
  else if (keep === 'key') await lose(account, 'changed');
}

let follows = false;
export function follow_device() {
  if (follows) return;
  follows = true;
  watch(
    [
      () => session.must_enrol_factor,
      () => session.confirmed && session.has_device_key,
      () => session.must_set_password,
      () => lock.state,
      offline,
    ],
    () => {
      if (!offline.value) void try_to_enrol();
    },
    { immediate: true },
  );
  // What the server says of the key that this session was opened with.
  watch(
    () => session.device_entered_at,
    (at) => {
      const account = session.account?.id;
      if (at !== undefined && account) void note_entered(account, at).catch(() => undefined);
    },
    { immediate: true },
  );
  watch(
    [() => session.status, () => contact.last_ok_at],
    () => void ask_what_to_keep().catch(() => undefined),
    { immediate: true },
  );
}
