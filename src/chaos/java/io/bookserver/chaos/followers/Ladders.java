package io.bookserver.chaos.followers;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookserver.chaos.oracle.Fingerprint;
import java.math.BigDecimal;

/** Fingerprints of books as the server's answers show them. */
public final class Ladders {
    private Ladders() {
    }

    /** Of a book of {@code /api/v1/books} with all its levels and where they come from. */
    public static long full(JsonNode book) {
        return sum(book.get("yes"), true, true) + sum(book.get("no"), false, true);
    }

    /** Of the same by prices and quantities alone. */
    public static long sizes(JsonNode book) {
        return sum(book.get("yes"), true, false) + sum(book.get("no"), false, false);
    }

    /** Of a {@code top_of_book} message. */
    public static long tops(JsonNode top) {
        return top(top.get("yes_bid"), true) + top(top.get("no_bid"), false);
    }

    private static long top(JsonNode level, boolean isYes) {
        return level.isNull() ? 0 : level(level, isYes, false);
    }

    private static long sum(JsonNode levels, boolean isYes, boolean withProvenance) {
        long sum = 0;
        for (JsonNode level : levels) {
            sum += level(level, isYes, withProvenance);
        }
        return sum;
    }

    private static long level(JsonNode level, boolean isYes, boolean withProvenance) {
        long more = withProvenance
                ? Fingerprint.provenance(time(level, "exchange_ms"), time(level, "feed_received_ms"), time(level, "kafka_published_ms"))
                : 0;
        return Fingerprint.level(isYes, ticks(level.get("price_dollars")), hundredths(level.get("quantity_fp")), more);
    }

    private static long time(JsonNode level, String name) {
        return level.path(name).isNumber() ? level.get(name).longValue() : Long.MIN_VALUE;
    }

    static int ticks(JsonNode dollars) {
        return new BigDecimal(dollars.textValue()).movePointRight(4).intValueExact();
    }

    static long hundredths(JsonNode contracts) {
        return new BigDecimal(contracts.textValue()).movePointRight(2).longValueExact();
    }
}
