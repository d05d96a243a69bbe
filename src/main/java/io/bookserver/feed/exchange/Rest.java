package io.bookserver.feed.exchange;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The exchange's REST interface. Answers come on the connector's thread, parsed, each exactly once. */
interface Rest {
    /** @param query the part after {@code /markets?} */
    void markets(String query, Consumer<Answer<RestReader.MarketPage>> answer);

    void books(Collection<String> tickers, Consumer<Answer<Map<String, BookLevels>>> answer);

    /**
     * The answer to a request.
     *
     * @param status the HTTP status; 0 if there was none
     * @param body the parsed answer; empty if it could not be parsed
     * @param retryAfterMs how long to wait before the next request, if the exchange has said so; 0 if not
     */
    record Answer<T>(int status, Optional<T> body, String problem, long retryAfterMs) {
        private static final int TOO_MANY = 429;

        Answer(int status, Optional<T> body, String problem) {
            this(status, body, problem, 0);
        }

        boolean isThrottled() {
            return status == TOO_MANY;
        }
    }
}
