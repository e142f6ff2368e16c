// SPDX-License-Identifier: Apache-2.0
// Every page of a list in both languages, light and dark, normal and elder, from 320 to 1440 pixels.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { desktop, phone } from './browser.mjs';
import {
  axe_findings,
  dress,
  elder_findings,
  kOfColours,
  kOfSizes,
  overflow_findings,
  settled,
} from './inspect.mjs';
import { log_in } from './screens.mjs';

const kNarrow = { width: 320, height: 640 };
// Each look with what axe is asked in it; everything is asked in the first.
const looks = [
  { theme: 'light', elder: false, rules: undefined },
  { theme: 'light', elder: true, rules: [...kOfColours, ...kOfSizes] },
  { theme: 'dark', elder: false, rules: kOfColours },
  { theme: 'dark', elder: true, rules: kOfColours },
];
const kMain = '.allok, .btn.big, .opt, .tabbar a, .keypad button, .li > .open';
const folder = process.env.WANGDI_E2E_PICTURES;

export const press = (page, name) => page.getByRole('button', { name }).first().click();

async function look_at(server, profile, [name, path, then], lang, sizes, findings) {
  const { page } = profile;
  const [usual, other] = sizes;
  await page.setViewportSize(usual);
  await page.goto(server.url + path);
  await settled(page);
  if (then) {
    await then(page);
    await settled(page);
  }
  const note = (found, where) => findings.push(...found.map((one) => ({ name, text: `${lang} ${where}: ${one}` })));
  const picture = async (size) => {
    if (folder) await page.screenshot({ path: join(folder, `${name}.${lang}.${size}.png`) });
  };
  for (const look of looks) {
    await dress(page, look);
    const where = `${look.theme}${look.elder ? ' elder' : ''}`;
    note(await axe_findings(page, look.rules), where);
    if (look.elder && look.theme === 'light') note(await elder_findings(page, kMain), where);
    await picture(`${usual.width}.${where.replace(' ', '_')}`);
  }
  for (const size of [...other, kNarrow]) {
    await page.setViewportSize(size);
    for (const elder of [false, true]) {
      await dress(page, { theme: 'light', elder });
      note(await overflow_findings(page), `${size.width}${elder ? ' elder' : ''}`);
      if (size === other[0] && !elder) note(await axe_findings(page), String(size.width));
      if (size !== kNarrow) await picture(`${size.width}.light${elder ? '_elder' : ''}`);
    }
  }
  await page.setViewportSize(usual);
  for (const elder of [false, true]) {
    await dress(page, { theme: 'light', elder });
    note(await overflow_findings(page), `${usual.width}${elder ? ' elder' : ''}`);
  }
}

// `pages` of an account, each [name, path, then?]: of a page with dialogs or steps each state is a page
// of its own, and `then` leads there.
export async function look_at_all({ server, chromium, account, password, pages, sizes }) {
  const findings = [];
  await Promise.all(
    ['zh-CN', 'en'].map(async (lang) => {
      const profile = await chromium.profile({ viewport: sizes[0], lang });
      if (account) await log_in(profile.page, server, account, password);
      const list = typeof pages === 'function' ? await pages(profile) : pages;
      for (const one of list) await look_at(server, profile, one, lang, sizes, findings);
      assert.deepEqual(profile.foreign, [], 'requests left the origin');
      assert.deepEqual(profile.violations, [], 'the content security policy was broken');
      assert.deepEqual(profile.errors, [], 'a script failed');
      await profile.close();
    }),
  );
  // The same finding on many pages is one line.
  const pages_of = new Map();
  for (const { name, text } of findings) pages_of.set(text, (pages_of.get(text) ?? new Set()).add(name));
  const lines = [...pages_of].map(([text, names]) => `${text} on ${[...names].join(', ')}`);
  assert.equal(lines.length, 0, `\n${lines.join('\n')}\n`);
}
export const small_first = [phone, [desktop]];
export const large_first = [desktop, [phone]];
if (folder) mkdirSync(folder, { recursive: true });
