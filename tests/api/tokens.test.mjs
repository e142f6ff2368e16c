// SPDX-License-Identifier: Apache-2.0
// API tokens over the real interface: what a program may ask with one, how it is shown, and that it
// ends with its owner's rights within a second.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, logged_in, open_accounts, uuid } from '../support/client.mjs';
import { files_below } from '../support/files.mjs';
import { database_folders } from '../support/postgres.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const kCommunity = '320508019044';
const kGrid = `${kCommunity}001`;
const kCounty = '320508';
const kAllUses = ['figures', 'places', 'cut_offs'];
const kAtOnceMs = 1_000;

let installation, server, county;
const secrets = [];
before(async () => {
  installation = new Installation();
  server = await installation.serve({ log_level: 'debug' });
  county = await logged_in(server, 'county');
});
after(async () => {
  await server?.stop();
  installation?.remove();
});

class Program extends Client {
  constructor(url, secret) {
    super(url);
    this.secret = secret;
  }
  request(method, path, more = {}) {
    return super.request(method, path, { ...more, headers: { authorization: `Bearer ${this.secret}`, ...more.headers } });
  }
}
async function make(owner, more = {}) {
  const own = owner.account.region.code;
  const token = uuid();
  const body = { token, name: '统计程序', purpose: '每天取数字', uses: kAllUses, region: own, days: 90, ...more };
  const made = await owner.one('accounts.make_token', own, body);
  assert.equal(made.status, 'applied', JSON.stringify(made));
  secrets.push(made.answer.token_secret);
  return { id: token, secret: made.answer.token_secret, program: new Program(server.url, made.answer.token_secret) };
}
const board = (program, region) => program.get(`/api/v1/reporting/board?region=${region}`);
async function revoke(owner, id, account = owner.account) {
  const done = await owner.one('accounts.revoke_token', account.region.code, { account: account.id, token: id });
  assert.equal(done.status, 'applied', JSON.stringify(done));
}
// An officer of the community with a password of its own.
async function officer_of_its_own(name) {
  const account = { account: uuid(), name, display_name: '程序之主', role: 'county_officer', region: kCounty };
  const [first] = await open_accounts(server, [account]);
  const client = new Client(server.url);
  await client.log_in(name, first);
  const set = await client.post('/api/v1/session/password', { current: first, next: `${installation.password}-7` });
  assert.equal(set.status, 200, set.text);
  client.csrf = set.json.csrf;
  client.account = set.json.account;
  return client;
}

// security: TK1
test('a program asks with the header alone', async () => {
  const { program } = await make(county);
  const answer = await board(program, kCounty);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers.get('set-cookie'), null);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const stored = await program.one('reporting.take_cut_off', kCounty, { name: '程序存的', region: kCounty });
  assert.equal(stored.status, 'applied', JSON.stringify(stored));
});

// security: TK1
test('a token in the address, beside a cookie or of another form is refused', async () => {
  const { secret, program } = await make(county);
  const path = `/api/v1/reporting/board?region=${kCounty}`;
  const anyone = new Client(server.url);
  for (const name of ['access_token', 'token', 'authorization', 'Access_Token']) {
    for (const who of [anyone, county, program]) {
      const answer = await who.get(`${path}&${name}=${secret}`);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.name, 'token_in_url');
      assert.ok(!answer.text.includes(secret));
    }
  }
  const both = await county.request('GET', path, { headers: { authorization: `Bearer ${secret}` } });
  assert.deepEqual([both.status, both.json.name], [400, 'token_with_cookie']);
  const asked = (authorization) => anyone.request('GET', path, { headers: { authorization } });
  for (const value of ['Bearer', `Bearer x${secret}`, `Bearer ${secret} ${secret}`, `Bearer ${secret}, Bearer ${secret}`, `bearer${secret.slice(1)}`]) {
    const answer = await asked(value);
    assert.deepEqual([answer.status, answer.json.name], [401, 'token_invalid'], value.slice(0, 12));
    assert.ok(!answer.text.includes(secret));
  }
  assert.equal((await asked(`bearer ${secret}`)).status, 200, 'the scheme has no case');
  // Another scheme is for who stands in front of the server, and opens nothing.
  assert.equal((await asked(`Basic ${secret}`)).json.name, 'login_required');
  const session = [...county.cookies.values()][0];
  assert.equal((await asked(`Bearer ${session}`)).json.name, 'token_invalid', "a session's cookie is no token");
  anyone.cookies.set('wangdi', secret);
  assert.equal((await anyone.get(path)).json.name, 'login_required', 'and a token is no cookie');
});

