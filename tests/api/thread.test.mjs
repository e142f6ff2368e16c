// SPDX-License-Identifier: Apache-2.0
// The thread without a browser: one visit is answered after the disk has it, and the boards of
// every level from the community to the nation have moved.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, Client, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';

let installation, server;
before(async () => {
  installation = new Installation();
  server = await installation.serve();
});
after(async () => {
  await server.stop();
  installation.remove();
});

const levels = { officer: '320508019044', township: '320508019', county: '320508', city: '3205', province: '32', nation: '' };

async function reached(client, region) {
  const board = await client.get(`/api/v1/reporting/board?region=${region}`);
  assert.equal(board.status, 200, board.text);
  return board.json.households.reached;
}
async function a_due_door(worker) {
  const doors = await worker.get('/api/v1/screening/doors?grid=320508019044001');
  assert.equal(doors.status, 200, doors.text);
  return doors.json.doors.find((door) => ['due', 'overdue'].includes(door.status) && door.persons.length > 0);
}

test('a visit moves the board of every level by one', async () => {
  const worker = await logged_in(server, 'worker1');
  const clients = new Map();
  const before_visit = new Map();
  for (const [account, region] of Object.entries(levels)) {
    clients.set(account, await logged_in(server, account));
    before_visit.set(account, await reached(clients.get(account), region));
  }
  const door = await a_due_door(worker);
  const result = await worker.one('screening.record_visit', '320508019044001', {
    visit: uuid(),
    household: door.household,
    outcome: 'all_well',
    exceptions: [],
  });
  assert.equal(result.status, 'applied', JSON.stringify(result));
  assert.equal(result.position.district, 320508);
  assert.match(result.receipt, /^[0-9a-f]{32}$/);
  for (const [account, region] of Object.entries(levels)) {
    assert.equal(await reached(clients.get(account), region), before_visit.get(account) + 1, account);
  }
});

test('a command sent twice is answered the same and counted once', async () => {
  const worker = await logged_in(server, 'worker1');
  const door = await a_due_door(worker);
  const command = worker.command('screening.record_visit', '320508019044001', {
    visit: uuid(),
    household: door.household,
    outcome: 'all_well',
    exceptions: [],
  });
  const first = (await worker.send([command])).json.results[0];
  const again = (await worker.send([command])).json.results[0];
  assert.equal(first.status, 'applied');
  assert.equal(again.status, 'duplicate');
  assert.deepEqual(again.position, first.position);
  const other = (await worker.send([{ ...command, body: { ...command.body, outcome: 'refused' } }])).json.results[0];
  assert.equal(other.status, 'refused');
  assert.equal(other.problem.name, 'command_id_reused');
});

test('one refusal stops no other, and all errors of a body come at once', async () => {
  const worker = await logged_in(server, 'worker1');
  const door = await a_due_door(worker);
  const good = worker.command('screening.record_visit', '320508019044001', {
    visit: uuid(),
    household: door.household,
    outcome: 'all_well',
    exceptions: [],
  });
  const bad = worker.command('screening.record_visit', '320508019044001', {
    visit: 'x',
    household: door.household,
    outcome: 'perhaps',
    extra: 1,
  });
  const unknown = worker.command('screening.no_such', '320508019044001', {});
  const { results } = (await worker.send([bad, unknown, good])).json;
  assert.deepEqual(results.map((one) => one.status), ['refused', 'refused', 'applied']);
  assert.equal(results[0].problem.name, 'invalid_fields');
  assert.deepEqual(results[0].problem.errors.map((error) => error.pointer).sort(), ['/extra', '/outcome', '/visit']);
  assert.equal(results[1].problem.name, 'command_unknown');
});

test('a wrong envelope is 400 and says every place', async () => {
  const worker = await logged_in(server, 'worker1');
  const answer = await worker.post('/api/v1/commands', {
    device: 'x',
    seen: [],
    commands: [{ id: 1, type: 'screening.record_visit', region: '', occurred_at: 'now', body: {} }],
  });
  assert.equal(answer.status, 400);
  assert.equal(answer.json.name, 'malformed_request');
  assert.deepEqual(
    answer.json.errors.map((error) => error.pointer).sort(),
    ['/commands/0/device_sequence', '/commands/0/id', '/commands/0/occurred_at', '/device'],
  );
});

// security: AZ2
test('what is out of scope answers as what is not there', async () => {
  const worker = await logged_in(server, 'worker1');
  for (const path of [
    '/api/v1/screening/doors?grid=320508019044002',
    '/api/v1/screening/doors?grid=320508019044999',
    '/api/v1/screening/doors?grid=110101001001001',
    '/api/v1/reporting/board?region=320508',
  ]) {
    const answer = await worker.get(path);
    assert.equal(answer.status, 404, path);
    assert.equal(answer.json.name, 'not_found', path);
  }
});

// security: SE1, SE4
test('a session is a HttpOnly cookie, and a write needs its token and the own origin', async () => {
  const worker = new Client(server.url);
  const answer = await worker.log_in('worker1', installation.password);
  const cookie = answer.headers.getSetCookie().find((one) => one.startsWith('wangdi='));
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  const without = await worker.request('POST', '/api/v1/commands', { body: { device: uuid(), seen: [], commands: [] }, headers: { 'x-csrf-token': 'no' } });
  assert.equal(without.status, 403);
  const foreign = await worker.request('POST', '/api/v1/commands', { body: { device: uuid(), seen: [], commands: [] }, headers: { origin: 'http://example.org' } });
  assert.equal(foreign.status, 403);
  assert.equal((await new Client(server.url).get('/api/v1/session')).status, 401);
});

// security: AU3
test('a log-in that fails says nothing about which part was wrong', async () => {
  const stranger = new Client(server.url);
  const unknown = await stranger.log_in('nobody-here', 'some long password');
  const wrong = await stranger.log_in('worker2', 'some long password');
  assert.equal(unknown.status, 401);
  assert.equal(wrong.status, 401);
  const { instance: _a, ...one } = unknown.json;
  const { instance: _b, ...other } = wrong.json;
  assert.deepEqual(one, other);
});

test('a long list goes out packed to whoever takes it, the log-in never', async () => {
  const worker = await logged_in(server, 'worker1');
  const path = '/api/v1/screening/doors?grid=320508019044001';
  const coding = async (accept) => {
    const { headers, json } = await worker.request('GET', path, { headers: { 'accept-encoding': accept } });
    assert.ok(json.doors.length > 200);
    assert.equal(headers.get('vary'), 'Accept-Encoding');
    return { coding: headers.get('content-encoding'), bytes: Number(headers.get('content-length')) };
  };
  const [plain, packed] = [await coding('identity'), await coding('gzip')];
  assert.equal(plain.coding, null);
  assert.equal(packed.coding, 'gzip');
  assert.ok(packed.bytes * 4 < plain.bytes, `${packed.bytes} of ${plain.bytes}`);
  const session = await worker.request('GET', '/api/v1/session', { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(session.headers.get('content-encoding'), null);
});

test('log-out ends the session', async () => {
  const worker = await logged_in(server, 'worker1');
  assert.equal((await worker.request('DELETE', '/api/v1/session')).status, 204);
  assert.equal((await worker.get('/api/v1/session')).status, 401);
});
