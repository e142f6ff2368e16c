// SPDX-License-Identifier: Apache-2.0
// Times of the phone on a slow line: three runs each, the best and the median are printed. They are
// measured and reported; what fails here is only that something does not work at all.
import { after, before, test } from 'node:test';
import { Installation } from '../support/server.mjs';
import { Chromium } from './browser.mjs';
import { all_well, ready_for_offline, worker_at_doors } from './screens.mjs';

const kRuns = 3;
const slow = { kbit: 400, rtt_ms: 400, cpu: 4, budget_ms: 5000 };
const fair = { kbit: 1600, rtt_ms: 150, cpu: 4, budget_ms: 2500 };
const kRepeatMs = 1500;
const kSaveMs = 100;
const kSaves = 9;

let installation, server, chromium;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

function report(t, what, times, budget) {
  const sorted = [...times].sort((a, b) => a - b).map(Math.round);
  const median = sorted[Math.floor(sorted.length / 2)];
  const within = median <= budget ? 'within' : 'ABOVE';
  t.diagnostic(`${what}: best ${sorted[0]}, median ${median} ms, ${within} ${budget} ms`);
}
async function throttle(profile, { kbit, rtt_ms, cpu }) {
  const devtools = await profile.context.newCDPSession(profile.page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: rtt_ms,
    downloadThroughput: (kbit * 1000) / 8,
    uploadThroughput: (kbit * 1000) / 8,
  });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpu });
  return devtools;
}
// In the page: the button gives way to the word only when the record is on disk.
function tap_until_noted() {
  return new Promise((done) => {
    const waiting = () => document.querySelectorAll('button.allok').length;
    const before = waiting();
    const watcher = new MutationObserver(() => {
      if (waiting() >= before) return;
      watcher.disconnect();
      requestAnimationFrame(() => done(performance.now() - from));
    });
    watcher.observe(document.body, { childList: true, subtree: true });
    const from = performance.now();
    document.querySelector('button.allok').click();
  });
}
// From the tap on the link to the first door that can be noted, by the page's own clock.
async function first_door(page) {
  await page.goto(`${server.url}/doors`, { waitUntil: 'commit' });
  await all_well(page).first().waitFor({ timeout: 60_000 });
  return page.evaluate(() => performance.now());
}
// The session stays, everything that was stored of the app goes: as on a phone that comes new.
async function forget_app(page, devtools) {
  await page.goto('about:blank');
  await devtools.send('Network.clearBrowserCache');
  await devtools.send('Storage.clearDataForOrigin', {
    origin: server.url,
    storageTypes: 'service_workers,cache_storage,indexeddb',
  });
}

for (const [name, line] of Object.entries({ slow, fair })) {
  test(`first task on a ${name} line (${line.kbit} kbit/s, ${line.rtt_ms} ms, CPU ${line.cpu}x)`, async (t) => {
    const profile = await chromium.profile();
    await worker_at_doors(profile, server);
    const devtools = await throttle(profile, line);
    const times = [];
    for (let run = 0; run < kRuns; run += 1) {
      await forget_app(profile.page, devtools);
      times.push(await first_door(profile.page));
    }
    report(t, 'first door', times, line.budget_ms);
    await profile.close();
  });
}

test('repeat start from the phone itself, CPU 4x', async (t) => {
  const profile = await chromium.profile();
  await worker_at_doors(profile, server);
  await ready_for_offline(profile.page);
  await first_door(profile.page);
  await throttle(profile, slow);
  const times = [];
  for (let run = 0; run < kRuns; run += 1) times.push(await first_door(profile.page));
  report(t, 'first door', times, kRepeatMs);
  await profile.close();
});

for (const cpu of [1, 4]) {
  test(`from the tap to "saved" without network, CPU ${cpu}x`, async (t) => {
    const profile = await chromium.profile();
    const page = await worker_at_doors(profile, server);
    await ready_for_offline(page);
    const devtools = await profile.context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpu });
    await profile.offline(true);
    const times = [];
    for (let save = 0; save < kSaves; save += 1) times.push(await page.evaluate(tap_until_noted));
    report(t, 'save', times, kSaveMs);
    await profile.close();
  });
}