// security: TK1, TK2, AZ1
test('every operation takes the tokens it says it takes and no other', async () => {
  const description = (await county.get('/openapi.json')).json;
  const by_use = new Map();
  for (const use of kAllUses) by_use.set(use, (await make(county, { uses: [use] })).program);
  const query = { 'reporting/board': `?region=${kCounty}`, 'reporting/cut_offs': `?region=${kCounty}`, 'regions/path': `?region=${kCounty}`, 'regions/children': `?region=${kCounty}`, 'regions/search': '?q=gs' };
  const taken = [];
  for (const [path, methods] of Object.entries(description.paths)) {
    if (!path.startsWith('/api/v1/') || path === '/api/v1/commands') continue;
    for (const [method, operation] of Object.entries(methods)) {
      for (const [use, program] of by_use) {
        const below = path.replace('/api/v1/', '');
        let answer;
        await until('the server has read', async () => {
          answer = await program.request(method.toUpperCase(), path + (query[below] ?? ''), method === 'post' ? { body: {} } : {});
          return answer.status !== 503;
        });
        if (operation['x-token-use'] === use) {
          assert.equal(answer.status, 200, `${method} ${path}: ${answer.text.slice(0, 200)}`);
          taken.push(`${use} ${below}`);
        } else if (method === 'post' && path === '/api/v1/session') {
          assert.equal(answer.status, 422, 'logging in looks at no token');
        } else {
          assert.deepEqual([answer.status, answer.json.name], [404, 'not_found'], `${use}: ${method} ${path}`);
        }
      }
    }
  }
  assert.deepEqual(taken.sort(), ['figures reporting/board', 'figures reporting/cut_offs', 'figures reporting/indicators', 'places regions/children', 'places regions/path', 'places regions/search']);
  const golden = { 'reporting.take_cut_off': { name: '另一刻', region: kCounty } };
  for (const [type, command] of Object.entries(description['x-commands'])) {
    for (const [use, program] of by_use) {
      const result = await program.one(type, kCounty, golden[type] ?? {});
      const may = command['x-token-use'] === use;
      assert.equal(result.status, may ? 'applied' : 'refused', `${use}: ${type} ${JSON.stringify(result)}`);
    }
  }
  // Right bodies too: a program can neither add people nor open accounts nor make another token.
  const { program } = await make(county);
  const bodies = {
    'residents.add_household': { id: uuid(), grid: kGrid, building: uuid(), unit: '1', floor: 1, room: '1', state: 'occupied' },
    'accounts.open': { account: uuid(), name: 'by.program', display_name: '程序', role: 'grid_worker', region: kGrid },
    'accounts.make_token': { token: uuid(), name: '又一个', purpose: '测试', uses: ['figures'], region: kCounty, days: 1 },
    'accounts.revoke_token': { account: county.account.id, token: uuid() },
  };
  for (const [type, body] of Object.entries(bodies)) {
    const result = await program.one(type, body.region ?? body.grid ?? kCounty, body);
    assert.equal(result.problem?.name, 'not_found', `${type} ${JSON.stringify(result)}`);
  }
});

// security: TK2, AZ2
test('a token reaches its own region and not beyond', async () => {
  const { program } = await make(county, { region: kCommunity });
  assert.equal((await board(program, kCommunity)).status, 200);
  for (const region of ['320508019', kCounty, '3205', '', '320508019043']) {
    assert.equal((await board(program, region)).json.name, 'not_found', region);
    const result = await program.one('reporting.take_cut_off', region, { name: `越界${region}`, region });
    assert.equal(result.problem?.name, 'not_found', JSON.stringify(result));
  }
});

