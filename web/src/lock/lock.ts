// SPDX-License-Identifier: Apache-2.0
// The lock of this phone (ADR 0033). The read key is random and lies here wrapped under a PIN; in the
// open it is in memory only. It goes, and with it all that can be read, after too many wrong PINs and
// after too long without the server. What is sealed for the server stays through all of it.
import { watch } from 'vue';
import { contact } from '@/api/contact';
import type { PhoneRules } from '@/api/types';
import { clear_cache } from '@/cache/store';
import { db } from '@/outbox/db';
import { stop_stream } from '@/live/stream';
import { outbox } from '@/outbox/outbox';
import { stop_sync } from '@/outbox/sync';
import { log_out, session } from '@/session/session';
import { make_read_key, unwrap, type Wrapped } from './read_key';
import { forget_rows, lock_has_opened } from './rows';
import { from_base64url } from './seal';
import { has_pin, lock, type LockState } from './state';
import { clear_tries, count_try, device_name, kRules, lock_name } from './tries';

interface Stored extends Wrapped {
  failures: number;
  contact_at: number; // when the server last answered, by this phone's clock
  latest_at: number; // the latest time this phone's clock has shown: setting it back gains nothing
}
// removed: the server does not know this phone any more. changed: its owner's rights or password did.
export type Loss = 'pins' | 'away' | 'forgotten' | 'removed' | 'changed';

const kMinuteMs = 60_000;

let rules: PhoneRules | undefined;
let noted_at = 0;
let hidden_at = 0;
let hiding: ReturnType<typeof setTimeout> | undefined;

export function show(state: LockState, account: string, read_key?: CryptoKey) {
  lock.state = state;
  lock.account = account;
  lock.digits = rules?.pin_digits ?? 0;
  lock.failures_max = rules?.pin_failures_max ?? 0;
  lock.offline_hours_max = rules?.offline_hours_max ?? 0;
  const server_point = rules && from_base64url(rules.server_key);
  const must_keep = state !== 'none' && state !== 'looking';
  outbox.keeper.set_keys({ account, must_keep, read_key, server_point });
}

async function stored_lock(account: string): Promise<Stored | undefined> {
  return (await db.meta.get(lock_name(account)))?.value as Stored | undefined;
}
async function change_lock(account: string, change: (stored: Stored) => void) {
  return db.transaction('rw', db.meta, async () => {
    const stored = await stored_lock(account);
    if (!stored) return undefined;
    change(stored);
    await db.meta.put({ key: lock_name(account), value: stored });
    return stored;
  });
}

// ---- other tabs ----

type Word = { ask: string } | { account: string; key: CryptoKey } | { gone: string };
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('wangdi-lock') : undefined;
channel?.addEventListener('message', ({ data }: MessageEvent<Word>) => {
  const { account, read_key } = outbox.keeper.keys;
  if ('ask' in data) {
    if (data.ask === account && read_key && !hidden_too_long())
      channel.postMessage({ account, key: read_key } satisfies Word);
  } else if ('gone' in data) {
    if (data.gone === account && lock.state === 'open') location.assign('/login');
  } else if (data.account === lock.account && lock.state === 'locked') {
    show('open', data.account, data.key);
  }
});

// ---- the way in ----

// What the server says at each log-in and start.
async function take_rules(fresh: PhoneRules) {
  rules = { ...fresh }; // a plain one: what is reactive cannot be stored
  await db.meta.put({ key: kRules, value: rules }).catch(() => undefined);
  const { keys } = outbox.keeper;
  outbox.keeper.set_keys({ ...keys, server_point: from_base64url(fresh.server_key) });
  if (lock.state === 'none' && has_pin()) await look();
}

// Reads what this phone has for whoever is logged in.
export async function look(): Promise<void> {
  const account = session.account?.id ?? '';
  if (!account || !has_pin()) return show('none', account);
  show('looking', account);
  void import('./enrol').then(({ follow_device }) => follow_device()).catch(() => undefined);
  try {
    const known = (await db.meta.get(kRules))?.value as PhoneRules | undefined;
    rules ??= known; // the server's word may have come meanwhile
    await forget_others(account);
    const stored = await stored_lock(account);
    if (account !== session.account?.id) return;
    const pin = pin_of(account);
    // Before the server has told its key, as right after an update without network, all is as it was.
    if (!stored && rules && pin) return await set_pin(pin);
    if (!stored) return show(rules ? 'unset' : 'none', account);
    if (is_away(stored)) return await lose(account, 'away');
    if (pin && (await unlock(pin))) return;
    show('locked', account);
    channel?.postMessage({ ask: account } satisfies Word);
  } catch {
    show('none', account); // storage that cannot be read keeps nothing either
  }
}

// A phone is somebody else's now: of its last owner only what is sealed stays.
async function forget_others(account: string) {
  const keys = (await db.meta.toCollection().primaryKeys()) as string[];
  for (const key of keys) {
    if (!key.startsWith('lock:') || key === lock_name(account)) continue;
    await forget(key.slice('lock:'.length));
  }
}

