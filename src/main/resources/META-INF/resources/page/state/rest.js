/** What the server answered instead of what was asked for. Status 0: there was no answer. */
export class Refusal extends Error {
  constructor(status, code, message, retryAfterMs) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

const PATIENCE_MS = 15_000;

/** Asks the server's REST interface, with the tab's key. */
export class Rest {
  #keys;
  #fetch;

  constructor(keys, fetch = (...args) => globalThis.fetch(...args)) {
    this.#keys = keys;
    this.#fetch = fetch;
  }

  /**
   * The answer, read as JSON.
   *
   * @throws {Refusal}
   */
  async get(path) {
    const headers = {Accept: 'application/json'};
    const key = this.#keys.key;
    if (key) {
      headers['KALSHI-ACCESS-KEY'] = key;
    }
    let answer;
    let body;
    try {
      answer = await this.#fetch(path, {headers, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS)});
      body = await answer.json();
    } catch (failure) {
      throw new Refusal(answer?.status ?? 0, 'no_answer', String(failure), 0);
    }
    if (answer.ok) {
      this.#keys.accept(key);
      return body;
    }
    if (answer.status === 401) {
      this.#keys.refuse(key);
    }
    const problem = body.error ?? body;
    throw new Refusal(answer.status, problem.code, problem.message,
        1000 * Number(answer.headers.get('Retry-After') ?? 0));
  }
}
