package io.bookserver.query;

import io.bookserver.book.Market;
import io.bookserver.book.MarketPhase;
import java.util.EnumSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Parses the parameters of the exchange's lists.
 *
 * <p><i>Stateless.</i>
 */
final class ExchangeQuestions {
    /** The prefix of combinations, which the exchange lists separately (doc). */
    private static final String COMBINATION = "KXMVE";

    /** A market without a lifecycle message counts as open. */
    private static final Map<String, Set<MarketPhase>> STATUSES = Map.of(
            "unopened", EnumSet.of(MarketPhase.INITIALIZED),
            "open", EnumSet.of(MarketPhase.OPEN, MarketPhase.UNKNOWN),
            "paused", EnumSet.of(MarketPhase.PAUSED),
            "closed", EnumSet.of(MarketPhase.CLOSED, MarketPhase.DETERMINED),
            "settled", EnumSet.of(MarketPhase.SETTLED));

    private ExchangeQuestions() {}

    /** The number of elements per page. */
    static int limit(Call call, int otherwise, int max) {
        String limit = call.value("limit");
        return limit.isEmpty() ? otherwise : BookQuestion.wholeNumber(limit, "limit", 1, max);
    }

    /** The filter by {@code status}, {@code mve_filter}, {@code min_close_ts} and {@code max_close_ts}. */
    static Predicate<Market> markets(Call call) {
        Predicate<Market> filter = status(call).and(combinations(call.filter("mve_filter")));
        OptionalLong min = seconds(call, "min_close_ts");
        OptionalLong max = seconds(call, "max_close_ts");
        if (min.isEmpty() && max.isEmpty()) {
            return filter;
        }
        // a market whose closing time is unknown is in no interval
        return filter.and(market -> {
            OptionalLong closeMs = market.current().lifecycle().closeMs();
            return closeMs.isPresent() && isWithin(closeMs.getAsLong(), min, max);
        });
    }

    /** The filter by {@code status}. */
    static Predicate<Market> status(Call call) {
        String status = call.filter("status");
        if (status.isEmpty()) {
            return market -> true;
        }
        Set<MarketPhase> phases = STATUSES.get(status);
        if (phases == null) {
            throw QueryException.badRequest("status", "must be one of " + STATUSES.keySet().stream().sorted().toList() + ": "
                    + Call.shortened(status));
        }
        return market -> phases.contains(market.current().status().phase());
    }

    /** Seconds since the epoch. */
    static OptionalLong seconds(Call call, String name) {
        String text = call.filter(name);
        return text.isEmpty() ? OptionalLong.empty()
                : OptionalLong.of(BookQuestion.wholeNumber(text, name, 0, Integer.MAX_VALUE));
    }

    static boolean flag(Call call, String name) {
        String text = call.filter(name);
        if (!text.isEmpty() && !text.equals("true") && !text.equals("false")) {
            throw QueryException.badRequest(name, "must be true or false: " + Call.shortened(text));
        }
        return text.equals("true");
    }

    private static Predicate<Market> combinations(String filter) {
        switch (filter) {
            case "":
                return market -> true;
            case "only":
                return market -> market.current().ticker().startsWith(COMBINATION);
            case "exclude":
                return market -> !market.current().ticker().startsWith(COMBINATION);
            default:
                throw QueryException.badRequest("mve_filter", "must be only or exclude: " + Call.shortened(filter));
        }
    }

    /** Whether a time is in an interval, ends included; an absent end is open. */
    static boolean isWithin(long ms, OptionalLong minSeconds, OptionalLong maxSeconds) {
        return (minSeconds.isEmpty() || ms >= minSeconds.getAsLong() * 1000)
                && (maxSeconds.isEmpty() || ms <= maxSeconds.getAsLong() * 1000);
    }
}
