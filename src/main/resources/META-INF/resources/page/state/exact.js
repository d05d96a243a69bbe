/**
 * Prices are whole ticks of 0.0001 dollar, 1 to 9999; quantities whole hundredths of a contract. Sums and comparisons are
 * of whole numbers, so they are exact.
 */
export const TICKS_PER_DOLLAR = 10_000;

/** "0.4300" is 4300; null stays null. */
export function ticks(dollars) {
  return dollars == null ? null : whole(dollars, 4);
}

/** "120.00" is 12000, "-0.50" is -50; null stays null. */
export function hundredths(contracts) {
  return contracts == null ? null : whole(contracts, 2);
}

/** 4300 ticks are "43.0", 4325 "43.25": cents, with as many decimals as it needs and one at least. */
export function cents(priceTicks) {
  if (priceTicks == null) {
    return '–';
  }
  const sign = priceTicks < 0 ? '−' : '';
  const size = Math.abs(priceTicks);
  const rest = size % 100;
  return sign + Math.floor(size / 100) + '.' + (rest % 10 === 0 ? rest / 10 : String(rest).padStart(2, '0'));
}

/** 12000 hundredths are "120", 123450 "1,234.5". */
export function contracts(quantityHundredths) {
  return quantityHundredths == null ? '–' : NUMBER.format(quantityHundredths / 100);
}

/** The same where nine characters have room: from 100,000 contracts on without decimals, from ten million on as 12.3M. */
export function size(quantityHundredths) {
  return quantityHundredths == null || quantityHundredths < LARGE ? contracts(quantityHundredths)
    : (quantityHundredths < HUGE ? WHOLE : SHORT).format(quantityHundredths / 100);
}

const LARGE = 10_000_000;
const HUGE = 1_000_000_000;
const WHOLE = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});
const SHORT = new Intl.NumberFormat('en-US', {notation: 'compact', maximumFractionDigits: 1});
const NUMBER = new Intl.NumberFormat('en-US', {maximumFractionDigits: 2});

function whole(text, decimals) {
  const negative = text.startsWith('-');
  const [before, after = ''] = (negative ? text.slice(1) : text).split('.');
  const value = Number(before + after.padEnd(decimals, '0').slice(0, decimals));
  return negative ? -value : value;
}
