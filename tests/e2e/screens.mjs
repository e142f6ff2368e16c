// SPDX-License-Identifier: Apache-2.0
// What people do on the screens, for all browser tests: by roles and words, as they see it.
import { Proxy } from '../support/proxy.mjs';
import { until } from '../support/until.mjs';
import { kPin } from './browser.mjs';

export const kGrid = '320508019044001';
export const kCommunity = '320508019044';

export async function log_in(page, server, account, password = server.installation.password) {
  if (!page.url().startsWith(`${server.url}/login`)) await page.goto(`${server.url}/login`);
  await page.locator('input[autocomplete=username]').fill(account);
  await page.locator('input[autocomplete=current-password]').fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await page.locator('.topbar').waitFor({ state: 'attached' }); // a grid worker's PIN stands before it
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
// A worker's phone at a proxy, behind which the server can change; all ends with the test `t`.
export async function worker_behind_proxy(t, installation, chromium) {
  const first = await installation.serve();
  t.after(() => first.kill());
  const proxy = await Proxy.before(first);
  const profile = await chromium.profile();
  t.after(async () => {
    await profile.close();
    await proxy.close();
  });
  return { first, proxy, page: await worker_at_doors(profile, proxy) };
}
// From here on a start without network works.
export function ready_for_offline(page) {
  return page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active.state !== 'activated')
      await new Promise((done) => active.addEventListener('statechange', done, { once: true }));
  });
}

// Runs a function of (database, done, fail) in the page on its open database, which is closed with
// done. The function goes there as text: it sees nothing of where it was written.
export function in_database(page, work) {
  const opened = (inside) =>
    new Promise((done, fail) => {
      const opening = indexedDB.open('wangdi');
      opening.onerror = () => fail(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        const end = (value) => {
          database.close();
          done(value);
        };
        inside(database, end, fail);
      };
    });
  return page.evaluate(`(${opened})(${work})`);
}

// The rows of the outbox, straight from the page's database, and what they hold as whoever knows the
// PIN can read it: written down here once more, so that the form on the phone cannot change unseen.
export function outbox(page) {
  return page.evaluate(read_rows, kPin);
}
async function read_rows(pin) {
  const asked = (request) =>
    new Promise((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
  const database = await asked(indexedDB.open('wangdi'));
  const stores = database.transaction(['outbox', 'meta']);
  const [rows, meta] = await Promise.all(
    ['outbox', 'meta'].map((name) => asked(stores.objectStore(name).getAll())),
  );
  database.close();
  const aes = (bytes, place) => ({
    name: 'AES-GCM',
    iv: bytes.subarray(0, 12),
    additionalData: new TextEncoder().encode(place),
  });
  const keys = (globalThis.test_keys ??= new Map());
  async function key_of(account) {
    const stored = meta.find(({ key }) => key === `lock:${account}`)?.value;
    if (!stored) return undefined;
    const name = stored.salt.join();
    if (!keys.has(name)) {
      const typed = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveKey']);
      const rule = { name: 'PBKDF2', hash: 'SHA-256', salt: stored.salt, iterations: stored.rounds };
      const under = await crypto.subtle.deriveKey(rule, typed, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
      const raw = await crypto.subtle.decrypt(aes(stored.wrapped, account), under, stored.wrapped.subarray(12));
      keys.set(name, await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']));
    }
    return keys.get(name);
  }
  async function opened({ sealed, kept, said, ...row }) {
    const key = kept && (await key_of(row.account));
    const read = async (bytes, what) => {
      if (!key || !bytes) return {};
      const plain = await crypto.subtle.decrypt(aes(bytes, `${row.id} ${what}`), key, bytes.subarray(12));
      return JSON.parse(new TextDecoder().decode(plain));
    };
    return { ...row, is_sealed: Boolean(sealed), ...(await read(kept, 'kept')), ...(await read(said, 'said')) };
  }
  return Promise.all(rows.map(opened));
}
// A record of the own grid that was saved earlier and waits; its id.
export function put_row(page, { id, type, body, base_position, device_sequence }) {
  return page.evaluate(
    (row) =>
      new Promise((done, fail) => {
        const account = JSON.parse(localStorage.getItem('wangdi.session')).account.id;
        const opening = indexedDB.open('wangdi');
        opening.onsuccess = () => {
          const store = opening.result.transaction('outbox', 'readwrite').objectStore('outbox');
          const adding = store.add({ ...row, account, occurred_at: Date.now() });
          adding.onsuccess = () => done(row.id);
          adding.onerror = () => fail(adding.error);
        };
      }),
    {
      id,
      type,
      region: kGrid,
      subject: body.household ?? body.id,
      label: '1幢1单元101室',
      creates: 0,
      state: 'queued',
      body,
      device_sequence,
      base_position,
      not_before: 0,
      sending: 0,
      attempts: 0,
      next_try_at: 0,
      alone: 0,
    },
  );
}
// As after a long outage: every waiting row's next try is an hour away.
export function put_off(page) {
  return in_database(page, (database, done, fail) => {
    const change = database.transaction('outbox', 'readwrite');
    const walk = change.objectStore('outbox').openCursor();
    walk.onsuccess = () => {
      const { result } = walk;
      result?.update({ ...result.value, attempts: 9, next_try_at: Date.now() + 3_600_000 });
      result?.continue();
    };
    change.onerror = () => fail(change.error);
    change.oncomplete = () => done();
  });
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

// The notice before somebody is recorded: read to them, to the person, and on.
export async function tell_first(page) {
  const step = page.getByRole('region', { name: /先告知|补上告知|Tell first|Tell them/ });
  await step.getByRole('radiogroup', { name: /怎么告知|How they/ }).getByRole('radio').first().click();
  await step.getByRole('radiogroup', { name: /告知了谁|Who was/ }).getByRole('radio').first().click();
  await step.getByRole('button', { name: /已告知|Told/ }).click();
}
