// SPDX-License-Identifier: Apache-2.0
// Certificates for tests, made anew by openssl: an authority, and servers for 127.0.0.1 signed by it.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function openssl(...words) {
  const done = spawnSync('openssl', words, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`openssl ${words[0]}: ${done.stderr}`);
}

export class Authority {
  constructor(folder) {
    this.folder = folder;
    this.certificate_file = join(folder, 'authority.pem');
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(folder, 'authority.key')];
    openssl('req', '-x509', ...key, '-subj', '/CN=test authority', '-days', '3', '-out', this.certificate_file);
    this.certificate = readFileSync(this.certificate_file, 'utf8');
  }

  // {certificate, key}: files in the folder. `key`: 'ec' or 'rsa:<bits>'.
  issue(name, { days = 90, key = 'ec' } = {}) {
    const file = (end) => join(this.folder, `${name}.${end}`);
    const kind = key === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['-newkey', key];
    openssl('req', ...kind, '-nodes', '-keyout', file('key'), '-subj', `/CN=${name}`, '-out', file('csr'));
    writeFileSync(file('ext'), 'subjectAltName=IP:127.0.0.1\n');
    const by = ['-CA', this.certificate_file, '-CAkey', join(this.folder, 'authority.key'), '-CAcreateserial'];
    openssl('x509', '-req', '-in', file('csr'), ...by, '-days', String(days), '-extfile', file('ext'), '-out', file('pem'));
    chmodSync(file('key'), 0o600);
    return { certificate: file('pem'), key: file('key') };
  }
}
