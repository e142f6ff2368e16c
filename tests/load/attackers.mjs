// SPDX-License-Identifier: Apache-2.0
// Clients that hold connections and give or take next to nothing. Each kind begins anew whenever it is let go.
import { connect } from 'node:net';

const kEveryMs = 1_000; // a byte of a head or of a body
const kAddress = '127.0.0.2'; // not the address of the honest
// Answers that nobody takes fill the buffers of both ends, a few MB, and the server has to wait.
const kAnswersNotRead = 100;

const openings = {
  head: () => 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ',
  body: () => 'POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n',
  reader: () => 'GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(kAnswersNotRead),
};
export const kKinds = Object.keys(openings);

export class Attackers {
  constructor(port, count) {
    this.port = port;
    this.sockets = new Set();
    this.let_go = Object.fromEntries(kKinds.map((kind) => [kind, []])); // how long each was held, in ms
    this.told = new Map(); // statuses of what they were answered
    for (let i = 0; i < count; i += 1) this.begin(kKinds[i % kKinds.length]);
    this.timer = setInterval(() => this.drip(), kEveryMs);
  }

  begin(kind) {
    const socket = connect({ port: this.port, host: '127.0.0.1', localAddress: kAddress });
    const begun = performance.now();
    socket.write(openings[kind]());
    if (kind === 'reader') socket.pause();
    socket.on('data', (chunk) => {
      const status = chunk.latin1Slice(9, 12);
      this.told.set(status, (this.told.get(status) ?? 0) + 1);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      if (this.over) return;
      this.let_go[kind].push(performance.now() - begun);
      this.begin(kind);
    });
    this.sockets.add(socket);
  }

  drip() {
    // A reader that reads nothing learns only by writing that it was let go.
    for (const socket of this.sockets) if (socket.writable) socket.write('a');
  }

  leave() {
    this.over = true;
    clearInterval(this.timer);
    for (const socket of this.sockets) socket.destroy();
  }
}
