// SPDX-License-Identifier: Apache-2.0
// A disk that takes two seconds for each sync (F7): what waits is bounded, the rest is told 503 with
// Retry-After at once, memory does not grow, reads go on, and all is quick again when the disk is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.mjs';
import { faulty_installation, kGrid, Load, memory_kib, metric, verify } from './support.mjs';
import { kSyncs } from './shim.mjs';

const kQueue = 200; // the smallest there is
const kSenders = 100;
const kOpen = 10; // commands of each sender at once: all together more than queue and batch hold
const kCalmSenders = 16; // whom the queue has room for
const kSlowMs = 2_000;
const kGrowthKibMost = 16 << 10;
const set = { 'write.queue_max': kQueue, 'http.connections_per_client_max': 1_000 };

// fault: F7
test('a slow disk bounds the queue and says when to come again', async (t) => {
  const { installation, faults, serve, remove } = faulty_installation();
  t.after(remove);
  const server = await serve({ set });
  t.after(() => server.kill());
  const load = await new Load({ senders: kSenders }).begin(server);
  await load.answered(server, 500, kCalmSenders); // warm
  const before_kib = memory_kib(server);

  faults.set(0, { calls: kSyncs, ending: '.db-wal', wait_ms: kSlowMs });
  const busy = [];
  let slowest_refusal_ms = 0;
  let most_waiting = 0;
  const end = performance.now() + 3 * kSlowMs;
  const watching = (async () => {
    while (performance.now() < end) {
      const metrics = await load.first.get('/metrics');
      most_waiting = Math.max(most_waiting, metric(metrics.text, 'wangdi_write_queue'));
      assert.equal((await load.first.get(`/api/v1/screening/doors?grid=${kGrid}`)).status, 200);
    }
  })();
  await Promise.all(
    load.opens.map(async (open) => {
      const client = load.first.at(server.url);
      while (performance.now() < end) {
        while (open.length < kOpen) open.push(load.command(client));
        const begun = performance.now();
        const answer = await load.send(client, open);
        if (answer?.status === 200) continue;
        assert.equal(answer?.status, 503, answer?.text);
        busy.push(Number(answer.headers.get('retry-after')));
        slowest_refusal_ms = Math.max(slowest_refusal_ms, performance.now() - begun);
        // As a phone would, if not as long.
        await until('a moment', () => performance.now() > begun + 200);
      }
    }),
  );
  await watching;
  assert.ok(busy.length >= kSenders - (2 * kQueue) / kOpen, `only ${busy.length} were told to wait`);
  assert.ok(busy.every((seconds) => seconds >= 1), 'without Retry-After');
  assert.ok(slowest_refusal_ms < kSlowMs, `a refusal took ${slowest_refusal_ms} ms`);
  assert.ok(most_waiting > 0 && most_waiting <= kQueue, `${most_waiting} waited`);
  const grown_kib = memory_kib(server) - before_kib;
  assert.ok(grown_kib < kGrowthKibMost, `memory grew by ${grown_kib} KiB`);

  faults.clear(0);
  await load.send_what_is_open(server);
  const begun = performance.now();
  await load.answered(server, 200, kCalmSenders);
  const quick_ms = performance.now() - begun;
  assert.ok(quick_ms < kSlowMs * 2, `200 commands took ${quick_ms} ms afterwards`);
  await load.check(server);
  await server.stop();
  verify(installation);
  t.diagnostic(`${busy.length} told to wait, ${most_waiting} waited at most, memory +${grown_kib} KiB`);
});
