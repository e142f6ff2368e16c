// SPDX-License-Identifier: Apache-2.0
// A disk that became read-only under a running server (F5), by the library that makes calls fail:
// every write is answered 503, what is open goes on reading, and all heals without a restart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.mjs';
import { faulty_installation, kGrid, Load, verify } from './support.mjs';
import { kWrites } from './shim.mjs';

// fault: F5
test('on a read-only disk writes answer 503 and reads go on', async (t) => {
  const { installation, faults, serve, remove } = faulty_installation();
  t.after(remove);
  const server = await serve();
  t.after(() => server.kill());
  const load = await new Load().begin(server);
  await load.answered(server, 20);

  ['.db-wal', '.db', '.db-shm'].forEach((ending, rule) => faults.set(rule, { calls: kWrites, ending, error: 'EROFS' }));
  for (let round = 0; round < 3; round += 1) {
    await load.run(server, (answer) => {
      assert.equal(answer?.status, 503, answer?.text);
      assert.equal(answer.json.name, 'read_only');
      return true;
    });
    const doors = await load.first.get(`/api/v1/screening/doors?grid=${kGrid}`);
    assert.equal(doors.status, 200, doors.text);
  }
  await until('/ready says so', async () => (await load.first.get('/ready')).status === 503);
  assert.equal((await load.first.get('/health')).status, 200);
  assert.ok(faults.spoilt(0) > 0, 'nothing was refused');

  for (const rule of [0, 1, 2]) faults.clear(rule);
  assert.equal((await load.first.get('/ready')).status, 200);
  await load.send_what_is_open(server);
  await load.answered(server, 20);
  await load.check(server);
  await server.stop();
  verify(installation);
});