// Typed at the log-in, where it opened the phone's own key: it is not asked for a second time.
let typed: { account: string; pin: string } | undefined;
function pin_of(account: string): string | undefined {
  const pin = typed?.account === account ? typed.pin : undefined;
  typed = undefined;
  return pin;
}
export function note_pin(account: string, pin: string) {
  typed = { account, pin };
}
export function forget_pin() {
  typed = undefined;
}
// The log-in is through. Where it is the account that was here already nothing else tells of it.
export async function entered_by_pin() {
  if (typed && lock.account === typed.account && lock.state !== 'looking') await look();
}

export async function set_pin(pin: string): Promise<void> {
  const account = lock.account;
  if (!rules) return;
  const { key, stored } = await make_read_key(pin, account, rules.pin_rounds);
  const now = Date.now();
  const value: Stored = { ...stored, failures: 0, contact_at: now, latest_at: now };
  await db.meta.put({ key: lock_name(account), value });
  await pin_was_right(account, pin, key);
}

// False when it was another PIN.
export async function unlock(pin: string): Promise<boolean> {
  const account = lock.account;
  const most = rules?.pin_failures_max ?? 0;
  const stored = await stored_lock(account);
  if (!stored) {
    await look();
    return false;
  }
  const failures = await count_try(account);
  const key = failures > most ? undefined : await unwrap(pin, account, stored);
  if (!key) {
    lock.left = Math.max(0, most - failures);
    if (lock.left === 0) await lose(account, 'pins');
    return false;
  }
  await clear_tries(account);
  lock.left = undefined;
  await pin_was_right(account, pin, key);
  return true;
}

// Who has to have a second factor gets it with the PIN (enrol.ts).
async function pin_was_right(account: string, pin: string, key: CryptoKey) {
  const door = await import('./enrol').catch(() => undefined);
  if (rules && door && !(await door.enrol_under(pin, account, rules))) return;
  show('open', account, key);
  await opened(account);
}

async function opened(account: string) {
  await lock_has_opened(outbox, account).catch(() => undefined);
}

// ---- the way out ----

// All that can be read on this phone of an account, its key first: without it nothing can be read.
export async function forget(account: string) {
  await db.meta.delete(lock_name(account));
  await forget_rows(outbox, account);
  channel?.postMessage({ gone: account } satisfies Word);
}

export async function lose(account: string, why: Loss) {
  show('looking', account);
  await forget(account);
  // Whoever cannot open the phone's own key, or whom the server does not know by it, has none.
  const name = device_name(account);
  const had = why !== 'away' && why !== 'changed' && (await db.meta.get(name)) ? '&key=1' : '';
  if (had) await db.meta.delete(name);
  stop_stream();
  stop_sync();
  await log_out();
  location.assign(`/login?why=${why}${had}`); // a fresh page: nothing of it is left in memory
}

// ---- time ----

function is_away({ contact_at, latest_at }: Stored, now = Date.now()): boolean {
  if (!rules) return false;
  return Math.max(now, latest_at) - contact_at >= rules.offline_hours_max * 60 * kMinuteMs;
}

// The server has answered. Once a minute is enough.
function note_contact(now = Date.now()) {
  if ((lock.state !== 'open' && lock.state !== 'locked') || session.status !== 'in') return;
  if (Math.abs(now - noted_at) < kMinuteMs) return;
  noted_at = now;
  void change_lock(lock.account, (one) => {
    one.contact_at = now;
    one.latest_at = now; // a clock that stood wrong and was mended
  }).catch(() => undefined);
}

async function look_at_the_clock() {
  const account = lock.account;
  if (lock.state !== 'open' && lock.state !== 'locked') return;
  const now = Date.now();
  const stored = await change_lock(account, (one) => {
    one.latest_at = Math.max(one.latest_at, now);
  });
  if (stored && is_away(stored)) await lose(account, 'away');
}

function hidden_too_long(): boolean {
  if (!hidden_at || !rules) return false;
  return Date.now() - hidden_at >= rules.hidden_minutes_max * kMinuteMs;
}
export function close() {
  if (lock.state === 'open') show('locked', lock.account);
}

function watch_the_phone() {
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (document.visibilityState === 'hidden') {
      hidden_at = Date.now();
      if (rules) hiding = setTimeout(close, rules.hidden_minutes_max * kMinuteMs);
      return;
    }
    if (hidden_too_long()) close(); // timers of hidden pages may sleep
    hidden_at = 0;
    void look_at_the_clock().catch(() => undefined);
  });
  setInterval(() => void look_at_the_clock().catch(() => undefined), kMinuteMs);
}

// From the start on. The server's rules come first, as what follows needs them.
export function follow_session() {
  watch(
    () => session.phone,
    (fresh) => {
      if (fresh) void take_rules(fresh);
    },
    { immediate: true },
  );
  watch(
    () => session.account?.id,
    () => void look(),
    { immediate: true },
  );
  watch(
    () => contact.last_ok_at,
    () => note_contact(),
  );
  // A session that the server has ended, for whatever reason, keeps no list of people here.
  watch(
    () => session.status,
    (status) => {
      const account = session.account?.id;
      if (status === 'expired' && account) void clear_cache(account).catch(() => undefined);
    },
    { immediate: true },
  );
  watch_the_phone();
}
