// SPDX-License-Identifier: Apache-2.0
// A really full disk (F4): a small file system that is filled. Writes answer 507 and are kept by the
// phones, reads go on, /ready says so, and all heals without a restart when there is room again;
// also in a checkpoint, a backup and an import. Mounting needs root.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { until } from '../support/until.mjs';
import { faulty_installation, kCommunity, kGrid, kNeedsRoot, Load, metric, SmallDisk, verify } from './support.mjs';

const kDiskMib = 96; // the demo and room for what a test writes
const kLeftBytes = 128 << 10;

// A served installation on a disk of its own.
async function on_small_disk(t, set = {}) {
  const disk = SmallDisk.make(kDiskMib);
  if (!disk) {
    t.skip(kNeedsRoot);
    return undefined;
  }
  t.after(() => disk.remove());
  const { installation, faults, serve, remove } = faulty_installation(disk.path);
  t.after(remove);
  const server = await serve({ set });
  t.after(() => server.kill());
  const load = await new Load().begin(server);
  await load.answered(server, 20);
  return { disk, installation, faults, server, load };
}

async function expect_full(load, server) {
  await load.run(server, (answer) => {
    assert.ok(answer, 'no answer');
    if (answer.status === 200) return false;
    assert.equal(answer.status, 507, answer.text);
    assert.equal(answer.json.name, 'storage_full');
    return true;
  });
  const doors = await load.first.get(`/api/v1/screening/doors?grid=${kGrid}`);
  assert.equal(doors.status, 200, doors.text);
  assert.equal((await load.first.get('/health')).status, 200);
  // It looks at most once a second.
  await until('/ready says so', async () => (await load.first.get('/ready')).status === 507);
}

async function expect_healed(load, server) {
  await until('ready again', async () => (await load.first.get('/ready')).status === 200);
  await load.send_what_is_open(server);
  await load.answered(server, 20);
  await load.check(server);
}

// fault: F4
test('on a full disk writes answer 507 and reads go on until there is room', async (t) => {
  const parts = await on_small_disk(t);
  if (!parts) return;
  const { disk, installation, server, load } = parts;
  for (const left of [kLeftBytes, 0]) {
    disk.fill(left);
    await expect_full(load, server);
    disk.make_room();
    await expect_healed(load, server);
  }
  const failed = metric((await load.first.get('/metrics')).text, 'wangdi_write_batches_failed_total');
  assert.ok(failed > 0);
  await server.stop();
  verify(installation);
  t.diagnostic(`${load.ledger.size} answered, ${[...load.other_answers].join(' ')}`);
});

// fault: F4
test('a checkpoint that finds no room loses nothing, and is made up for', async (t) => {
  const parts = await on_small_disk(t, { 'write.checkpoint_pages': 100 });
  if (!parts) return;
  const { disk, installation, faults, server, load } = parts;
  // The log still has room, the database has none.
  faults.set(0, { calls: ['pwrite', 'write'], ending: '/wangdi.db', error: 'ENOSPC' });
  await load.answered(server, 200);
  assert.ok(faults.spoilt(0) > 1, 'no checkpoint was tried');
  const log = join(installation.data, 'wangdi.db-wal');
  const grown = statSync(log).size;
  assert.ok(grown > 200 * 4096, `the log has ${grown} bytes only`);
  // And then neither of them.
  disk.fill(0);
  await expect_full(load, server);
  disk.make_room();
  faults.clear(0);
  await expect_healed(load, server);
  await load.answered(server, 100);
  await server.stop();
  assert.ok(!existsSync(log), 'the last checkpoint was not made');
  verify(installation);
});

// fault: F4
test('a backup that finds no room says so and leaves nothing behind', async (t) => {
  const parts = await on_small_disk(t);
  if (!parts) return;
  const { disk, installation, server, load } = parts;
  const elsewhere = SmallDisk.make(4);
  t.after(() => elsewhere.remove());
  const before = readdirSync(installation.data).sort();
  // No room for a copy beside the database, then room there but none for the sealed file.
  for (const [fill, to] of [
    [() => disk.fill(8 << 20), installation.base],
    [() => disk.make_room(), elsewhere.path],
  ]) {
    fill();
    const done = installation.run(['backup', '--to', join(to, 'half')]);
    assert.equal(done.status, 1, done.stdout);
    assert.match(done.stderr, /disk is full/);
    assert.deepEqual(readdirSync(to).filter((name) => name.startsWith('half')), []);
    assert.deepEqual(
      readdirSync(installation.data).filter((name) => !before.includes(name) && name !== 'BACKUP'),
      [],
    );
    await load.answered(server, 10);
  }
  await load.check(server);
  await server.stop();
  verify(installation);
});

const kHeader = '楼幢,单元,楼层,室号,姓名,证件类型,手机';
function roster(rows) {
  const lines = Array.from({ length: rows }, (_, i) => `1幢,3,6,${1000 + i},沈阿甲,没有证件,`);
  return Buffer.from(`\ufeff${[kHeader, ...lines].join('\r\n')}\r\n`);
}

// fault: F4
test('an import that finds no room ends with the reason and can be made again', async (t) => {
  const parts = await on_small_disk(t);
  if (!parts) return;
  const { disk, installation, server, load } = parts;
  const officer = await logged_in(server, 'officer');
  const file = roster(3_000);
  const send = async (mode, more = '') => {
    const answer = await officer.request('POST', `/api/v1/residents/import?community=${kCommunity}&mode=${mode}&file_name=x.csv${more}`, {
      raw: file,
      body: '',
      headers: { 'content-type': 'text/csv' },
    });
    return answer.json ?? answer;
  };
  const trial = await send('try');
  assert.equal(trial.importable, 3_000, JSON.stringify(trial).slice(0, 500));
  const apply = async () => {
    const { job } = await send('apply', `&digest=${trial.digest}`);
    return until('the import ends', async () => {
      const state = (await officer.get(`/api/v1/residents/import?job=${job}`)).json;
      return state.state !== 'running' && state;
    });
  };
  disk.fill(1 << 20);
  const failed = await apply();
  assert.equal(failed.state, 'failed', JSON.stringify(failed));
  assert.match(failed.why, /disk is full/);
  assert.ok(failed.applied < 3_000);
  await expect_full(load, server);
  disk.make_room();
  await expect_healed(load, server);
  const again = await apply();
  assert.equal(again.state, 'done', JSON.stringify(again));
  assert.equal(again.applied + again.duplicates, 3_000, JSON.stringify(again));
  await server.stop();
  verify(installation);
});
