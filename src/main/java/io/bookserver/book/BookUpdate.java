package io.bookserver.book;

/**
 * One thing that a record says about one market.
 *
 * <p><i>Immutable: applying it is a pure function, so it may be tried again when another writer was first.</i>
 */
public sealed interface BookUpdate permits BookReplaced, LevelChanged, MarketStatusChanged, UpdateLost {
    String ticker();

    RecordStamp stamp();

    /**
     * What the market becomes.
     *
     * @param nowMs epoch milliseconds, not before the last publication of this market
     */
    Transition applyTo(MarketSnapshot before, long nowMs);
}
