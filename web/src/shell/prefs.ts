// SPDX-License-Identifier: Apache-2.0
// Language, theme and elder mode: kept on this device, applied to <html>, read by public/boot.js
// before the next first paint.
import { reactive } from 'vue';
import { use_language, type Lang } from '@/i18n';

export type Theme = 'auto' | 'light' | 'dark';

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}
function write(key: string, value: string) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    /* storage blocked: the choice lasts as long as the page */
  }
}

const stored_theme = read('wangdi.theme');
export const prefs = reactive({
  lang: (read('wangdi.lang') === 'en' ? 'en' : 'zh-CN') as Lang,
  theme: (stored_theme === 'light' || stored_theme === 'dark' ? stored_theme : 'auto') as Theme,
  elder: read('wangdi.elder') !== '',
});

const prefers_dark = matchMedia('(prefers-color-scheme: dark)');

function apply_theme() {
  const dark = prefs.theme === 'dark' || (prefs.theme === 'auto' && prefers_dark.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}
prefers_dark.addEventListener('change', apply_theme);

export function set_theme(theme: Theme) {
  prefs.theme = theme;
  write('wangdi.theme', theme === 'auto' ? '' : theme);
  apply_theme();
}

export function set_elder(on: boolean) {
  prefs.elder = on;
  write('wangdi.elder', on ? '1' : '');
  if (on) document.documentElement.dataset.elder = '';
  else delete document.documentElement.dataset.elder;
}

export async function set_language(next: Lang) {
  await use_language(next);
  prefs.lang = next;
  write('wangdi.lang', next === 'en' ? 'en' : '');
  document.documentElement.lang = next;
}
