// SPDX-License-Identifier: Apache-2.0
// Drives the outbox: sends after a save, when the network or the page comes back, and on a timer
// that grows from 2 s to 60 s. No state of its own but the timer.
import { watch } from 'vue';
import { api, ask, has_csrf } from '@/api/client';
import { skew_ms } from '@/api/clock';
import { offline } from '@/api/contact';
import { barred, note_saved, session, renew_session } from '@/session/session';
import { follow } from './follow';
import { with_lock } from './locks';
import { outbox, type Post } from './outbox';
import { backoff_ms } from './plan';
import { counts, now, sending } from './state';

const kLock = 'wangdi-outbox';
const kRoundsMost = 200; // batches in one go; the timer continues
const kTickMs = 1_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let waiting = false;
let refused_renewals = 0;
let asked_for = ''; // the account whose claims the server has answered, since the log-in
let unanswered = 0; // how often it was asked for that in vain

// No event tells reliably that the network is back, so something is always due while rows wait.
function retry_at(): number {
  refused_renewals += 1;
  return Date.now() + backoff_ms(refused_renewals, Math.random());
}

// Without rows that wait nothing else would bring the claims to the server.
function ask_again_at(): number {
  return Date.now() + backoff_ms(unanswered, Math.random());
}

function wake_at(at: number | undefined) {
  clearTimeout(timer);
  if (at === undefined) return;
  timer = setTimeout(() => void drain(), Math.min(60_000, Math.max(50, at - Date.now())));
}

const post: Post = async (body) => {
  const answer = await ask(api.POST('/api/v1/commands', { body }));
  if (answer.ok && body.commands?.length) note_saved();
  return answer;
};

async function drain_rounds(account: string): Promise<number | undefined> {
  let renewed = false;
  let next_at: number | undefined;
  for (let round = 0; round < kRoundsMost; round += 1) {
    if (!has_csrf() && !(await renew_session())) return retry_at();
    if (barred.value) return undefined; // as the server has just said
    refused_renewals = 0;
    const asked = asked_for === account || (await outbox.ask_what_is_lost(account, post));
    if (asked) asked_for = account;
    unanswered = asked ? 0 : unanswered + 1;
    const step = await outbox.send_once(account, post, skew_ms.value);
    next_at = step.next_at ?? (asked ? undefined : ask_again_at());
    const verdict = step.outcome?.verdict;
    if (verdict === 'login') {
      session.status = 'expired';
      return undefined;
    }
    if (verdict === 'csrf') {
      if (renewed || !(await renew_session())) return retry_at();
      renewed = true;
      continue;
    }
    if (next_at === undefined || next_at > Date.now()) break;
  }
  return next_at;
}

// Sends everything that is due. Calls while one is waiting for the lock fall together.
export async function drain(): Promise<void> {
  const account = session.account?.id;
  if (!account || waiting || session.status !== 'in' || barred.value) return;
  waiting = true;
  try {
    const next_at = await with_lock(kLock, async () => {
      waiting = false;
      sending.value = true;
      return drain_rounds(account);
    });
    wake_at(next_at);
  } catch {
    wake_at(Date.now() + 5_000); // the phone's own storage failed for a moment
  } finally {
    waiting = false;
    sending.value = false;
  }
}

// After a save: at once, or when the undo wait is over.
export function poke(not_before = 0) {
  if (not_before > Date.now()) setTimeout(() => void drain(), not_before - Date.now() + 20);
  else void drain();
}

let unfollow: (() => void) | undefined;

// Follows one account's rows in all tabs and starts sending.
export function start_sync(account: string) {
  asked_for = '';
  unfollow?.();
  unfollow = follow(
    () => outbox.counts(account),
    (fresh) => {
      now.value = Date.now();
      Object.assign(counts, { oldest_due_at: undefined }, fresh);
    },
  );
  void outbox.prune(account).catch(() => undefined);
  void drain();
}

export function stop_sync() {
  unfollow?.();
  unfollow = undefined;
  clearTimeout(timer);
  Object.assign(counts, { queued: 0, yours: 0, held: 0, oldest_due_at: undefined });
}

// What only the missing network has put off goes out as soon as it is back. An answer to somebody
// else's request does not count as that: a server that answers and drops would be knocked at for ever.
async function network_is_back() {
  const account = session.account?.id;
  if (account) await outbox.due_now(account).catch(() => undefined);
  await drain();
}

export function listen_to_the_page() {
  addEventListener('online', () => void network_is_back());
  watch(offline, (is_offline) => {
    if (!is_offline) void drain(); // any answer, the stream's too, says that the network is back
  });
  // What was put off because something had to be set up first is due at once when it is.
  watch(barred, (is_barred) => {
    if (!is_barred) void network_is_back();
  });
  watch(
    () => session.status,
    (status) => {
      asked_for = ''; // a restore ends all sessions: after each log-in the claims are shown
      if (status === 'in') void drain();
    },
  );
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void drain();
  });
  setInterval(() => {
    if (counts.queued > 0) now.value = Date.now();
  }, kTickMs);
}
