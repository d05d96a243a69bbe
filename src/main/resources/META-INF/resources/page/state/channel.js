const CHUNK = 500;
const RETRY_MS = 1000;
const UNKNOWN_CHANNEL = 8;

/**
 * One channel of the WebSocket: which markets are wanted, which the server was told, and that nothing was missed. One
 * command is under way at a time; what is wanted meanwhile is told by the next.
 *
 * A hole in `seq`, and a subscription that the server ends, begin a new subscription with fresh snapshots.
 */
export class Channel {
  #name;
  #params;
  #send;
  #wanted = new Set();
  #told = new Set();
  #toldParams = null;
  /** What the command under way will have changed, and its id; null for none. */
  #pending = null;
  #sid = null;
  #seq = 0;
  #open = false;
  #resting = null;
  #isUnknown = false;
  /** Why the server does not offer this channel; empty if it does, as far as is known. */
  refused = '';

  /**
   * @param send {(command, params) => number} sends a command and gives its id
   * @param handler {{message(type, msg), lost()}} lost: what was held is not kept up to date any more
   */
  constructor(name, params, send, handler) {
    this.#name = name;
    this.#params = params;
    this.#send = send;
    this.handler = handler;
  }

  get sid() {
    return this.#sid;
  }

  /** The markets to follow from now on, and by which parameters: other ones than before begin a new subscription. */
  want(tickers, params = this.#params) {
    this.#wanted = new Set(tickers);
    this.#params = params;
    this.#sync();
  }

  opened() {
    this.#open = true;
    this.#isUnknown = false;
    this.refused = '';
    this.#sync();
  }

  closed() {
    this.#open = false;
    clearTimeout(this.#resting);
    this.#resting = null;
    this.#forget();
  }

  /** @returns whether the message was meant for this channel */
  take(message) {
    if (this.#pending && message.id === this.#pending.id) {
      this.#answered(message);
      return true;
    }
    if (this.#sid === null || (message.sid ?? message.msg?.sid) !== this.#sid) {
      return false;
    }
    if (message.type === 'error') {
      // the server has ended it, since this client was too slow for it
      this.#forget();
      this.#sync();
      return true;
    }
    if (this.#isNext(message)) {
      this.handler.message(message.type, message.msg);
    }
    return true;
  }

  #isNext(message) {
    if (message.seq === undefined) {
      return true;
    }
    this.#seq++;
    if (message.seq === this.#seq) {
      return true;
    }
    const sid = this.#sid;
    this.#forget();
    this.#command('unsubscribe', {sids: [sid]}, () => {});
    return false;
  }

  #answered(message) {
    const {done} = this.#pending;
    this.#pending = null;
    if (message.type === 'error') {
      if (message.msg.code === UNKNOWN_CHANNEL) {
        this.#isUnknown = true;
        this.refused = message.msg.msg;
        this.handler.lost();
      } else {
        this.refused = `${message.msg.msg} (${message.msg.code})`;
        this.#resting = setTimeout(() => {
          this.#resting = null;
          this.#sync();
        }, RETRY_MS);
      }
      return;
    }
    this.refused = '';
    if (message.seq !== undefined && message.sid === this.#sid && message.type !== 'unsubscribed') {
      if (!this.#isNext(message)) {
        return;
      }
    }
    done(message);
    this.#sync();
  }

  #sync() {
    if (!this.#open || this.#pending || this.#resting) {
      return;
    }
    const added = first(this.#wanted, this.#told);
    const gone = first(this.#told, this.#wanted);
    if (this.#sid === null) {
      if (added.length > 0 && !this.#isUnknown) {
        const params = this.#params;
        this.#command('subscribe', {channels: [this.#name], market_tickers: added, ...params}, answer => {
          this.#sid = answer.msg.sid;
          this.#toldParams = params;
          this.#seq = 0;
          added.forEach(ticker => this.#told.add(ticker));
        });
      }
    } else if (this.#wanted.size === 0 || this.#params !== this.#toldParams) {
      const sid = this.#sid;
      this.#command('unsubscribe', {sids: [sid]}, () => {
        this.#sid = null;
        this.#told.clear();
      });
    } else if (added.length > 0) {
      this.#update('add_markets', added, () => added.forEach(ticker => this.#told.add(ticker)));
    } else if (gone.length > 0) {
      this.#update('delete_markets', gone, () => gone.forEach(ticker => this.#told.delete(ticker)));
    }
  }

  #update(action, tickers, done) {
    this.#command('update_subscription',
        {sids: [this.#sid], action, market_tickers: tickers, skip_ticker_ack: true}, done);
  }

  #command(name, params, done) {
    this.#pending = {id: this.#send(name, params), done};
  }

  #forget() {
    this.#sid = null;
    this.#seq = 0;
    this.#told.clear();
    this.#pending = null;
    this.handler.lost();
  }
}

function first(some, without) {
  const found = [];
  for (const one of some) {
    if (!without.has(one) && found.push(one) === CHUNK) {
      break;
    }
  }
  return found;
}