// security: TK1
test('a token that is revoked ends within a second', async (t) => {
  const { id, program } = await make(county);
  assert.equal((await board(program, kCounty)).status, 200);
  const from = performance.now();
  await revoke(county, id);
  await until('the token is refused', async () => (await board(program, kCounty)).json?.name === 'token_invalid', kAtOnceMs);
  t.diagnostic(`refused after ${Math.round(performance.now() - from)} ms, the order included`);
  const { tokens } = (await county.get('/api/v1/accounts/tokens')).json;
  assert.equal(tokens.find((one) => one.id === id).state, 'revoked');
});

// security: TK2
test('a change of the owner ends tokens within a second', async (t) => {
  const security = await logged_in(server, 'security');
  const admin = await logged_in(server, 'admin');
  const acts = {
    demoted: (owner) => security.one('accounts.move', kCounty, { account: owner.account.id, role: 'community_officer', region: kCommunity }),
    reset: (owner) => security.one('accounts.reset', kCounty, { account: owner.account.id }),
    closed: (owner) => admin.one('accounts.close', kCounty, { account: owner.account.id, reason: '测试' }),
  };
  for (const [name, act] of Object.entries(acts)) {
    const owner = await officer_of_its_own(`owner.${name}`);
    const { program } = await make(owner);
    assert.equal((await board(program, kCounty)).status, 200);
    const from = performance.now();
    assert.equal((await act(owner)).status, 'applied');
    for (const region of [kCounty, kCommunity]) {
      await until('the token is refused', async () => (await board(program, region)).json?.name === 'token_invalid', kAtOnceMs);
    }
    t.diagnostic(`${name}: refused after ${Math.round(performance.now() - from)} ms, the order included`);
  }
});

test('more than a program may ask in a minute waits', async () => {
  const { program } = await make(county, { uses: ['places'] });
  let last;
  for (let i = 0; i < 260 && last?.status !== 429; i += 1) last = await program.get(`/api/v1/regions/path?region=${kCounty}`);
  assert.equal(last.json.name, 'too_many_requests');
  assert.ok(Number(last.headers.get('retry-after')) <= 60, last.headers.get('retry-after'));
});

// security: AZ6
test('no administrator alone lets somebody in', async () => {
  const admin = await logged_in(server, 'admin');
  const account = { account: uuid(), name: 'new.reader', display_name: '新人', role: 'county_officer', region: kCounty };
  const opened = await admin.one('accounts.open', kCounty, account);
  assert.equal(opened.status, 'applied');
  assert.equal(opened.answer, undefined);
  assert.equal((await admin.one('accounts.reset', kCounty, { account: account.account })).problem.name, 'not_found');
  const security = await logged_in(server, 'security');
  assert.equal((await security.one('accounts.open', kCounty, { ...account, account: uuid(), name: 'other.reader' })).problem.name, 'not_found');
});

// security: TK1
test('no token stands in a file, the log or the metrics', async () => {
  assert.ok(secrets.length > 5);
  const metrics = await county.get('/metrics');
  const { port } = server;
  await server.stop();
  const places = new Map([['the log', server.log], ['metrics', metrics.text]]);
  for (const part of ['data', 'data.keys']) {
    for (const path of files_below(join(installation.base, part), ['trees'])) places.set(path, readFileSync(path).toString('latin1'));
  }
  for (const folder of database_folders()) {
    for (const path of files_below(folder, ['trees'])) places.set(path, readFileSync(path).toString('latin1'));
  }
  for (const secret of secrets) {
    const raw = Buffer.from(secret.slice('wangdi_'.length), 'hex').toString('latin1');
    for (const [place, text] of places) {
      assert.ok(!text.includes(secret.slice('wangdi_'.length)) && !text.includes(raw), place);
    }
  }
  server = await installation.serve({ port });
});

test('a token lives on over a restart of the server', async () => {
  county = await logged_in(server, 'county');
  const { program, id } = await make(county, { days: 1 });
  const { port } = server;
  await server.stop();
  server = await installation.serve({ port });
  assert.equal((await board(program, kCounty)).status, 200);
  county = await logged_in(server, 'county');
  const { tokens } = (await county.get('/api/v1/accounts/tokens')).json;
  assert.match(tokens.find((one) => one.id === id).last_used_on, /^\d{4}-\d\d-\d\d$/);
});
