/** What is shown, as it stands behind the # in the address bar: every view can be kept, sent and opened again. */

export const SORTS = ['ticker', 'changed', 'activity', 'spread'];
const VIEWS = ['markets', 'market', 'clients'];
const DEFAULTS = {query: '', status: '', state: '', sort: 'ticker', descending: false, scale: 'yes'};

/** @returns a whole route, whatever stands there */
export function parse(hash) {
  const [path, search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [view, ...tickers] = path.split('/');
  const given = new URLSearchParams(search);
  const sort = given.get('sort') ?? '';
  return {
    view: VIEWS.includes(view) ? view : 'markets',
    tickers: view === 'market' ? [...new Set(tickers.map(decoded).filter(ticker => ticker !== ''))] : [],
    query: given.get('q') ?? '',
    status: given.get('status') ?? '',
    state: given.get('state') ?? '',
    sort: SORTS.includes(sort) ? sort : DEFAULTS.sort,
    descending: given.get('order') === 'desc',
    scale: given.get('scale') === 'bids' ? 'bids' : 'yes',
  };
}

/** The shortest hash that {@link parse} reads as that route. */
export function format(route) {
  const whole = {...DEFAULTS, tickers: [], ...route};
  const path = [whole.view, ...whole.tickers.map(encodeURIComponent)].join('/');
  const search = new URLSearchParams();
  const put = (view, name, value, usual) => view === whole.view && value !== usual && search.set(name, value);
  put('markets', 'q', whole.query, '');
  put('markets', 'status', whole.status, '');
  put('markets', 'state', whole.state, '');
  put('markets', 'sort', whole.sort, DEFAULTS.sort);
  put('markets', 'order', whole.descending ? 'desc' : 'asc', 'asc');
  put('market', 'scale', whole.scale, DEFAULTS.scale);
  return `#/${path}${search.size ? `?${search}` : ''}`;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
