// SPDX-License-Identifier: Apache-2.0
// Start: language, who is logged in, then the first page; the outbox and the stream follow the login.
import { createApp, watch } from 'vue';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/phone.css';
import { engine } from './outbox/lazy';
import { router } from './router';
import { session, start_session } from './session/session';
import AppShell from './shell/AppShell.vue';
import { prefs, set_language } from './shell/prefs';

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
  watch(
    () => session.status,
    (status) => {
      if (status === 'in') {
        start_stream();
        void drain();
      } else {
        stop_stream();
      }
    },
    { immediate: true },
  );
  register_worker();
}

void run_engine();
await Promise.all([set_language(prefs.lang).catch(() => set_language('zh-CN')), start_session()]);
createApp(AppShell).use(router).mount('#app');
