package io.bookserver.kalshi;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A command as the client wrote it; whoever executes it decides what is allowed.
 *
 * <p><i>Immutable.</i>
 *
 * @param id the client's number, echoed in every reply; 0 for none
 * @param cmd the command's name
 * @param hasParams whether {@code params} is present
 * @param channels empty if absent
 * @param tickers the markets of {@code market_ticker} or {@code market_tickers}; empty if absent
 * @param marketIds the markets of {@code market_id} or {@code market_ids}; empty if absent
 * @param sids of {@code sid} or {@code sids}; empty if absent
 * @param action of {@code update_subscription}
 * @param options flags that change what is sent
 */
public record ClientCommand(
        long id,
        String cmd,
        boolean hasParams,
        Optional<List<String>> channels,
        Optional<List<String>> tickers,
        Optional<List<String>> marketIds,
        Optional<List<Long>> sids,
        Optional<String> action,
        Options options) {

    /**
     * What is sent for a subscription, and how.
     *
     * @param sendInitialSnapshot the {@code ticker} channel begins with the current prices
     * @param skipTickerAck {@code ok} replies leave out the list of markets
     * @param useYesPrice levels of the no side are quoted on the yes scale
     * @param depth the number of best levels per side in {@code top_of_book}, 1..50; empty for no ladders; negative if
     *     what was sent is out of range
     * @param intervalMs at most one {@code top_of_book} per market in that time, 0..60000; empty for 0; negative if what
     *     was sent is out of range
     */
    public record Options(
            boolean sendInitialSnapshot,
            boolean skipTickerAck,
            boolean useYesPrice,
            OptionalInt depth,
            OptionalInt intervalMs) {
        public static final int MAX_DEPTH = 50;
        public static final int MAX_INTERVAL_MS = 60_000;

        /** Whether depth and interval are; other channels than {@code top_of_book} have neither. */
        public boolean areInRange() {
            return depth.orElse(0) >= 0 && intervalMs.orElse(0) >= 0;
        }

        /** Whether a later command may extend the subscription: it asks for no other depth or interval. */
        public boolean admits(Options later) {
            return (later.depth.isEmpty() || later.depth.equals(depth))
                    && later.intervalMs.orElse(intervalMs.orElse(0)) == intervalMs.orElse(0);
        }
    }
}
