// SPDX-License-Identifier: Apache-2.0
// A machine that runs out of descriptors or of memory (F13), by limits set on the running server: it
// refuses, does not end, and goes on when there is room again. Its memory under load is bounded.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { until } from '../support/until.mjs';
import { faulty_installation, kCommunity, kGrid, kNeedsGroup, Load, memory_kib, MemoryGroup, metric, verify } from './support.mjs';

const kMemoryKibMost = 512 << 10;
const kRoomKib = 8 << 10; // more than all else wants, less than a hash
const kUnlimited = 'unlimited';
const kSendersOfGroup = 32;
const kAnswersOfGroup = 2_000;

function limit(server, what, to) {
  execFileSync('prlimit', ['--pid', String(server.process.pid), `--${what}=${to}:`]);
}
const descriptors = (server) => readdirSync(`/proc/${server.process.pid}/fd`).length;

// fault: F13
test('without descriptors new connections wait, open ones go on', async (t) => {
  const { installation, serve, remove } = faulty_installation();
  t.after(remove);
  const server = await serve({ set: { 'http.connections_per_client_max': 1_000 } });
  t.after(() => server.kill());
  const load = await new Load({ senders: 1 }).begin(server);
  await load.answered(server, 20);
  const most = descriptors(server) + 10;
  limit(server, 'nofile', most);
  const sockets = [];
  for (let i = 0; i < 40; i += 1) sockets.push(connect(server.port, '127.0.0.1').on('error', () => {}));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  await until('no descriptor is left', () => descriptors(server) >= most);
  await load.answered(server, 20); // its connection is open already
  sockets.forEach((socket) => socket.destroy());
  await until('descriptors are free again', () => descriptors(server) < most);
  const metrics = (await load.first.get('/metrics')).text;
  const refused = metric(metrics, 'wangdi_http_connections_refused_total');
  assert.ok(refused > 0, 'no connection had to wait');
  const fresh = await logged_in(server, 'worker1');
  assert.equal((await fresh.get(`/api/v1/screening/doors?grid=${kGrid}`)).status, 200);
  await load.answered(server, 20);
  await load.check(server);
  await server.stop();
  verify(installation);
  t.diagnostic(`${refused} times no descriptor`);
});

// fault: F13
test('without memory for a log-in it is refused, and all else goes on', async (t) => {
  const { installation, serve, remove } = faulty_installation();
  t.after(remove);
  const server = await serve();
  t.after(() => server.kill());
  const load = await new Load().begin(server);
  await load.answered(server, 200);
  // A hash of a password is the largest piece of memory that is ever asked for.
  limit(server, 'as', (memory_kib(server, 'VmSize') + kRoomKib) * 1024);
  for (let i = 0; i < 5; i += 1) {
    const answer = await load.first.at(server.url).log_in('worker2', installation.password);
    // Not "wrong password".
    assert.equal(answer.json?.name, 'hashing_busy', `${answer.status} ${answer.text} ${server.log}`);
    assert.equal((await load.first.get(`/api/v1/screening/doors?grid=${kGrid}`)).status, 200);
    await load.answered(server, 20);
  }
  limit(server, 'as', kUnlimited);
  await logged_in(server, 'worker2');
  await load.answered(server, 200);
  const peak_kib = memory_kib(server, 'VmHWM');
  assert.ok(peak_kib < kMemoryKibMost, `${peak_kib} KiB at the peak`);
  await load.check(server);
  await server.stop();
  verify(installation);
  t.diagnostic(`peak ${Math.round(peak_kib / 1024)} MiB`);
});

// fault: F13
test('a server that may have 512 MiB in all lives under load', async (t) => {
  const group = MemoryGroup.make(kMemoryKibMost * 1024);
  if (!group) return t.skip(kNeedsGroup);
  const { installation, serve, remove } = faulty_installation();
  let server;
  t.after(async () => {
    await server?.kill();
    group.remove();
    remove();
  });
  server = await group.inside(() => serve({ set: { 'http.connections_per_client_max': 1_000 } }));
  assert.ok(group.has(server.process.pid), 'it is not in the group');
  const load = await new Load({ senders: kSendersOfGroup }).begin(server);
  const officer = await logged_in(server, 'officer');
  // All at once: writes, lists and boards, and log-ins, whose hashes are the largest pieces.
  let goes_on = true;
  const counts = { reads: 0, log_ins: 0 };
  const reading = async (path) => {
    while (goes_on) {
      const answer = await officer.get(path);
      assert.equal(answer.status, 200, `${path} ${answer.text}`);
      counts.reads += 1;
    }
  };
  const logging_in = async (account) => {
    while (goes_on) {
      const answer = await load.first.at(server.url).log_in(account, installation.password);
      assert.ok([200, 429].includes(answer.status), answer.text);
      counts.log_ins += 1;
    }
  };
  const others = [
    reading(`/api/v1/screening/doors?grid=${kGrid}`),
    reading(`/api/v1/reporting/board?region=${kCommunity}`),
    logging_in('worker2'),
    logging_in('worker3'),
  ];
  await load.answered(server, kAnswersOfGroup);
  goes_on = false;
  await Promise.all(others);
  assert.equal(server.process.exitCode, null, server.log);
  assert.equal(server.process.signalCode, null, 'it was killed');
  await load.check(server);
  const peak_mib = Math.round(group.peak_bytes() / (1 << 20));
  t.diagnostic(
    `${load.ledger.size} answers, ${counts.reads} reads, ${counts.log_ins} log-ins; the group's peak ${peak_mib} MiB with ` +
      `pages of files, the server's ${Math.round(memory_kib(server, 'VmHWM') / 1024)} MiB; full ${group.times_full()} times`,
  );
  await server.stop();
  verify(installation);
});
