// SPDX-License-Identifier: Apache-2.0
// A disk that refuses a sync (F3): the n-th fsync of the log, of the keys' log or of the database
// fails once. The server ends itself with one line, answers nothing that is not there, starts again
// within 3 s and has all it ever answered. n goes to 200 in `./test --long`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faulty_installation, is_long, Load, verify } from './support.mjs';
import { kSyncs } from './shim.mjs';

const kFiles = ['wangdi.db-wal', 'keys.db-wal', 'wangdi.db'];
const kTimes = Number(process.env.WANGDI_SYNCS ?? (is_long ? 200 : 4));
const kStartMsMost = 3_000;
// Checkpoints as often as the configuration lets: they sync the database itself.
const set = { 'write.checkpoint_pages': 100 };

// fault: F3
test(`after a failed fsync the server ends and comes back whole, n = 1..${kTimes}`, async (t) => {
  const { installation, faults, serve, remove } = faulty_installation();
  t.after(remove);
  let load;
  const starts_ms = [];
  for (let n = 1; n <= kTimes; n += 1) {
    for (const ending of kFiles) {
      const server = await serve({ set });
      t.after(() => server.kill());
      starts_ms.push(server.started_ms);
      load ??= await new Load().begin(server);
      faults.set(0, { calls: kSyncs, ending, first: n, times: 1, error: 'EIO' });
      await load.until_gone(server);
      const { signal } = await server.exited;
      const what = `${ending}, n = ${n}`;
      assert.equal(faults.spoilt(0), 1, `${what}: nothing failed`);
      assert.equal(signal, 'SIGABRT', `${what}: ${server.log}`);
      const said = server.log.trim().split('\n');
      assert.equal(said.length, 1, `${what}: ${server.log}`);
      const line = JSON.parse(said[0]);
      assert.deepEqual([line.level, line.event, line.errno], ['fatal', 'sync_failed', 5]);
      faults.clear(0);
    }
  }
  const server = await serve({ set });
  t.after(() => server.kill());
  await load.send_what_is_open(server);
  await load.check(server);
  await server.stop();
  verify(installation);
  // The middle one: a machine that is busy with other things may hold up a single start.
  const [middle_ms] = starts_ms.sort((a, b) => a - b).slice(starts_ms.length / 2);
  assert.ok(middle_ms < kStartMsMost, `a start takes ${middle_ms} ms`);
  const most_ms = Math.round(starts_ms.at(-1));
  t.diagnostic(`${load.ledger.size} answers, ${kTimes * kFiles.length} failed syncs, starts ${Math.round(middle_ms)} ms, at most ${most_ms} ms`);
});

test('a folder whose sync fails is not served', async (t) => {
  const { faults, serve, remove } = faulty_installation();
  t.after(remove);
  faults.set(0, { calls: ['fsync'], ending: '/data', times: 1, error: 'EIO' });
  await assert.rejects(serve(), /storage/i);
  const server = await serve();
  await server.stop();
});
