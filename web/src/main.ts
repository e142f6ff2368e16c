// SPDX-License-Identifier: Apache-2.0
// Start: language, who is logged in, then the first page; the outbox and the stream follow the login.
import { createApp, watch } from 'vue';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/phone.css';
import { engine } from './outbox/lazy';
import { load_ahead, router } from './router';
import { lock_engine } from './lock/lazy';
import { lock } from './lock/state';
import { barred, session, start_session } from './session/session';
import AppShell from './shell/AppShell.vue';
import { frame } from './shell/frame';
import { prefs, set_language } from './shell/prefs';

const kFirstViewMostMs = 8_000;

// When the first page shows its figures, or after a while on a page without any.
function first_view(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, kFirstViewMostMs);
    const stop = watch(() => frame.data_at, done);
    if (frame.data_at) done();
  });
}

// Before a password or one-time codes are set up the server refuses both commands and stream.
const may_work = () => session.status === 'in' && !barred.value;

async function run_engine() {
  const {
    check_storage,
    drain,
    listen_to_the_page,
    register_worker,
    start_stream,
    start_sync,
    stop_stream,
    stop_sync,
  } = await engine();
  void check_storage();
  listen_to_the_page();
  watch(
    () => session.account?.id,
    (account) => {
      if (account) start_sync(account);
      else stop_sync();
    },
    { immediate: true },
  );
  // On a slow line the first list must not share it with what is fetched for later: the stream's first
  // word makes every view read again.
  const first = first_view();
  watch(
    may_work,
    (may) => {
      if (may) {
        void first.then(() => {
          if (may_work()) start_stream();
        });
        void drain();
      } else {
        stop_stream();
      }
    },
    { immediate: true },
  );
  await first;
  register_worker();
  if (session.account?.role === 'grid_worker') load_ahead();
}

// Where the lock cannot be loaded nothing is kept, so nothing has to be locked.
lock_engine()
  .then(({ follow_session }) => follow_session())
  .catch(() => Object.assign(lock, { state: 'none', account: session.account?.id }));
void run_engine();
await Promise.all([set_language(prefs.lang).catch(() => set_language('zh-CN')), start_session()]);
createApp(AppShell).use(router).mount('#app');
