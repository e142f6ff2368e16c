// SPDX-License-Identifier: Apache-2.0
// Every page with who may open it. The server decides what anyone may see; this only keeps people
// from walking into a closed door. `bare` is without the frame, `deep` hides the tab bar.
import { watch } from 'vue';
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';
import type { Role } from '@/api/types';
import { desktop_routes } from '@/desktop/routes';
import { t, type PlainKey } from '@/i18n';
import { enrols_by_pin } from '@/lock/state';
import { session } from '@/session/session';
import { home_of, kTokenMakers } from '@/shell/nav';
import DoorsPage from '@/worker/DoorsPage.vue';

declare module 'vue-router' {
  interface RouteMeta {
    title?: PlainKey;
    roles?: readonly Role[];
    bare?: boolean;
    deep?: boolean;
    wide?: boolean; // an officer's page: the top bar stays on a phone
    open?: boolean; // without login
  }
}

const kPassword = '/me/password';
const kFactor = '/me/factor';
const worker: readonly Role[] = ['grid_worker'];

const visit_page = () => import('@/worker/VisitPage.vue');
const household_page = () => import('@/worker/HouseholdPage.vue');

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: () => home_of(session.account?.role) },
  {
    path: '/login',
    component: () => import('@/session/LoginPage.vue'),
    meta: { title: 'login.title', bare: true, open: true },
  },
  {
    path: '/doors',
    component: DoorsPage,
    meta: { title: 'nav.doors', roles: worker },
    children: [
      { path: 'search', component: () => import('@/worker/SearchPage.vue'), meta: { deep: true } },
      { path: 'add', component: () => import('@/worker/HouseholdForm.vue'), meta: { deep: true } },
      { path: ':household', component: household_page, meta: { deep: true } },
      {
        path: ':household/edit',
        component: () => import('@/worker/HouseholdForm.vue'),
        meta: { deep: true },
      },
      { path: ':household/visit', component: visit_page, meta: { deep: true } },
      { path: ':household/visits/:visit', component: visit_page, meta: { deep: true } },
      {
        path: ':household/person/:person?',
        component: () => import('@/worker/PersonForm.vue'),
        meta: { deep: true },
      },
      {
        path: ':household/person/:person/group',
        component: () => import('@/worker/GroupForm.vue'),
        meta: { deep: true },
      },
    ],
  },
  {
    path: '/people',
    component: () => import('@/worker/PeoplePage.vue'),
    meta: { title: 'nav.people', roles: worker },
    children: [{ path: ':household', component: household_page, meta: { deep: true } }],
  },
  {
    path: '/me',
    component: () => import('@/account/MePage.vue'),
    meta: { title: 'nav.me' },
    children: [
      {
        path: 'password',
        component: () => import('@/account/PasswordPage.vue'),
        meta: { deep: true },
      },
      {
        path: 'phones',
        component: () => import('@/phones/PhonesPage.vue'),
        meta: { deep: true, roles: worker },
      },
      { path: 'factor', component: () => import('@/factor/FactorPage.vue'), meta: { deep: true } },
      {
        path: 'tokens',
        component: () => import('@/tokens/TokensPage.vue'),
        meta: { deep: true, roles: kTokenMakers },
      },
      { path: 'outbox', component: () => import('@/account/OutboxPage.vue'), meta: { deep: true } },
      {
        path: 'outbox/:id',
        component: () => import('@/account/RecordPage.vue'),
        meta: { deep: true },
      },
    ],
  },
  {
    path: '/my/:slip',
    component: () => import('@/ledger/ResidentPage.vue'),
    meta: { title: 'nav.my', bare: true, open: true },
  },
  {
    path: '/slip/:household/:person',
    component: () => import('@/ledger/SlipPage.vue'),
    meta: { title: 'nav.slip', roles: ['grid_worker', 'community_officer'], deep: true },
  },
  ...desktop_routes,
  {
    path: '/:rest(.*)*',
    component: () => import('@/shell/NotHerePage.vue'),
    meta: { title: 'app.not_here' },
  },
];

export const router = createRouter({ history: createWebHistory(), routes });

// What stands before everything else. Codes are set up on the own pages, where the way out is too, unless
// the phone's own key takes their place with the PIN; a first secret opens nothing but the page for a
// password.
function comes_first(): string | undefined {
  if (session.must_set_password) return kPassword;
  return session.must_enrol_factor && !enrols_by_pin() ? kFactor : undefined;
}
function may_open(path: string): boolean {
  return session.must_set_password ? path === kPassword : /^\/me(\/|$)/.test(path);
}

router.beforeEach((to) => {
  if (to.meta.open) return true;
  if (!session.account)
    return { path: '/login', query: to.path === '/' ? {} : { to: to.fullPath } };
  const first = comes_first();
  if (first && !may_open(to.path)) return first;
  if (to.meta.roles && !to.meta.roles.includes(session.account.role))
    return home_of(session.account.role);
  return true;
});

watch(
  () => (session.account ? comes_first() : undefined),
  (first) => {
    if (first && !may_open(router.currentRoute.value.path)) void router.replace(first);
  },
);

function focus_heading() {
  const headings = [...document.querySelectorAll<HTMLElement>('h1[tabindex]')];
  headings
    .filter((one) => one.offsetParent !== null)
    .pop()
    ?.focus({ preventScroll: true });
}

router.afterEach((to, from) => {
  document.title = to.meta.title ? `${t(to.meta.title)} · ${t('app.name')}` : t('app.name');
  // A new page is announced by its heading, the innermost one; the first load keeps the browser's own
  // focus. A page that reads before it shows its heading moves the focus itself.
  if (from.matched.length > 0 && to.path !== from.path) setTimeout(focus_heading, 0);
});

// After an update an open page may ask for a file that is gone: load the new version.
router.onError((error, to) => {
  if (
    /dynamically imported module|Failed to fetch|Importing a module/.test(String(error)) &&
    navigator.onLine
  ) {
    location.assign(to.fullPath);
  }
});

// The worker's further pages are read while nothing else is going on, so that no update of the server
// can take them away under an open form.
export function load_ahead() {
  const load = () => {
    for (const page of [visit_page, household_page, () => import('@/account/OutboxPage.vue')]) {
      page().catch(() => undefined);
    }
  };
  if ('requestIdleCallback' in window) requestIdleCallback(load, { timeout: 10_000 });
  else setTimeout(load, 3_000);
}
