// SPDX-License-Identifier: Apache-2.0
// Stands between a browser and the server and breaks what it is told to: an answer that gets lost
// after the server has written, an answer of its own, a line that is cut or falls silent. Line does
// it below HTTP, at a byte.
import { Agent, createServer, request } from 'node:http';
import { connect, createServer as create_line } from 'node:net';

export class Proxy {
  // Each fault is used once, in order, for the next sending of commands:
  //   { lose: true }                     the server answers, the browser never hears it
  //   { cut: true }                      the line breaks before the server hears anything
  //   { silent: 'before' | 'after' }     half-open: no answer and no end, and the server never heard
  //                                      anything, or it has answered
  //   { status: 503, retry_after: 1 }    the answer of something in between
  faults = [];
  posts = []; // the command ids of each sending that came through, faulty or not
  times = []; // when each of them came
  asked = 0; // requests of any kind
  streams = 0; // of changes, open now
  streams_before = 0; // opened in all

  static async before(server) {
    const proxy = new Proxy();
    proxy.server = server;
    proxy.agent = new Agent({ keepAlive: true });
    proxy.http = createServer((asked, answer) => proxy.#take(asked, answer));
    await new Promise((done) => proxy.http.listen(0, '127.0.0.1', done));
    proxy.url = `http://127.0.0.1:${proxy.http.address().port}`;
    proxy.installation = server.installation;
    return proxy;
  }

  #take(asked, answer) {
    this.asked += 1;
    const parts = [];
    asked.on('data', (part) => parts.push(part));
    asked.on('error', () => answer.destroy());
    asked.on('end', () => {
      const body = Buffer.concat(parts);
      const is_batch = asked.method === 'POST' && asked.url === '/api/v1/commands';
      // A page that begins shows its claims in a batch without commands: that sends nothing.
      const ids = is_batch ? JSON.parse(body.toString()).commands.map(({ id }) => id) : [];
      const fault = ids.length > 0 ? this.faults.shift() : undefined;
      if (ids.length > 0) {
        this.posts.push(ids);
        this.times.push(performance.now());
      }
      if (fault?.silent === 'before') return;
      if (fault?.cut) asked.socket.destroy();
      else if (fault?.status) this.#refuse(answer, fault);
      else this.#forward(asked, answer, body, fault);
    });
  }

  #refuse(answer, { status, retry_after }) {
    answer.writeHead(status, {
      'content-type': 'text/html',
      ...(retry_after === undefined ? {} : { 'retry-after': String(retry_after) }),
    });
    answer.end('<h1>not the server</h1>');
  }

  #forward(asked, answer, body, fault) {
    const is_stream = asked.url === '/api/v1/stream';
    const onward = request(
      {
        host: '127.0.0.1',
        port: this.server.port,
        method: asked.method,
        path: asked.url,
        headers: asked.headers,
        agent: is_stream ? undefined : this.agent,
      },
      (given) => {
        if (fault?.lose) {
          given.on('end', () => asked.socket.destroy()).resume();
          return;
        }
        if (fault?.silent) return void given.resume();
        if (is_stream) {
          this.streams += 1;
          this.streams_before += 1;
          given.once('close', () => (this.streams -= 1));
        }
        answer.writeHead(given.statusCode, given.rawHeaders);
        given.on('error', () => answer.destroy());
        given.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    onward.end(body);
  }

  async close() {
    this.http.closeAllConnections();
    this.agent.destroy();
    await new Promise((done) => this.http.close(done));
  }
}

// Bytes between a client and the server, a connection for each of the client's.
export class Line {
  // Each fault is used once, in order, by the next connection:
  //   { way: 'up' | 'down', after: n, how }   when n bytes have gone to the server, or to the client
  // how: 'reset'  both ends are told at once (RST)
  //      'end'    both ends are told in order (FIN)
  //      'halt'   half-open: no byte goes through any more, and neither end ever hears of the other
  //      'deaf'   the same in this one direction; the other goes on
  faults = [];
  halted = []; // connections that fell silent; `gone_ms`: after which time the server closed its end
  last; // how much went through the latest connection, each way

  static async before(server) {
    const line = new Line();
    line.server = server;
    line.net = create_line((client) => line.#take(client));
    await new Promise((done) => line.net.listen(0, '127.0.0.1', done));
    line.port = line.net.address().port;
    line.sockets = new Set();
    return line;
  }

  #take(client) {
    const upstream = connect(this.server.port, '127.0.0.1');
    const fault = this.faults.shift();
    const one = { fault, up: 0, down: 0, client, upstream, stopped: new Set() };
    this.last = one;
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {}); // the end comes as well
    }
    client.on('data', (bytes) => this.#forward(one, 'up', bytes));
    upstream.on('data', (bytes) => this.#forward(one, 'down', bytes));
    client.on('close', () => one.half_open_at === undefined && upstream.destroy());
    upstream.on('close', () => {
      if (one.half_open_at === undefined) client.destroy();
      else one.gone_ms = performance.now() - one.half_open_at;
    });
    if (fault?.after === 0) this.#break(one);
  }

  #forward(one, way, bytes) {
    if (one.stopped.has(way)) return;
    const { fault } = one;
    const breaks = fault?.way === way && one[way] < fault.after && one[way] + bytes.length >= fault.after;
    const part = breaks ? bytes.subarray(0, fault.after - one[way]) : bytes;
    one[way] += part.length;
    if (breaks) one.stopped.add(way);
    const to = way === 'up' ? one.upstream : one.client;
    // What was to come through has come through when the line breaks.
    to.write(part, () => breaks && this.#break(one));
  }

  #break(one) {
    const { how, way } = one.fault;
    if (how === 'reset') for (const socket of [one.client, one.upstream]) socket.resetAndDestroy();
    if (how === 'end') for (const socket of [one.client, one.upstream]) socket.end();
    if (how !== 'halt' && how !== 'deaf') return;
    for (const halted of how === 'halt' ? ['up', 'down'] : [way]) one.stopped.add(halted);
    one.half_open_at = performance.now();
    this.halted.push(one);
  }

  async close() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.net.close(done));
  }
}
