// SPDX-License-Identifier: Apache-2.0
// One build for phone and desktop. Nothing of it may need inline script, inline style or another
// origin, because the server's content security policy forbids all three.
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    vue(),
    VitePWA({
      registerType: 'prompt',
      injectRegister: false, // src/shell/updates.ts registers through a Trusted Types policy
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
        globIgnores: ['assets/desktop-*', 'assets/element-*', 'assets/charts-*'],
        navigateFallback: '/index.html',
        navigateFallbackDenylist: [/^\/(api|health|ready|metrics|openapi\.json)/],
        // The worker answers for the app's own files only: no runtime caching, so no API answer is
        // ever stored by it.
        runtimeCaching: [],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)), dexie: fileURLToPath(new URL('./node_modules/dexie/dist/modern/dexie.mjs', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __BUILD__: JSON.stringify(process.env.WANGDI_BUILD ?? 'dev'),
  },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // One chunk for what every screen shares: fewer round trips on a slow network, better gzip.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'kit', test: /node_modules[\\/](@vue|vue|vue-router|openapi-fetch)[\\/]|preload-helper|src[\\/](i18n[\\/](make|zh|index)|api|format|session[\\/]session|shell[\\/](prefs|frame|nav)|outbox[\\/](state|lazy|ids)|components[\\/](icons|snack|WdIcon|WdButton|WdBanner|WdSyncPill|WdSnack|WdTag|WdEmpty))/ }] } } },
    reportCompressedSize: false,
    manifest: true,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8090' } },
  test: { environment: 'node', include: ['tests/**/*.test.ts'], setupFiles: ['tests/setup.ts'] },
});
