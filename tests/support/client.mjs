// SPDX-License-Identifier: Apache-2.0
// A logged-in client of the HTTP interface, without a browser.
import { randomBytes } from 'node:crypto';

// UUIDv7 of now.
export function uuid(now = Date.now()) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [8, 12, 16, 20, 32].map((end, i, ends) => hex.slice(ends[i - 1] ?? 0, end)).join('-');
}

export class Client {
  constructor(url) {
    this.url = url;
    this.cookies = new Map();
    this.device = uuid();
    this.sequence = 0;
  }

  // The same session, as another tab of the same browser or after the server came back.
  at(url) {
    return Object.assign(new Client(url), { cookies: new Map(this.cookies), csrf: this.csrf, account: this.account });
  }

  async request(method, path, { body, headers = {}, raw } = {}) {
    const all = { 'accept-language': 'en', ...headers };
    if (this.cookies.size) {
      all.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    }
    if (this.csrf && method !== 'GET') all['x-csrf-token'] ??= this.csrf;
    if (body !== undefined) all['content-type'] ??= 'application/json';
    const answer = await fetch(this.url + path, {
      method,
      headers: all,
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
      redirect: 'error',
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair] = cookie.split(';');
      const at = pair.indexOf('=');
      if (/Max-Age=0(;|$)/.test(cookie)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await answer.text();
    const json = /json/.test(answer.headers.get('content-type') ?? '') && text ? JSON.parse(text) : undefined;
    return { status: answer.status, headers: answer.headers, text, json };
  }
  get(path) {
    return this.request('GET', path);
  }
  post(path, body) {
    return this.request('POST', path, { body });
  }

  async log_in(account, password) {
    const answer = await this.post('/api/v1/session', { account, password });
    if (answer.status === 200) {
      this.csrf = answer.json.csrf;
      this.account = answer.json.account;
    }
    return answer;
  }

  // The envelope of one command, as a phone makes it.
  command(type, region, body, more = {}) {
    this.sequence += 1;
    return {
      id: uuid(),
      type,
      region,
      occurred_at: Date.now(),
      skew_ms: 0,
      device_sequence: this.sequence,
      body,
      ...more,
    };
  }
  send(commands) {
    return this.post('/api/v1/commands', { device: this.device, seen: [], commands });
  }
  // Sends one command; its result.
  async one(type, region, body, more) {
    const answer = await this.send([this.command(type, region, body, more)]);
    return answer.json?.results?.[0] ?? answer;
  }
}

export async function logged_in(server, account) {
  const client = new Client(server.url);
  const answer = await client.log_in(account, server.installation.password);
  if (answer.status !== 200) throw new Error(`log in as ${account}: ${answer.status} ${answer.text}`);
  return client;
}

// Every visit of these doors as the server has them, all pages.
export async function visits_of(client, households) {
  const found = [];
  for (const household of households) {
    let after = '';
    do {
      const page = await client.get(`/api/v1/screening/visits?household=${household}${after}`);
      if (page.status !== 200) throw new Error(`visits: ${page.status} ${page.text}`);
      found.push(...page.json.rows);
      after = page.json.next ? `&after=${page.json.next}` : '';
    } while (after);
  }
  return found;
}

// Which of the visits of a phone's rows the server has: their ids, as often as each is there.
export async function visits_there(client, rows) {
  const saved = new Set(rows.map(({ body }) => body.visit));
  const visits = await visits_of(client, new Set(rows.map(({ subject }) => subject)));
  return visits.map(({ visit }) => visit).filter((visit) => saved.has(visit));
}

// Opens these accounts ({ account, name, display_name, role, region }) as an installation does it: the
// system administrator writes them down, the security administrator lets them in. Their first secrets.
export async function open_accounts(server, accounts) {
  const both = [];
  for (const [name, type, body_of] of [
    ['admin', 'accounts.open', (one) => one],
    ['security', 'accounts.reset', ({ account }) => ({ account })],
  ]) {
    const client = await logged_in(server, name);
    const { results } = (await client.send(accounts.map((one) => client.command(type, one.region, body_of(one))))).json;
    const wrong = results.find(({ status }) => status !== 'applied');
    if (wrong) throw new Error(`${type}: ${JSON.stringify(wrong)}`);
    both.push(results);
  }
  return both[1].map(({ answer }) => answer.first_secret);
}
