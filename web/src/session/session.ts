// SPDX-License-Identifier: Apache-2.0
// Who is logged in. The phone remembers it, so that a start without network opens the same work;
// the cookie itself is the browser's and no script can read it.
import { computed, reactive } from 'vue';
import { api, ask, ask_early, on_refusal, set_csrf } from '@/api/client';
import { measure } from '@/api/clock';
import type { Answer } from '@/api/problem';
import type { PhoneRules, Role, Session } from '@/api/types';

type Account = Session['account'];
export type SessionStatus = 'unknown' | 'out' | 'in' | 'expired';

export const session = reactive({
  status: 'unknown' as SessionStatus,
  account: undefined as Account | undefined,
  demo: false,
  // A first secret only lets its owner set a password: everything else is refused until then.
  must_set_password: false,
  // Why: the password has been used for too long. Else it is a first secret.
  password_is_old: false,
  // Whoever sees other people's data sets up one-time codes before anything else.
  must_enrol_factor: false,
  has_factor: false,
  has_device_key: false, // a phone of a grid worker is the second factor
  device_entered_at: undefined as number | undefined, // when this one was heard of last
  // What the server says of keeping records here, once it has answered.
  phone: undefined as PhoneRules | undefined,
  // The server keeps its records from being written on; everything can be read.
  read_only: false,
  // False until the server has answered in this page's life.
  confirmed: false,
});

// Nothing but the own account can be reached: a password or one-time codes come first.
export const barred = computed(() => session.must_set_password || session.must_enrol_factor);

// Staff's own name, role and area; nothing of any resident.
type Kept = Pick<Session, 'account' | 'demo'>;
const kKey = 'wangdi.session';

function recall(): Kept | undefined {
  try {
    const text = localStorage.getItem(kKey);
    return text ? (JSON.parse(text) as Kept) : undefined;
  } catch {
    return undefined;
  }
}

function remember(view: Kept | undefined) {
  try {
    const region = view?.account.region;
    if (view)
      localStorage.setItem(kKey, JSON.stringify({ account: view.account, demo: view.demo }));
    else localStorage.removeItem(kKey);
    // For public/boot.js, which asks for the list before the app is there.
    if (region?.level === 'grid') localStorage.setItem('wangdi.grid', region.code);
    else localStorage.removeItem('wangdi.grid');
  } catch {
    /* storage blocked: the next start asks the server */
  }
}

export function enter(view: Session) {
  set_csrf(view.csrf);
  session.account = view.account;
  session.demo = view.demo;
  session.must_set_password = view.must_set_password === true;
  session.password_is_old = view.password_is_old === true;
  session.must_enrol_factor = view.must_enrol_factor === true;
  session.has_factor = view.has_factor === true;
  session.has_device_key = view.has_device_key === true;
  session.device_entered_at = view.device_entered_at;
  session.read_only = view.read_only === true;
  session.phone = view.phone;
  session.status = 'in';
  session.confirmed = true;
  remember(view);
}

on_refusal((problem) => {
  if (problem.name === 'password_change_required') session.must_set_password = true;
  if (problem.name === 'password_expired')
    session.must_set_password = session.password_is_old = true;
  if (problem.name === 'factor_required') session.must_enrol_factor = true;
  if (problem.name === 'read_only') session.read_only = true;
});

// Something was saved, so it is over.
export function note_saved() {
  session.read_only = false;
}

export function leave() {
  set_csrf('');
  session.must_set_password = session.must_enrol_factor = session.has_factor = false;
  session.password_is_old = session.has_device_key = false;
  session.confirmed = false;
  session.account = undefined;
  session.status = 'out';
  remember(undefined);
}

function take(answer: Answer<Session>): boolean {
  if (answer.ok) {
    enter(answer.data);
    return true;
  }
  if (answer.failure.status === 401) {
    set_csrf('');
    session.confirmed = true;
    if (session.account) session.status = 'expired';
    else leave();
  } else if (session.status === 'unknown') {
    session.status = session.account ? 'in' : 'out';
  }
  return false;
}

// Asks the server who this is; true when it said so.
export async function renew_session(): Promise<boolean> {
  return take(await ask(api.GET('/api/v1/session')));
}

const kLeaving = 'wangdi.leaving';

// Ends the session on the server. Without network the phone forgets it at once and tells the server
// at the next start.
export async function log_out(): Promise<void> {
  const answer = await ask(api.DELETE('/api/v1/session', {}));
  const done = answer.ok || answer.failure.status === 401;
  try {
    if (!done) localStorage.setItem(kLeaving, '1');
  } catch {
    /* storage blocked: the server's own time limit ends it */
  }
  leave();
}

async function finish_leaving(): Promise<void> {
  const known = await ask(api.GET('/api/v1/session'));
  if (known.ok) {
    set_csrf(known.data.csrf);
    const answer = await ask(api.DELETE('/api/v1/session', {}));
    if (!answer.ok) return;
    set_csrf('');
  } else if (known.failure.status !== 401) {
    return;
  }
  localStorage.removeItem(kLeaving);
}

// First what the phone remembers, then the server's word, without making the screen wait for it.
export async function start_session(): Promise<void> {
  const kept = recall();
  if (!kept && localStorage.getItem(kLeaving)) {
    session.status = 'out';
    await finish_leaving();
    return;
  }
  const early = window.wangdi_early?.session;
  const sent_at = Date.now();
  const fresh = early ? ask_early<Session>(early) : ask(api.GET('/api/v1/session'));
  if (kept) {
    session.account = kept.account;
    session.demo = kept.demo;
    session.status = 'in';
    void fresh.then(take);
    return;
  }
  const answer = await fresh;
  if (answer.ok) measure(sent_at, Date.now(), answer.data.server_time);
  take(answer);
}

export function is_officer(role: Role | undefined): boolean {
  return role !== undefined && role !== 'grid_worker';
}
