package io.bookserver.query;

import io.bookserver.kalshi.TradeJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The search for one page of trades, the newest first. Like the search for markets, it examines a maximum number.
 *
 * <p><i>Not thread-safe; confined to one request.</i>
 */
final class TradeSearch {
    private static final int STEP = 16;
    /** The memory of a trade that was found, besides its texts, which are part of its message. */
    private static final int BYTES_HELD = 320;

    private final RecentTrades trades;
    private final RequestMemory memory;
    private final String ticker;
    private final OptionalLong minSeconds;
    private final OptionalLong maxSeconds;
    private final Optional<Boolean> block;
    private final int size;
    private final List<TradeJson> found = new ArrayList<>();
    /** The next trade to examine; empty at the end. */
    private OptionalLong at;
    private int looks;

    /** @param memory of the request, which holds the found trades until the answer has been read */
    TradeSearch(RecentTrades trades, Call call, int size, RequestMemory memory) {
        this.trades = trades;
        this.memory = memory;
        this.ticker = call.filter("ticker");
        this.minSeconds = ExchangeQuestions.seconds(call, "min_ts");
        this.maxSeconds = ExchangeQuestions.seconds(call, "max_ts");
        this.block = call.filter("is_block_trade").isEmpty()
                ? Optional.empty() : Optional.of(ExchangeQuestions.flag(call, "is_block_trade"));
        this.size = size;
        this.at = begin(call.value("cursor"));
    }

    private OptionalLong begin(String cursor) {
        if (cursor.isEmpty()) {
            return ticker.isEmpty() ? numbered(trades.next() - 1) : trades.newestOf(ticker);
        }
        try {
            return numbered(Long.parseLong(cursor));
        } catch (NumberFormatException e) {
            throw QueryException.badRequest("cursor", "must be that of the previous page: " + Call.shortened(cursor));
        }
    }

    /** Examines some more trades; false if the page is complete. */
    boolean goOn() {
        for (int i = 0; i < STEP; i++) {
            if (at.isEmpty() || found.size() == size || looks++ == MarketSearch.LOOKS) {
                return false;
            }
            Optional<RecentTrades.Entry> entry = trades.trade(at.getAsLong());
            entry.filter(one -> ticker.isEmpty() || one.ticker().equals(ticker)).ifPresent(this::look);
            if (ticker.isEmpty()) {
                at = numbered(at.getAsLong() - 1);
            } else {
                at = entry.map(RecentTrades.Entry::before).filter(OptionalLong::isPresent)
                        .map(before -> numbered(before.getAsLong())).orElse(OptionalLong.empty());
            }
        }
        return true;
    }

    private void look(RecentTrades.Entry entry) {
        TradeJson trade = TradeJson.read(entry.msg());
        if (isAskedFor(trade)) {
            memory.hold(BYTES_HELD + entry.msg().length);
            found.add(trade);
        }
    }

    List<TradeJson> found() {
        return found;
    }

    String cursor() {
        return at.isPresent() ? Long.toString(at.getAsLong()) : "";
    }

    private OptionalLong numbered(long number) {
        return trades.isKept(number) ? OptionalLong.of(number) : OptionalLong.empty();
    }

    private boolean isAskedFor(TradeJson trade) {
        return ExchangeQuestions.isWithin(trade.tradedMs(), minSeconds, maxSeconds)
                && (block.isEmpty() || block.get() == trade.isBlock());
    }
}
