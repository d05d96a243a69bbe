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
     * @param doubt why the book cannot be live afterwards, if there is a reason beside the record itself
     * @param nowMs epoch milliseconds, not before the last publication of this market
     * @param wallMs epoch milliseconds as the clock says them, which may have been set back: what is due goes by this
     */
    Transition applyTo(MarketSnapshot before, Doubt doubt, long nowMs, long wallMs);
}
