// SPDX-License-Identifier: Apache-2.0
// What each operation takes, cut off or spoilt on its way to the real server: the answer is a
// problem of the sender (4xx), never 5xx and never silence, and nothing is written. A sample; every
// byte of every command is tried by src/app/tests/cut_bodies_test.cpp.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation, root } from '../support/server.mjs';

const kCommunity = '320508019044';
const kPlaces = 16; // of a body, evenly spread, its last byte among them
const kBroken = [0x00, 0xff]; // no JSON has them anywhere

// Inner things, and what stands in the bodies below of a person or a secret.
const kLeaks = [/\b(SELECT|INSERT|UPDATE)\b/, /\/tmp\/|\.cpp|\.db\b/, /std::|0x[0-9a-f]{6}/, /19900123456/, /not the right one/, /样例/];

const golden = join(root, 'tests/golden/commands');
const release = readdirSync(golden).at(-1);
const commands = readdirSync(join(golden, release)).map((file) => [
  file.replace(/\.json$/, ''),
  JSON.parse(readFileSync(join(golden, release, file), 'utf8')).full,
]);
const bodies = {
  'device-state': { key: 'AAAAAAAAAAAAAAAAAAAAAA', entered_at: 1 },
  session: { account: 'worker1', password: 'not the right one', device: { key: 'AAAA', challenge: 'AAAA', signature: 'AAAA' } },
  'session/device': { public_key: 'AAAA', signature: 'AAAA' },
  'session/device/code': { password: 'not the right one' },
  'session/factor': { password: 'not the right one', code: '123456' },
  'session/factor/confirm': { code: '123456' },
  'session/proof': { password: 'not the right one', code: '123456' },
  'session/password': { current: 'not the right one', next: 'not the right one either' },
  commands: { device: uuid(), seen: [], commands: [] },
  'audit/export': { district: '320508', from: '2020-02-18', until: '2020-02-18' },
  'resident/visit': { slip: uuid(), slip_code: '1234-5678-9012' },
  'resident/requests': { request: uuid(), kind: 'copy', words: '样例要求' },
  'residents/export': { community: kCommunity, purpose: 'home_visit' },
  'residents/find': { phone: '19900123456', purpose: 'home_visit' },
  'residents/search': { community: kCommunity, text: 'zm' },
  'residents/unmask': { subject: uuid(), fields: ['name'], purpose: 'home_visit' },
};
const files = {
  'matching/upload': `matching/upload?region=${kCommunity}&purpose=official_request&reason=x&file_name=x.xlsx`,
  'residents/import': `residents/import?community=${kCommunity}&mode=try&file_name=x.xlsx`,
  'residents/import/errors': `residents/import/errors?community=${kCommunity}&file_name=x.xlsx`,
};

let installation, server, officer, description;
before(async () => {
  installation = new Installation();
  server = await installation.serve();
  officer = await logged_in(server, 'officer');
  description = (await officer.get('/openapi.json')).json;
});
after(async () => {
  await server.stop();
  installation.remove();
});

const places = (bytes) => Array.from({ length: kPlaces }, (_, i) => Math.floor(((i + 1) * bytes.length) / kPlaces) - 1).filter((at, i, all) => at >= 0 && at !== all[i - 1]);
const cut = (bytes) => places(bytes).map((at) => [`cut at ${at}`, bytes.subarray(0, at)]);
const broken = (bytes) =>
  places(bytes).flatMap((at) => kBroken.map((byte) => [`${byte} at ${at}`, Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)])]));
const post = (path, raw, type = 'application/json') => officer.request('POST', `/api/v1/${path}`, { raw, headers: { 'content-type': type } });

// Commands by result; the server's own acts have batches too, at any moment.
async function written() {
  const { text } = await officer.get('/metrics');
  return text.split('\n').filter((line) => /^wangdi_commands_total/.test(line));
}

function check_refused(answer, what) {
  assert.ok(answer.status >= 400 && answer.status < 500, `${what} -> ${answer.status} ${answer.text.slice(0, 200)}`);
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/, what);
  assert.ok(answer.json.name, what);
  for (const leak of kLeaks) assert.doesNotMatch(answer.text, leak, what);
}

async function refused_everywhere(name, path, bytes) {
  for (const [how, raw] of [...cut(bytes), ...broken(bytes)]) check_refused(await post(path, raw), `${name}, ${how}`);
}

