/**
 * The lines that ask this server for a market by other means.
 *
 * @param place {{origin: string, host: string, protocol: string}} where this server is, a browser's `location`
 */
export function recipes(place, ticker) {
  const socket = `${place.protocol === 'https:' ? 'wss' : 'ws'}://${place.host}/trade-api/ws/v2`;
  const path = encodeURIComponent(ticker);
  const subscribe = JSON.stringify({id: 1, cmd: 'subscribe', params: {channels: ['orderbook_delta'], market_tickers: [ticker]}});
  return [
    {name: 'curl: the book', text: `curl -s ${shell(`${place.origin}/api/v1/books/${path}`)}`},
    {name: 'curl: the top of several books', text: `curl -s ${shell(`${place.origin}/api/v1/top-of-book`)} -d ${
      shell(JSON.stringify({market_tickers: [ticker]}))}`},
    {name: 'curl: in the exchange’s format', text: `curl -s ${shell(`${place.origin}/trade-api/v2/markets/${path}/orderbook`)}`},
    {name: 'wscat: every change', text: `npx wscat -c ${shell(socket)} -x ${shell(subscribe)} -w -1`},
    {name: 'Python: websockets', text: [
      'import asyncio, json, websockets',
      '',
      'async def follow():',
      `    async with websockets.connect(${JSON.stringify(socket)}) as server:`,
      `        await server.send(json.dumps({"id": 1, "cmd": "subscribe", "params": {`,
      `            "channels": ["orderbook_delta"], "market_tickers": [${JSON.stringify(ticker)}]}}))`,
      '        async for message in server:',
      '            print(json.loads(message))',
      '',
      'asyncio.run(follow())',
    ].join('\n')},
  ];
}

/** One word for a shell, whatever stands in it. */
function shell(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
