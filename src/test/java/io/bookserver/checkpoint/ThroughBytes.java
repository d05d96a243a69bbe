package io.bookserver.checkpoint;

import io.bookserver.book.MarketState;
import java.nio.charset.StandardCharsets;

/** A market after it was written and read. */
public final class ThroughBytes {
    private ThroughBytes() {}

    public static MarketState of(MarketState market) {
        byte[] key = market.ticker().getBytes(StandardCharsets.UTF_8);
        try {
            return CheckpointFormat.market(market.ticker(), key,
                    new CheckpointFormat().value(key, new HeldMarket(market, 7))).state();
        } catch (UnusableException e) {
            throw new AssertionError(e);
        }
    }
}
