package io.bookserver.feed.exchange;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The exchange's REST interface. Answers come on the connector's thread, read already, each exactly once. */
interface Rest {
    /** @param query as it stands behind {@code /markets?} */
    void markets(String query, Consumer<Answer<RestReader.MarketPage>> answer);

    void books(Collection<String> tickers, Consumer<Answer<Map<String, BookLevels>>> answer);

    /**
     * What came back.
     *
     * @param status the HTTP status, 0 if there was none
     * @param body what the answer says, where it is one that could be read
     */
    record Answer<T>(int status, Optional<T> body, String problem) {
        private static final int TOO_MANY = 429;

        boolean isThrottled() {
            return status == TOO_MANY;
        }
    }
}
