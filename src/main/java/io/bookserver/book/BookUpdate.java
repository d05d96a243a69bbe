package io.bookserver.book;

/**
 * One change of one market, as a record reports it.
 *
 * <p><i>Immutable. Applying it is a pure function, so it can be retried if another writer was first.</i>
 */
public sealed interface BookUpdate permits BookReplaced, LevelChanged, MarketStatusChanged, UpdateLost {
    String ticker();

    RecordStamp stamp();

    /**
     * Computes the market's next snapshot.
     *
     * @param doubt why the book cannot be live afterwards, for a reason that is not in the record itself
     * @param nowMs epoch milliseconds, not before the last publication of this market
     * @param wallMs epoch milliseconds of the wall clock, which may have been set back; opening and closing times go by
     *     it
     */
    Transition applyTo(MarketSnapshot before, Doubt doubt, long nowMs, long wallMs);
}
