import {cumulative} from '../state/book.js';
import {axis, stepped} from './chart.js';

/** The cumulative depth of both sides against the price of yes in cents. */
export const DEPTH = {
  options: colour => ({
    scales: {x: {time: false}, y: {range: (plot, low, high) => [0, Math.max(1, high ?? 1)]}},
    axes: [axis(colour, {size: 26}), axis(colour, {size: 46, values: (plot, values) => values.map(compact)})],
    cursor: {y: false, points: {show: false}},
    padding: [6, 8, 0, 0],
    series: [
      {},
      {stroke: colour.bid, fill: colour['bid-soft'], width: 1.5, paths: stepped(-1), points: {show: false}},
      {stroke: colour.ask, fill: colour['ask-soft'], width: 1.5, paths: stepped(1), points: {show: false}},
    ],
  }),

  data(book) {
    const bids = book.bids('yes');
    const asks = book.asks;
    const bidSums = cumulative(bids);
    const askSums = cumulative(asks);
    const points = [
      ...bids.map((level, at) => [level.priceTicks / 100, bidSums[at] / 100, null]),
      ...asks.map((level, at) => [level.priceTicks / 100, null, askSums[at] / 100]),
    ].sort((one, other) => one[0] - other[0]);
    return [0, 1, 2].map(column => points.map(point => point[column]));
  },
};

/** Mid and spread in cents over the last minutes. */
export const SPREAD = {
  options: colour => ({
    scales: {
      x: {time: true},
      mid: {range: (plot, low, high) => (low == null ? [0, 100] : [low - 0.5, high + 0.5])},
      spread: {range: (plot, low, high) => [Math.min(0, low ?? 0), 4 * Math.max(1, high ?? 1)]},
    },
    axes: [
      axis(colour, {size: 26, space: 70, values: (plot, values) => values.map(clock)}),
      axis(colour, {scale: 'mid', size: 46}),
      axis(colour, {scale: 'spread', side: 1, size: 30, grid: {show: false}, splits: (plot, at, low, high) => [0, high / 4],
        values: (plot, values) => values.map(value => value.toFixed(1).replace('.0', ''))}),
    ],
    cursor: {y: false, points: {show: false}},
    padding: [6, 4, 0, 0],
    series: [
      {},
      {scale: 'mid', stroke: colour.accent, width: 1.5, points: {show: false}, paths: stepped(1)},
      {scale: 'spread', stroke: colour['text-soft'], fill: colour.line, width: 1, points: {show: false}, paths: stepped(1)},
    ],
  }),
};

const COMPACT = new Intl.NumberFormat('en-US', {notation: 'compact', maximumFractionDigits: 1});
const CLOCK = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});

function compact(value) {
  return COMPACT.format(value);
}

function clock(seconds) {
  return CLOCK.format(seconds * 1000);
}
