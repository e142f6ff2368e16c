// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium driven by playwright-core. `Chromium` is one process with profiles that know
// nothing of each other; `Phone` is a process of its own on a folder, so that it can be killed and
// started again on what it had stored.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';

// Without these a headless Chromium asks for hosts of its own at each start.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--lang=zh-CN',
];
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const phone = { width: 360, height: 740 };
export const desktop = { width: 1440, height: 900 };
// The PIN of every phone. Whoever wants to type it by hand says `phone.types_pin(page, false)` first.
export const kPin = '258036';
const kWaitMs = Number(process.env.WANGDI_E2E_WAIT_MS ?? 20_000);

// How a page looks is kept in localStorage, as web/src/shell/prefs.ts and public/boot.js read it.
function prefs_script({ lang, theme, elder }) {
  const set = (key, value) => `localStorage.setItem('wangdi.${key}', '${value}');`;
  return [
    "if (location.protocol.startsWith('http') && !localStorage.getItem('wangdi.test')) {",
    set('test', '1'),
    lang ? set('lang', lang) : '',
    theme ? set('theme', theme) : '',
    elder ? set('elder', '1') : '',
    '}',
  ].join('\n');
}
const options = (viewport) => ({
  viewport,
  locale: 'zh-CN',
  timezoneId: 'Asia/Shanghai',
  deviceScaleFactor: 1,
  acceptDownloads: true,
});

export class Profile {
  foreign = []; // requests that left the origin
  violations = []; // of the content security policy
  errors = []; // of the page's own script

  constructor(context) {
    this.context = context;
    context.setDefaultTimeout(kWaitMs);
    context.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && hostname !== '127.0.0.1') this.foreign.push(request.url());
    });
    context.on('page', (page) => {
      this.#watch(page);
      void this.types_pin(page).catch(() => undefined);
    });
  }
  async open() {
    await this.context.addInitScript(
      "addEventListener('securitypolicyviolation', (event) => " +
        'console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`))',
    );
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    this.#watch(this.page);
    await this.types_pin(this.page);
    return this;
  }
  // Where a page asks for the PIN before it goes on, it is chosen or typed, as its owner does it.
  async types_pin(page, does = true) {
    const form = page.locator('form#pin');
    await this.#typing.get(page);
    if (does === this.#typing.has(page)) return;
    if (!does) {
      this.#typing.delete(page);
      await page.removeLocatorHandler(form);
      return;
    }
    const ready = page.addLocatorHandler(form, async () => {
      const fields = form.locator('input');
      const chooses = (await fields.count()) > 1;
      for (const field of (await fields.all()).slice(1)) await field.fill(kPin);
      await fields.first().fill(kPin); // typing the last digit is enough to open
      if (chooses) await fields.first().press('Enter');
    });
    this.#typing.set(page, ready);
    for (const way of page.goes_through ? [] : ['goto', 'reload']) {
      page.goes_through = true;
      const go = page[way].bind(page);
      page[way] = async (...words) => {
        const answer = await go(...words);
        await this.#through(page);
        return answer;
      };
    }
    await ready;
  }
  // What a test asks next may be asked at once, without waiting: the PIN is behind it then.
  async #through(page) {
    if (!this.#typing.has(page) || (await page.locator('#app').count()) === 0) return;
    await page.locator('.topbar, #login, .resident').first().waitFor({ state: 'attached' });
  }
  #typing = new Map(); // pages with what tells when it has begun
  #watched = new Set();
  #watch(page) {
    if (this.#watched.has(page)) return;
    this.#watched.add(page);
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) this.violations.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(error.message));
  }
  // The network of the whole profile, its service worker's too.
  offline(is_offline) {
    return this.context.setOffline(is_offline);
  }
  // What the last page looked like, for whoever looks for the reason of a failure.
  async close() {
    const folder = process.env.WANGDI_E2E_PICTURES;
    if (folder) {
      const path = join(folder, `${basename(process.argv[1])}.${(pictures += 1)}.png`);
      await this.page.screenshot({ path }).catch(() => undefined);
    }
    await this.context.close().catch(() => undefined);
  }
}
let pictures = 0;

export class Chromium {
  static async start() {
    const started = new Chromium();
    started.browser = await chromium.launch({ executablePath, headless: true, args: flags });
    return started;
  }
  #profiles = [];
  async profile({ viewport = phone, ...prefs } = {}) {
    const context = await this.browser.newContext(options(viewport));
    await context.addInitScript(prefs_script(prefs));
    const profile = await new Profile(context).open();
    this.#profiles.push(profile);
    return profile;
  }
  async close() {
    await Promise.all(this.#profiles.map((profile) => profile.close()));
    await this.browser.close();
  }
}

export class Phone {
  constructor(viewport = phone) {
    this.viewport = viewport;
    this.folder = mkdtempSync(join(tmpdir(), 'wangdi_browser_'));
  }
  async start() {
    const context = await chromium.launchPersistentContext(this.folder, {
      executablePath,
      headless: true,
      args: flags,
      ...options(this.viewport),
    });
    this.profile = await new Profile(context).open();
    return this.profile;
  }
  // As when the battery dies: no page is told.
  async kill() {
    const found = execFileSync('pgrep', ['-f', `user-data-dir=${this.folder}`], { encoding: 'utf8' });
    const gone = new Promise((done) => this.profile.context.once('close', done));
    for (const pid of found.trim().split('\n')) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        /* ended with its parent */
      }
    }
    await gone;
  }
  async close() {
    await this.profile?.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
