// SPDX-License-Identifier: Apache-2.0
// What testssl.sh, a second opinion from outside, says of the server's TLS: nothing above LOW.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Authority } from '../support/certificates.mjs';
import { Installation } from '../support/server.mjs';

const harmless = new Set(['OK', 'INFO', 'LOW', 'DEBUG']);
// What is said of a certificate of our own test authority, and one thing that is decided:
const excepted = {
  cert_chain_of_trust: /./, // nobody but this test knows the authority
  cert_revocation: /./, // and it runs no service that could take a certificate back
  engine_problem: /GOST/, // about the openssl of this machine, not the server
  // "/" is a file, the same for everybody and without a secret: packing it tells nobody anything.
  BREACH: /only supplied '\/' tested/,
};

const installed = spawnSync('sh', ['-c', 'command -v testssl']).status === 0;

function run(command, words, environment) {
  return new Promise((done) => {
    const process_ = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    let text = '';
    for (const stream of [process_.stdout, process_.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
    process_.on('exit', (code) => done({ code, text }));
  });
}

async function findings_for(kind) {
  const folder = mkdtempSync(join(tmpdir(), 'wangdi_testssl_'));
  const installation = new Installation();
  let server;
  try {
    const { certificate, key } = new Authority(folder).issue('server', { key: kind });
    server = await installation.serve({ set: { 'tls.certificate': certificate, 'tls.key': key } });
    const report = join(folder, 'report.json');
    const words = ['--quiet', '--warnings', 'batch', '--color', '0', '--nodns', 'none', '--jsonfile', report];
    const { text } = await run('testssl', [...words, `127.0.0.1:${server.port}`]);
    const found = JSON.parse(readFileSync(report, 'utf8'));
    assert.ok(found.length > 100, `testssl.sh did not get to its end: ${text.slice(-2000)}`);
    return found;
  } finally {
    await server?.stop();
    installation.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const kind of ['ec', 'rsa:2048']) {
  test(`testssl.sh finds nothing above LOW with a certificate of ${kind}`, { skip: installed ? false : 'not run: testssl.sh is not installed' }, async () => {
    const found = await findings_for(kind);
    const bad = found.filter(({ id, severity, finding }) => !harmless.has(severity) && !excepted[id.split(' ')[0]]?.test(finding));
    assert.deepEqual(bad.map(({ id, severity, finding }) => `${severity} ${id}: ${finding}`), []);
    const said = Object.fromEntries(found.map(({ id, finding }) => [id, finding]));
    assert.match(said.TLS1_3, /^offered/);
    for (const old of ['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1']) assert.match(said[old], /^not offered/);
    assert.match(said.HSTS_time, /^365 days/);
  });
}