// security: IO5
test('the bodies of all operations, cut and spoilt, are refused and nothing is written', async () => {
  const posts = Object.entries(description.paths)
    .filter(([, methods]) => methods.post)
    .map(([path]) => path.replace('/api/v1/', ''));
  assert.deepEqual(posts.sort(), [...Object.keys(bodies), ...Object.keys(files)].sort(), 'an operation without a body in this test');
  const before_all = await written();
  for (const [path, body] of Object.entries(bodies)) await refused_everywhere(path, path, Buffer.from(JSON.stringify(body)));
  for (const [type, body] of commands) {
    const batch = { device: uuid(), seen: [], commands: [officer.command(type, kCommunity, body)] };
    await refused_everywhere(type, 'commands', Buffer.from(JSON.stringify(batch)));
  }
  assert.deepEqual(await written(), before_all);
});

test('a command that is right JSON and no right body is refused by itself', async () => {
  const before_all = await written();
  const result = await officer.one('regions.add_grid', kCommunity, { community: kCommunity, suffix: 7 });
  assert.equal(result.status, 'refused', JSON.stringify(result));
  assert.equal(result.problem.name, 'invalid_fields');
  assert.deepEqual(await written(), before_all);
});

test('a workbook that is cut or spoilt is refused or read, never a failure of the server', async () => {
  const answer = await fetch(`${server.url}/api/v1/residents/template`, { headers: { cookie: [...officer.cookies].map((pair) => pair.join('=')).join('; ') } });
  const workbook = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, 200);
  for (const path of Object.values(files)) {
    // A list may be read without the last byte, an import has no row then.
    const lists = path.startsWith('matching');
    for (const [how, raw] of lists ? [] : cut(workbook)) check_refused(await post(path, raw, 'application/octet-stream'), `${path}, ${how}`);
    for (const [how, raw] of [...(lists ? cut(workbook) : []), ...broken(workbook)]) {
      const { status, text } = await post(path, raw, 'application/octet-stream');
      assert.ok(status < 500, `${path}, ${how} -> ${status} ${text.slice(0, 200)}`);
    }
  }
});

test('a mark of a page that nobody gave is refused or leads nowhere', async () => {
  const marks = ['.', '..', '0.', '-1.0', `${'9'.repeat(30)}.${uuid()}`, `${'9'.repeat(18)}.${uuid()}`, `320508.${uuid()}`, uuid(), '\u0000', '\uFFFD', "' OR 1=1 --", 'x'.repeat(80), '9'.repeat(1_000)];
  const paged = Object.entries(description.paths).filter(([, methods]) => methods.get?.parameters?.some(({ name }) => name === 'after'));
  assert.ok(paged.length >= 3, `${paged.length} operations give pages`);
  for (const [path, { get }] of paged) {
    const own = get.parameters.some(({ name }) => name === 'community') ? `community=${kCommunity}` : `region=${kCommunity}`;
    for (const mark of marks) {
      const { status, text } = await officer.get(`${path}?${own}&after=${encodeURIComponent(mark)}`);
      assert.ok(status < 500, `${path} after ${JSON.stringify(mark)} -> ${status} ${text.slice(0, 200)}`);
    }
  }
});

// BREACH: what holds a secret of the server is not packed beside what the sender chose.
// security: SE4
test('answers that hold a secret are never packed', async () => {
  const headers = { 'accept-encoding': 'gzip' };
  const names = Array.from({ length: 40 }, (_, i) => `packed-${i}`);
  const opened = names.map((name) => officer.command('accounts.open', `${kCommunity}001`, { account: uuid(), name, display_name: '测试', role: 'grid_worker', region: `${kCommunity}001` }));
  const answer = await officer.request('POST', '/api/v1/commands', { body: { device: officer.device, seen: [], commands: opened }, headers });
  assert.ok(answer.json.results.every(({ answer: given }) => given.first_secret), answer.text.slice(0, 200));
  assert.ok(answer.text.length > 8 << 10, 'long enough that a view would be packed');
  assert.equal(answer.headers.get('content-encoding'), null);
  for (const method of ['GET', 'DELETE']) {
    assert.equal((await officer.request(method, '/api/v1/session', { headers })).headers.get('content-encoding'), null);
  }
});
