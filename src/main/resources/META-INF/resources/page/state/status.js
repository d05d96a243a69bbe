import {Observable} from './observable.js';

const LOOK_MS = 1000;
const KEPT = 60;
const BROKER_SILENT_MS = 10_000;
const FEED_SILENT_MS = 5000;
const BEHIND_MS = 5000;
const COUNT = new Intl.NumberFormat('en-US');

/** What the header shows, by name: taken from one status document. */
export const FIGURES = {
  records: status => status.kafka?.records_per_second,
  messages: status => status.clients?.messages_per_second,
  age: status => (status.complete_to_ms ? Math.max(0, status.as_of_ms - status.complete_to_ms) : null),
  kafkaP50: status => status.kafka?.latency_ms?.p50,
  kafkaP99: status => status.kafka?.latency_ms?.p99,
  socketP50: status => status.clients?.kafka_to_socket_ms?.p50,
  socketP99: status => status.clients?.kafka_to_socket_ms?.p99,
  open: status => status.markets.by_status.open,
  live: status => status.books.by_state.live,
  stale: status => status.books.by_state.stale,
  awaiting: status => status.books.by_state.awaiting_snapshot,
  clients: status => status.clients?.connections,
};

/**
 * How the server is, in one word and one sentence.
 *
 * @param status the document, or null before the first
 * @param refusal why the last look got none, or null
 */
export function condition(status, refusal) {
  if (refusal) {
    return refusal.status === 401
      ? {kind: 'locked', label: 'key needed', text: 'This server requires an API key.'}
      : refusal.status === 0 ? {kind: 'down', label: 'no answer', text: `The server does not answer: ${refusal.message}`}
      : {kind: 'down', label: 'error', text: `The server answered with an error (${refusal.status}): ${refusal.message}`};
  }
  if (!status) {
    return {kind: 'waiting', label: 'connecting', text: 'Waiting for the server’s first answer.'};
  }
  const {rebuild, kafka} = status;
  if (!rebuild.complete) {
    return {kind: 'rebuilding', label: 'rebuilding',
      text: `${COUNT.format(rebuild.records_read)} of ${COUNT.format(rebuild.records_to_read)} records read. Books are shown once all records are read.`};
  }
  if (kafka && kafka.broker_silent_ms > BROKER_SILENT_MS) {
    return {kind: 'down', label: 'broker silent',
      text: `Kafka has not answered for ${seconds(kafka.broker_silent_ms)}. Books may be out of date.`};
  }
  const heardMs = (kafka?.partitions ?? []).map(partition => partition.exchange_heard_ms).filter(ms => ms != null);
  const silentMs = heardMs.length ? status.as_of_ms - Math.max(...heardMs) : 0;
  if (silentMs > FEED_SILENT_MS) {
    return {kind: 'down', label: 'feed down',
      text: `Nothing has come from the exchange for ${seconds(silentMs)}. Its books are stale.`};
  }
  if ((kafka?.partitions ?? []).some(partition => partition.stalled) || FIGURES.age(status) > BEHIND_MS) {
    return {kind: 'behind', label: 'behind', text: `The books are ${seconds(FIGURES.age(status))} behind: later records have not been read yet.`};
  }
  return {kind: 'live', label: 'live', text: 'The books contain everything that was published.'};
}

function seconds(ms) {
  return `${Math.round(ms / 1000)} s`;
}

/** The server's status, looked at each second, with a minute of every figure. */
export class Status extends Observable {
  #rest;
  #clock;
  #keys;
  #questions = 0;
  /** The latest question that was answered. */
  #answered = 0;
  /** The newest document, or null. */
  document = null;
  refusal = null;
  /** By figure: the last minute, oldest first; null where it was not known. */
  history = Object.fromEntries(Object.keys(FIGURES).map(name => [name, []]));
  /** Grows when the server is found to be another one than before: its versions begin anew. */
  starts = 0;

  constructor(rest, clock, keys) {
    super();
    this.#rest = rest;
    this.#clock = clock;
    this.#keys = keys;
  }

  get condition() {
    return condition(this.document, this.refusal);
  }

  get isRebuilt() {
    return !this.refusal && this.document?.rebuild.complete === true;
  }

  /** Looks once a second, for ever. */
  async run() {
    this.#keys.listen(() => !this.#keys.refused && this.look());
    for (;;) {
      await this.look();
      await new Promise(done => setTimeout(done, LOOK_MS));
    }
  }

  async look() {
    const question = ++this.#questions;
    const askedMs = Date.now();
    let document = null;
    let refusal = null;
    try {
      document = await this.#rest.get('/api/v1/status');
      this.#clock.heard(askedMs, Date.now(), document.as_of_ms);
    } catch (failure) {
      refusal = failure;
    }
    if (question < this.#answered) {
      return; // a later question has been answered
    }
    this.#answered = question;
    if (document) {
      this.take(document);
    } else {
      this.refusal = refusal;
      this.#remember(() => null);
    }
    this.changed();
  }

  take(document) {
    if (this.document && document.uptime_ms < this.document.uptime_ms) {
      this.starts++;
    }
    this.document = document;
    this.refusal = null;
    this.#remember(figure => figure(document) ?? null);
  }

  #remember(value) {
    for (const [name, figure] of Object.entries(FIGURES)) {
      const values = this.history[name];
      values.push(value(figure));
      if (values.length > KEPT) {
        values.shift();
      }
    }
  }
}
