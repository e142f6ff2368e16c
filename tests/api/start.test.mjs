// SPDX-License-Identifier: Apache-2.0
// How a start that fails ends: with 2 where it stays wrong, which the packaged unit does not try
// again, and with 1 where it may pass by itself. What is wrong is named with its place.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Installation } from '../support/server.mjs';

let installation;
before(() => {
  installation = new Installation();
});
after(() => installation.remove());

const serve = (...more) => installation.run(['serve', ...more]);

test('a configuration that is wrong ends with 2 and its line', () => {
  const file = join(installation.base, 'wangdi.toml');
  for (const [text, said] of [
    ['[write]\nqueue_max = 100\n', /wangdi\.toml:2: write\.queue_max: expected a whole number from 200 to 1000000/],
    ['[http]\naddress = "0.0.0.0"\n', /wangdi\.toml:2: http\.address = 0\.0\.0\.0: plain HTTP stays on this machine/],
    ['[http]\n\nport = 8080。\n', /wangdi\.toml:3: not written as KEY = VALUE/],
    ['[tls]\ncertificate = "/nowhere/c.pem"\nkey = "/nowhere/k.pem"\n', /tls\.certificate: \/nowhere\/c\.pem/],
  ]) {
    writeFileSync(file, text);
    const done = serve('--config', file);
    assert.match(done.stderr, said);
    assert.equal(done.status, 2, done.stderr);
  }
});

test('an address that another program holds ends with 1, to be tried again', async (t) => {
  const holder = createServer();
  await new Promise((done) => holder.listen(0, '127.0.0.1', done));
  t.after(() => holder.close());
  const { port } = holder.address();
  const done = serve('--listen', `localhost:${port}`);
  assert.match(done.stderr, new RegExp(`http\\.address = 127\\.0\\.0\\.1, http\\.port = ${port}`));
  assert.match(done.stderr, /Address already in use/);
  assert.equal(done.status, 1, done.stderr);
});
