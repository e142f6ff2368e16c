// SPDX-License-Identifier: Apache-2.0
// What people do on the screens, for all browser tests: by roles and words, as they see it.
import { until } from '../support/until.mjs';

export const kGrid = '320508019044001';
export const kCommunity = '320508019044';

export async function log_in(page, server, account, password = server.installation.password) {
  if (!page.url().startsWith(`${server.url}/login`)) await page.goto(`${server.url}/login`);
  await page.locator('input[autocomplete=username]').fill(account);
  await page.locator('input[autocomplete=current-password]').fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}

// A text that stands on the screen; the frame of the other size has some of the same.
export function shown(page, text) {
  return page.getByText(text, { exact: true }).filter({ visible: true });
}
// The buttons of doors that wait, in the order of the list.
export function all_well(page) {
  return page.getByRole('button', { name: /，全户正常$|: all well$/ });
}
// Takes the next `n` doors, each once.
export async function tap_all_well(page, n) {
  for (let i = 0; i < n; i += 1) {
    const before = await all_well(page).count();
    await all_well(page).first().click();
    await until('the door is noted', async () => (await all_well(page).count()) === before - 1);
  }
}
export async function worker_at_doors(profile, server, account = 'worker1') {
  await log_in(profile.page, server, account);
  await all_well(profile.page).first().waitFor();
  return profile.page;
}
// From here on a start without network works.
export function ready_for_offline(page) {
  return page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active.state !== 'activated')
      await new Promise((done) => active.addEventListener('statechange', done, { once: true }));
  });
}

// The rows of the outbox, straight from the page's database.
export function outbox(page) {
  return page.evaluate(
    () =>
      new Promise((done, fail) => {
        const opening = indexedDB.open('wangdi');
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const store = opening.result.transaction('outbox').objectStore('outbox');
          const all = store.getAll();
          all.onsuccess = () => {
            opening.result.close();
            done(all.result);
          };
          all.onerror = () => fail(all.error);
        };
      }),
  );
}
// As after a long outage: every waiting row's next try is an hour away.
export function put_off(page) {
  return page.evaluate(
    () =>
      new Promise((done, fail) => {
        const opening = indexedDB.open('wangdi');
        opening.onerror = () => fail(opening.error);
        opening.onsuccess = () => {
          const change = opening.result.transaction('outbox', 'readwrite');
          const walk = change.objectStore('outbox').openCursor();
          walk.onsuccess = () => {
            const { result } = walk;
            result?.update({ ...result.value, attempts: 9, next_try_at: Date.now() + 3_600_000 });
            result?.continue();
          };
          change.onerror = () => fail(change.error);
          change.oncomplete = () => {
            opening.result.close();
            done();
          };
        };
      }),
  );
}
export async function all_sent(page, n, ms = 30_000) {
  return until(
    `${n} records are uploaded`,
    async () => {
      const rows = await outbox(page);
      return rows.length === n && rows.every(({ state }) => state === 'sent') && rows;
    },
    ms,
  );
}

// "188 / 281" of the first coverage of a board.
export async function reading(page, at = 0) {
  const text = await page.locator('.covbig .reading').nth(at).innerText();
  const found = /([\d,]+)\s*(?:\/|of)\s*([\d,]+)/.exec(text);
  return found && { done: Number(found[1].replaceAll(',', '')), due: Number(found[2].replaceAll(',', '')) };
}
