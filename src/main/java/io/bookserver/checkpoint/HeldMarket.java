package io.bookserver.checkpoint;

import io.bookserver.book.MarketState;

/**
 * A market, and the offset of its partition below which it contains every record. <i>Immutable.</i>
 */
record HeldMarket(MarketState state, long holdsBelow) {}
