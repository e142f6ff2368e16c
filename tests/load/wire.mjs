// SPDX-License-Identifier: Apache-2.0
// One connection of a browser that sends ready-made bytes and reads what comes: a load generator shares
// two cores with the server it loads, and this costs a fifth of node's own client.
import { connect } from 'node:net';

const kHeadEnd = Buffer.from('\r\n\r\n');
const kIdleMsMost = 60_000; // as browsers: a connection that lay idle for longer is made anew
const kAnswerMsMost = 150_000; // the server's own deadline is 120 s

export const kCut = 0; // the status of a request whose connection ended without an answer

// A request as bytes. `cookie` and `csrf` as of a session, or empty.
export function request_bytes({ method = 'GET', path, host, cookie = '', csrf = '', body }) {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Accept-Language: zh-CN', 'Accept-Encoding: gzip'];
  if (cookie) lines.push(`Cookie: ${cookie}`);
  if (csrf && method !== 'GET') lines.push(`X-CSRF-Token: ${csrf}`);
  if (body !== undefined) lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

// A header of an answer; `name` in small letters.
function field(head, name) {
  const small = head.toLowerCase();
  const at = small.indexOf(`\r\n${name}: `);
  if (at < 0) return undefined;
  const begin = at + name.length + 4;
  const end = head.indexOf('\r\n', begin);
  return head.slice(begin, end < 0 ? undefined : end);
}

// Requests go one after the other; each ends with `done({ status, head, body, planned, sent, at })`. Status
// kCut: the connection ended, or could not be made, before the answer was whole.
export class Wire {
  constructor(port) {
    this.port = port;
    this.waiting = [];
    this.current = undefined;
    this.socket = undefined;
    this.used_at = 0;
  }

  get open_requests() {
    return this.waiting.length + (this.current ? 1 : 0);
  }

  // `planned`: when the request was due, on the clock of performance.now().
  send(bytes, done, planned = performance.now()) {
    this.waiting.push({ bytes, done, planned, sent: 0 });
    if (!this.current) this.next();
  }

  ask(bytes) {
    return new Promise((done) => this.send(bytes, done));
  }

  next() {
    this.current = this.waiting.shift();
    if (!this.current) return;
    const now = performance.now();
    if (this.socket && now - this.used_at > kIdleMsMost) this.close();
    this.socket ??= this.open();
    this.used_at = this.current.sent = now;
    this.socket.write(this.current.bytes);
  }

  open() {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    this.parts = [];
    this.wanted = undefined; // bytes of the whole answer, when its head is there
    socket.on('data', (chunk) => socket === this.socket && this.take(chunk));
    socket.on('error', (error) => (socket.reason = error.code));
    socket.on('close', () => socket === this.socket && this.lost(socket.reason ?? 'closed'));
    socket.setTimeout(kAnswerMsMost, () => this.current && socket.destroy());
    return socket;
  }

  take(chunk) {
    this.parts.push(chunk);
    if (this.wanted === undefined) {
      if (this.parts.length > 1) this.parts = [Buffer.concat(this.parts)];
      const head_bytes = this.parts[0].indexOf(kHeadEnd);
      if (head_bytes < 0) return;
      this.head = this.parts[0].latin1Slice(0, head_bytes);
      this.head_bytes = head_bytes + kHeadEnd.length;
      this.wanted = this.head_bytes + Number(field(this.head, 'content-length') ?? 0);
    }
    const had = this.parts.reduce((sum, { length }) => sum + length, 0);
    if (had < this.wanted) return;
    const whole = this.parts.length > 1 ? Buffer.concat(this.parts) : this.parts[0];
    this.parts = [];
    this.wanted = undefined;
    const head = this.head;
    if (field(head, 'connection') === 'close') this.close();
    this.finish(Number(head.slice(9, 12)), head, whole.subarray(this.head_bytes));
  }

  finish(status, head, body) {
    const { done, planned, sent } = this.current;
    this.current = undefined;
    const at = (this.used_at = performance.now());
    this.next();
    done({ status, head, body, planned, sent, at, field: (name) => field(head, name) });
  }

  lost(reason) {
    this.socket = undefined;
    if (this.current) this.finish(kCut, '', Buffer.from(reason));
  }

  close() {
    const socket = this.socket;
    this.socket = undefined;
    socket?.destroy();
  }
}

// A stream of server-sent events that is read; counts what came. `ended` says why it is no longer open.
export class EventReader {
  constructor(port, bytes) {
    this.events = 0;
    this.status = undefined;
    this.socket = connect({ port, host: '127.0.0.1' });
    this.socket.on('data', (chunk) => {
      this.status ??= Number(chunk.latin1Slice(9, 12));
      for (let at = chunk.indexOf('event: '); at >= 0; at = chunk.indexOf('event: ', at + 1)) this.events += 1;
    });
    this.socket.on('error', (error) => (this.ended ??= error.code));
    this.socket.on('close', () => (this.ended ??= 'closed'));
    this.socket.write(bytes);
  }
  close() {
    this.ended = 'left';
    this.socket.destroy();
  }
}
