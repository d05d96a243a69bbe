package io.bookserver.kalshi;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A command of a subscriber, as it was written: what is allowed is for the reader of it to say.
 *
 * <p><i>Immutable.</i>
 *
 * @param id the client's number, echoed in every reply; 0 for none
 * @param cmd the command's name
 * @param hasParams whether {@code params} is there
 * @param channels empty where left out
 * @param tickers the markets of {@code market_ticker} or {@code market_tickers}; empty where left out
 * @param marketIds the markets of {@code market_id} or {@code market_ids}; empty where left out
 * @param sids of {@code sid} or {@code sids}; empty where left out
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
     * What a subscription is sent, and how.
     *
     * @param sendInitialSnapshot the {@code ticker} channel begins with the current prices
     * @param skipTickerAck {@code ok} replies leave out the list of markets
     * @param useYesPrice levels of the no side are quoted on the yes scale
     * @param depth how many of the best levels of each side {@code top_of_book} has, 1..50; empty for the best and no ladders
     * @param intervalMs at most one {@code top_of_book} of a market in that time, 0..60000; empty for 0
     */
    public record Options(
            boolean sendInitialSnapshot,
            boolean skipTickerAck,
            boolean useYesPrice,
            OptionalInt depth,
            OptionalInt intervalMs) {
        public static final int MAX_DEPTH = 50;
        public static final int MAX_INTERVAL_MS = 60_000;

        /** Whether a later command that extends the subscription asks for nothing else than this one did. */
        public boolean admits(Options later) {
            return (later.depth.isEmpty() || later.depth.equals(depth))
                    && later.intervalMs.orElse(intervalMs.orElse(0)) == intervalMs.orElse(0);
        }
    }
}
