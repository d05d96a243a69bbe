package io.bookserver.query;

import io.bookserver.kalshi.MessageType;
import io.bookserver.kalshi.RelayListener;
import io.bookserver.kalshi.RelayedMessage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The most recent trades of all markets together: a ring buffer, in which the trades of one market are linked
 * backwards. New trades overwrite the oldest ones, whatever their markets.
 *
 * <p>A library's cache is bounded as well, but keeps neither the order nor a list of one market's trades.
 *
 * <p><i>Thread-safe: readers and writers take no lock. A reader may miss a trade that is added or overwritten
 * meanwhile.</i>
 */
@ApplicationScoped
class RecentTrades implements RelayListener {
    /** A longer message is not kept: the exchange sends no such trade. */
    static final int MAX_TRADE_BYTES = 1_024;

    /** The memory of a trade besides its message: the entry, its slot, and its market's. */
    private static final int ENTRY_BYTES = 256;

    /** One trade, and the previous one of the same market, if that is kept. */
    record Entry(long number, OptionalLong before, String ticker, byte[] msg) {}

    private final AtomicReferenceArray<Entry> ring;
    private final AtomicLong next = new AtomicLong();
    private final ConcurrentHashMap<String, Long> newest = new ConcurrentHashMap<>();

    @jakarta.inject.Inject
    RecentTrades(QueryConfig config) {
        this((int) Math.max(1, Math.min(1 << 24, config.maxTradesSize().asLongValue() / (MAX_TRADE_BYTES + ENTRY_BYTES))));
    }

    RecentTrades(int kept) {
        ring = new AtomicReferenceArray<>(kept);
    }

    @Override
    public void heard(RelayedMessage message, boolean isNews) {
        if (message.type() != MessageType.TRADE) {
            return;
        }
        byte[] msg = message.msg();
        if (msg.length > MAX_TRADE_BYTES) {
            return;
        }
        long number = next.getAndIncrement();
        Entry[] gone = new Entry[1];
        newest.compute(message.ticker(), (ticker, before) -> {
            // first the trade, then what leads to it
            OptionalLong linked = before == null ? OptionalLong.empty() : OptionalLong.of(before);
            gone[0] = ring.getAndSet(place(number), new Entry(number, linked, ticker, msg));
            return number;
        });
        if (gone[0] != null) {
            newest.remove(gone[0].ticker(), gone[0].number());
        }
    }

    /** The number after that of the newest trade. */
    long next() {
        return next.get();
    }

    /** The newest trade of a market, if it is kept. */
    OptionalLong newestOf(String ticker) {
        Long number = newest.get(ticker);
        return number == null ? OptionalLong.empty() : OptionalLong.of(number);
    }

    /** Whether a trade with that number can still be in the buffer. */
    boolean isKept(long number) {
        return number >= 0 && number >= next.get() - ring.length();
    }

    /** The trade with that number, if it is in the buffer. */
    Optional<Entry> trade(long number) {
        Entry entry = number < 0 ? null : ring.get(place(number));
        return entry == null || entry.number() != number ? Optional.empty() : Optional.of(entry);
    }

    /** The number of markets with a trade in the buffer, for tests. */
    int markets() {
        return newest.size();
    }

    private int place(long number) {
        return (int) (number % ring.length());
    }
}
