// SPDX-License-Identifier: Apache-2.0
// One build for phone and desktop. Nothing of it may need inline script, inline style or another
// origin, because the server's content security policy forbids all three.
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// Few chunks: one for what the first screen shares with all others, one for forms, one for the worker's
// further pages. Fewer round trips on a slow network, and better gzip.
const first = [
  'node_modules/(@vue|vue|vue-router|openapi-fetch)/',
  'preload-helper',
  'src/i18n/(make|zh|index)',
  'src/api/',
  'src/format/',
  'src/session/session',
  'src/lock/(state|lazy)',
  'src/shell/(prefs|frame|nav)',
  'src/outbox/(state|lazy|ids)',
  'src/cache/cached',
  'src/live/changes',
  'src/gen/first_choices',
  'src/worker/(work|doors|words|DoorRow|DoorsPage)',
  'src/components/(?!WdField|WdDate|WdChoices|WdDialog)',
];
const forms = [
  'src/components/(WdField|WdDate|WdChoices|WdDialog)',
  'src/fields/',
  'src/session/(CodeField|code)',
  'src/gen/(schema|errors|bodies|choices)',
];
const engine = [
  'src/outbox/',
  'src/cache/store',
  'src/live/stream',
  'src/lock/(keeper|seal)',
  'node_modules/dexie/',
];
const test = (paths: readonly string[]) => new RegExp(paths.join('|').replaceAll('/', '[\\\\/]'));
const groups = [
  { name: 'kit', test: test(first), priority: 3 },
  { name: 'forms', test: test(forms), priority: 2 },
  { name: 'engine', test: test(engine), priority: 2 },
  { name: 'worker', test: test(['src/worker/', 'src/gen/places']), priority: 1 },
  { name: 'lock', test: test(['src/lock/(PinGate|texts|pin|read_key|rows|lock|tries)']), priority: 1 },
  // The phone's own key: asked for where it is made, used or replaced.
  { name: 'device', test: test(['src/lock/(device|enrol|PinWays)', 'src/session/log_in']), priority: 1 },
  { name: 'factor', test: test(['src/factor/', 'node_modules/uqr/']), priority: 1 },
  { name: 'account', test: test(['src/account/']), priority: 1 },
  // Only officers' pages ask for these; their names keep them out of the phone's precache.
  { name: 'desktop', test: test(['src/desktop/(?!routes)', 'src/styles/desktop']), priority: 1 },
];

export default defineConfig({
  plugins: [
    vue(),
    VitePWA({
      registerType: 'prompt',
      injectRegister: false, // src/shell/register.ts registers through a Trusted Types policy
      manifest: {
        name: '网底',
        short_name: '网底',
        description: '社区防控的底，一户一户兜住',
        lang: 'zh-CN',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        background_color: '#f3f5f8',
        theme_color: '#0b5cad',
        icons: [
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any maskable' },
          { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
      workbox: {
        inlineWorkboxRuntime: true,
        globPatterns: ['index.html', 'boot.js', 'icon.svg', 'assets/*.{js,css}'],
        // The officers' screens are fetched when an officer opens them; phones do not pay for them.
        globIgnores: ['assets/desktop-*'],
        navigateFallback: '/index.html',
        navigateFallbackDenylist: [/^\/(api|health|ready|metrics|openapi\.json)/],
        // The worker answers for the app's own files only: no runtime caching, so no API answer is
        // ever stored by it.
        runtimeCaching: [],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  resolve: {
    alias: {
      '@': path('./src'),
      dexie: path('./node_modules/dexie/dist/modern/dexie.mjs'), // its other form is for browsers of 2015
    },
  },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __BUILD__: JSON.stringify(process.env.WANGDI_BUILD ?? 'dev'),
  },
  build: {
    target: 'es2022',
    // A page's scripts ask for theirs themselves; the list of all would be in the first load.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, names, { hostType }) =>
        hostType === 'html' ? names : names.filter((name) => name.endsWith('.css')),
    },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: { groups },
        // The pages of officers too, so that no phone fetches them ahead.
        chunkFileNames: (chunk) =>
          /[\\/]src[\\/]desktop[\\/]/.test(chunk.facadeModuleId ?? '')
            ? 'assets/desktop-[name]-[hash].js'
            : 'assets/[name]-[hash].js',
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8090' } },
  test: { environment: 'node', include: ['tests/**/*.test.ts'], setupFiles: ['tests/setup.ts'] },
});
