// SPDX-License-Identifier: Apache-2.0
// The server ends TLS itself: what it offers, what it refuses, and a new certificate without a stop.
import assert from 'node:assert/strict';
import { copyFileSync, chmodSync, mkdtempSync, rmSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { Authority } from '../support/certificates.mjs';
import { Installation } from '../support/server.mjs';

let installation, server, authority, folder, used;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wangdi_tls_'));
  authority = new Authority(folder);
  const issued = authority.issue('first', { days: 5 });
  used = { certificate: join(folder, 'used.pem'), key: join(folder, 'used.key') };
  put(issued);
  installation = new Installation();
  server = await installation.serve({ set: { 'tls.certificate': used.certificate, 'tls.key': used.key }, log_level: 'info' });
});
after(async () => {
  await server?.stop();
  installation?.remove();
  rmSync(folder, { recursive: true, force: true });
});

function put({ certificate, key }) {
  copyFileSync(certificate, used.certificate);
  copyFileSync(key, used.key);
  chmodSync(used.key, 0o600);
}

const options = (more = {}) => ({ host: '127.0.0.1', port: server.port, ca: authority.certificate, ...more });

// The handshake alone: {protocol, cipher, subject}, or the error's code.
function shake(more = {}) {
  return new Promise((done) => {
    const socket = tls.connect(options(more), () => {
      done({ protocol: socket.getProtocol(), cipher: socket.getCipher().name, subject: socket.getPeerCertificate().subject.CN });
      socket.destroy();
    });
    socket.on('error', (error) => done({ error: error.code }));
  });
}

const agent = new https.Agent({ keepAlive: true, maxSockets: 16 });
after(() => agent.destroy());
function request(method, path, { body, headers = {}, using = agent } = {}) {
  return new Promise((done, fail) => {
    const sent = https.request(options({ method, path, agent: using, headers: { 'accept-language': 'en', ...headers } }), (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }));
      answer.on('error', fail);
    });
    sent.on('error', fail);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
async function log_in(account) {
  const body = { account, password: installation.password };
  const answer = await request('POST', '/api/v1/session', { body, headers: { 'content-type': 'application/json' } });
  assert.equal(answer.status, 200, answer.text);
  const cookies = answer.headers['set-cookie'];
  return { cookies, headers: { cookie: cookies.map((one) => one.split(';')[0]).join('; '), 'x-csrf-token': JSON.parse(answer.text).csrf } };
}

// security: CR5
test('only TLS 1.2 with forward secrecy and 1.3 are spoken', async () => {
  assert.match(server.url, /^https:/);
  assert.equal((await shake()).protocol, 'TLSv1.3');
  const older = await shake({ maxVersion: 'TLSv1.2' });
  assert.equal(older.protocol, 'TLSv1.2');
  assert.match(older.cipher, /^ECDHE-/);
  const old = await shake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  assert.match(old.error ?? '', /PROTOCOL_VERSION|WRONG_VERSION|UNSUPPORTED/);
  const weak = await shake({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES256-GCM-SHA384:ECDHE-RSA-AES128-SHA' });
  assert.match(weak.error ?? '', /HANDSHAKE_FAILURE/);
});

test('a log-in over TLS has a cookie that only https sends back, and the browser is told to stay', async () => {
  const { cookies, headers } = await log_in('worker1');
  for (const cookie of cookies) {
    assert.match(cookie, /^__Host-/);
    assert.match(cookie, /; Secure/);
  }
  const doors = await request('GET', '/api/v1/screening/doors?grid=320508019044001', { headers });
  assert.equal(doors.status, 200);
  assert.match(doors.headers['strict-transport-security'], /max-age=31536000/);
  assert.ok(JSON.parse(doors.text).doors.length > 50, 'an answer of many TLS records is whole');
});

test('many at once, large bodies and live streams go through', async () => {
  const { headers } = await log_in('officer');
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => request('GET', '/api/v1/reporting/board?region=320508019044', { headers })),
  );
  assert.ok(answers.every((answer) => answer.status === 200));
  const long = JSON.stringify({ x: 'a'.repeat(900_000) });
  const refused = await request('POST', '/api/v1/commands', { body: { x: long }, headers: { ...headers, 'content-type': 'application/json' } });
  assert.equal(refused.status, 400, refused.text.slice(0, 200));
  const stream = await new Promise((done, fail) => {
    const sent = https.request(options({ path: '/api/v1/stream', headers }), done);
    sent.on('error', fail);
    sent.end();
  });
  assert.equal(stream.statusCode, 200);
  assert.equal(stream.headers['content-type'], 'text/event-stream');
  stream.destroy();
});

