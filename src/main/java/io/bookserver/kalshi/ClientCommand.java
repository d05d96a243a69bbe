package io.bookserver.kalshi;

import java.util.List;
import java.util.Optional;

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
        Optional<List<Long>> sids,
        Optional<String> action,
        Options options) {

    /**
     * Flags of a subscription.
     *
     * @param sendInitialSnapshot the {@code ticker} channel begins with the current prices
     * @param skipTickerAck {@code ok} replies leave out the list of markets
     * @param useYesPrice levels of the no side are quoted on the yes scale
     */
    public record Options(boolean sendInitialSnapshot, boolean skipTickerAck, boolean useYesPrice) {}
}
