import {waitMs} from './backoff.js';
import {Channel} from './channel.js';
import {Observable} from './observable.js';

/** The page's one WebSocket: connects, connects again, and hands each message to its channel. */
export class Stream extends Observable {
  #address;
  #keys;
  #connect;
  #channels = [];
  #socket = null;
  #lastId = 0;
  #failures = 0;
  #timer = null;
  #wanted = false;
  /** 'open', 'connecting' or 'closed'. */
  state = 'closed';

  /** @param connect makes a WebSocket, or what a test takes for one */
  constructor(address, keys, connect = (url, protocols) => new WebSocket(url, protocols)) {
    super();
    this.#address = address;
    this.#keys = keys;
    this.#connect = connect;
  }

  channel(name, params, handler) {
    const channel = new Channel(name, params, (command, given) => this.#send(command, given), handler);
    this.#channels.push(channel);
    return channel;
  }

  /** Whether a connection is worth trying: not while the server rebuilds its books, nor without the key it wants. */
  want(wanted) {
    this.#wanted = wanted;
    if (wanted && !this.#socket && !this.#timer) {
      this.#open();
    }
  }

  #open() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#wanted) {
      return;
    }
    const key = this.#keys.key;
    const protocols = key ? ['orderbook', `key.${key}`] : [];
    let socket;
    try {
      socket = this.#connect(this.#address, protocols);
    } catch {
      // a key that has characters which no subprotocol may have
      this.#keys.refuse(key);
      return;
    }
    this.#socket = socket;
    this.#become('connecting');
    socket.onopen = () => {
      this.#failures = 0;
      this.#become('open');
      this.#channels.forEach(channel => channel.opened());
    };
    socket.onmessage = event => this.#take(JSON.parse(event.data));
    socket.onclose = event => this.#closed(event.code);
  }

  #take(message) {
    for (const channel of this.#channels) {
      if (channel.take(message)) {
        return;
      }
    }
  }

  #closed(code) {
    const failures = this.state === 'open' ? 0 : ++this.#failures;
    this.#socket = null;
    this.#channels.forEach(channel => channel.closed());
    this.#become('closed');
    this.#timer = setTimeout(() => this.#open(), waitMs(code, failures));
  }

  #send(cmd, params) {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({id, cmd, params}));
    return id;
  }

  #become(state) {
    this.state = state;
    this.changed();
  }
}