test('what is no TLS, or stops half-way, harms nobody', async () => {
  const plain = await new Promise((done) => {
    const socket = net.connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    let text = '';
    socket.on('data', (part) => (text += part.toString('latin1')));
    socket.on('close', () => done(text));
    socket.on('error', () => {});
  });
  assert.doesNotMatch(plain, /^HTTP/);
  const half = net.connect(server.port, '127.0.0.1', () => half.write(Buffer.from([22, 3, 1, 2, 0, 1])));
  assert.equal((await shake()).protocol, 'TLSv1.3');
  half.destroy();
  const metrics = await request('GET', '/metrics');
  assert.match(metrics.text, /^wangdi_tls_handshakes_failed_total [1-9]/m);
});

test('an answer ends with a goodbye, so that a cut one can be told', async () => {
  const ended = await new Promise((done, fail) => {
    const socket = tls.connect(options(), () => socket.write('GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
    socket.on('data', () => {});
    socket.on('end', () => done('end'));
    socket.on('error', fail);
  });
  assert.equal(ended, 'end');
});

// Fault F19.
test('SIGHUP takes a new certificate; who is connected stays, and a wrong one is not taken', async () => {
  const logged = async (text) => {
    while (!server.log.includes(text)) await new Promise((again) => server.process.stderr.once('data', again));
  };
  await logged('"certificate_ends","days_left":4');
  const open = new https.Agent({ keepAlive: true, maxSockets: 1 });
  assert.equal((await request('GET', '/health', { using: open })).status, 200);
  put(authority.issue('second', { key: 'rsa:2048' }));
  server.process.kill('SIGHUP');
  await logged('certificate_renewed');
  const until = async (subject) => {
    for (let i = 0; i < 100; i += 1) if ((await shake()).subject === subject) return true;
    return false;
  };
  assert.ok(await until('second'));
  assert.equal((await request('GET', '/health', { using: open })).status, 200);
  open.destroy();

  const third = authority.issue('third');
  put({ certificate: third.certificate, key: used.key });
  server.process.kill('SIGHUP');
  await logged('certificate_not_renewed');
  assert.match(server.log, /not the key of the certificate/);
  assert.equal((await shake()).subject, 'second');
  const metrics = await request('GET', '/metrics');
  const end = Number(/^wangdi_tls_certificate_end_seconds (\d+)$/m.exec(metrics.text)[1]);
  assert.ok(Math.abs(end - (Date.now() / 1000 + 90 * 86_400)) < 86_400);
});

test('wrong files are named before anything is served', () => {
  const good = authority.issue('good');
  const weak = authority.issue('weak', { key: 'rsa:1024' });
  const open_key = { ...good, key: join(folder, 'open.key') };
  copyFileSync(good.key, open_key.key);
  chmodSync(open_key.key, 0o644);
  const cases = [
    [{ ...good, certificate: join(folder, 'none.pem') }, /tls\.certificate: .*cannot be read/],
    [{ ...good, certificate: good.key }, /tls\.certificate: .*no PEM certificate/],
    [weak, /tls\.certificate: .*2,048/],
    [{ ...good, key: join(folder, 'none.key') }, /tls\.key: .*cannot be read/],
    [open_key, /tls\.key: .*everybody/],
    [{ ...good, key: weak.key }, /tls\.key: .*not the key/],
    [{ ...good, key: '' }, /tls\.certificate = .*good\.pem: certificate and key are set together/],
  ];
  for (const [files, expected] of cases) {
    const words = ['--set', `tls.certificate=${files.certificate}`, '--set', `tls.key=${files.key}`];
    const done = installation.run(['serve'], { arguments: words, env: { LANG: 'en_US.UTF-8' } });
    assert.notEqual(done.status, 0);
    assert.match(done.stderr, expected);
  }
});
