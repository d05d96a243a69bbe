// Two of the exchange's clients from npm, unmodified, with the last server of a chain: they list markets and events, follow
// books, prices, trades and lifecycles, and their state is compared with the answers of the first server.
// node exchange-clients.mjs http://last:port http://first:port (in a folder with kalshi-client and kalshi-typescript)
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';

const [server, first] = process.argv.slice(2);
const require = createRequire(process.cwd() + '/');
const { KalshiClient } = require('kalshi-client');
const exchange = require('kalshi-typescript');
const SECONDS = 1000;
const WITHIN = 60 * SECONDS;

const check = (holds, what) => {
    if (!holds) {
        throw new Error(what);
    }
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (what, holds) => {
    for (const end = Date.now() + WITHIN; Date.now() < end; await sleep(250)) {
        if (await holds()) {
            return;
        }
    }
    throw new Error(`not within ${WITHIN} ms: ${what}`);
};

// the exchange's clients always log in; a server without keys ignores it
const privateKeyPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const clientOf = (url) => new KalshiClient({
    apiKeyId: 'ci', privateKeyPem, baseUrl: `${url}/trade-api/v2`, wsUrl: `${url.replace('http', 'ws')}/trade-api/ws/v2`,
});
const configurationOf = (url) => new exchange.Configuration({ apiKey: 'ci', privateKeyPem, basePath: `${url}/trade-api/v2` });
const client = clientOf(server);
const configuration = configurationOf(server);
const marketApi = new exchange.MarketApi(configuration);
const firstClient = clientOf(first);

// both servers list the same open markets, and both clients
const openMarkets = async (from) => {
    const markets = [];
    for await (const market of from.markets.listAll({ status: 'open', limit: 50 })) {
        markets.push(market);
    }
    return markets;
};
let listed = [];
await until('both servers list the same open markets', async () => {
    listed = await openMarkets(client);
    const firsts = new Set((await openMarkets(firstClient)).map((market) => market.ticker));
    return listed.length === firsts.size && listed.every((market) => firsts.has(market.ticker));
});
let cursor = '';
const typed = [];
do {
    const page = (await marketApi.getMarkets(1000, cursor || undefined)).data;
    typed.push(...page.markets);
    cursor = page.cursor;
} while (cursor);
const byTicker = new Map(typed.map((market) => [market.ticker, market]));
check(listed.length > 50, `open markets: ${listed.length}`);
check(listed.every((market) => byTicker.has(market.ticker)), 'a market that one client lists is not in the other one\'s list');
const one = listed.find((market) => market.event_ticker);
check(one && one.title && one.close_time > new Date().toISOString(), `titles and times: ${JSON.stringify(one)}`);
const event = (await new exchange.EventsApi(configuration).getEvent(one.event_ticker)).data;
check(event.markets.some((market) => market.ticker === one.ticker), `markets of an event: ${JSON.stringify(event)}`);
check((await new exchange.ExchangeApi(configuration).getExchangeStatus()).data.trading_active, 'the exchange trades');

// one follows books, prices, trades and lifecycles
const followed = listed.map((market) => market.ticker);
const books = new Map();
const trades = new Map();
const seen = { ticker: 0, delta: 0, gaps: 0, errors: [] };
const side = (levels) => new Map((levels ?? []).map(([price, count]) => [price, Number(count)]));
const socket = client.createWebSocket({ autoReconnect: false });
socket.on('orderbook_snapshot', ({ msg }) => books.set(msg.market_ticker, {
    yes: side(msg.yes_dollars_fp), no: side(msg.no_dollars_fp) }));
socket.on('orderbook_delta', ({ msg }) => {
    const ladder = books.get(msg.market_ticker)[msg.side];
    const count = (ladder.get(msg.price_dollars) ?? 0) + Number(msg.delta_fp);
    check(count > -0.001, `a level below zero: ${JSON.stringify(msg)}`);
    count < 0.001 ? ladder.delete(msg.price_dollars) : ladder.set(msg.price_dollars, count);
    seen.delta++;
});
socket.on('ticker', () => seen.ticker++);
socket.on('trade', ({ msg }) => trades.set(msg.trade_id, msg));
socket.on('sequence_gap', () => seen.gaps++);
socket.on('error', (error) => seen.errors.push(error.message));
await socket.connect();
await socket.subscribe({ channels: ['orderbook_delta'], market_tickers: followed });
await socket.subscribe({ channels: ['ticker'], market_tickers: followed });
await socket.subscribe({ channels: ['trade'] });
await socket.subscribe({ channels: ['market_lifecycle_v2'] });
await until('every book is there', () => books.size === followed.length);
await until('deltas, prices and trades come', () => seen.delta > 100 && seen.ticker > 20 && trades.size > 5);

// each market's state equals an answer of the first server at some moment, and both servers have the same trades
const shown = (ladder) => JSON.stringify([...ladder].map(([price, count]) => [price, count.toFixed(2)]).sort());
const answered = (levels) => JSON.stringify(levels.slice().sort());
for (const ticker of followed) {
    await until(`the book of ${ticker} is the first server's`, async () => {
        const { orderbook_fp: book } = await firstClient.markets.getOrderbook(ticker);
        const held = books.get(ticker);
        return shown(held.yes) === answered(book.yes_dollars) && shown(held.no) === answered(book.no_dollars);
    });
}
const heard = [...trades.values()];
for (const url of [server, first]) {
    const answer = (await new exchange.MarketApi(configurationOf(url)).getTrades(1000)).data.trades;
    const kept = new Map(answer.map((trade) => [trade.trade_id, trade]));
    for (const trade of heard) {
        const same = kept.get(trade.trade_id);
        check(same && same.ticker === trade.market_ticker && same.count_fp === trade.count_fp
            && same.yes_price_dollars === trade.yes_price_dollars && same.taker_side === trade.taker_side,
        `a trade that was heard is another one in the list: ${JSON.stringify([url, trade, same])}`);
    }
}
check(seen.gaps === 0 && seen.errors.length === 0, `gaps ${seen.gaps}, errors ${seen.errors}`);
socket.close();
console.log(`markets=${typed.length} books=${books.size} deltas=${seen.delta} tickers=${seen.ticker} trades=${heard.length}`);
process.exit(0);
