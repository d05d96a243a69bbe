package io.bookserver.book;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * The partitions to which markets' keys belonged before the topic got more. A publisher learns of new partitions some
 * time after this server, each at another time, and publishes to the former ones until then. What comes next of a
 * market may therefore be in a partition that is not read yet, and after a second change in the former one again.
 *
 * <p><i>Thread-safe.</i>
 */
final class Moves {
    /** Publishers ask for the partitions every five minutes by default; twice that. */
    static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** @param sinceNanos when it became former */
    private record Former(ToIntFunction<String> partition, long sinceNanos) {}

    private final LongSupplier nanos;
    private final ConcurrentLinkedQueue<ToIntFunction<String>> pending = new ConcurrentLinkedQueue<>();
    /** Read for every snapshot, and nearly always empty. */
    private volatile List<Former> formers = List.of();

    Moves(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized void add(ToIntFunction<String> former) {
        List<Former> next = new ArrayList<>(formers);
        next.removeIf(this::isOver);
        next.add(new Former(former, nanos.getAsLong()));
        formers = List.copyOf(next);
        pending.add(former);
    }

    /** The oldest move of which not all books are marked yet; null if there is none. */
    ToIntFunction<String> pending() {
        return pending.peek();
    }

    void marked(ToIntFunction<String> former) {
        pending.remove(former);
    }

    /** Whether no key has moved since the start: then {@link #wasIn} need not be asked. */
    boolean isEmpty() {
        return formers.isEmpty();
    }

    /** Whether that market's key belonged to that partition not long ago. */
    boolean wasIn(String ticker, int partition) {
        return formers.stream().anyMatch(one -> !isOver(one) && one.partition().applyAsInt(ticker) == partition);
    }

    private boolean isOver(Former former) {
        return nanos.getAsLong() - former.sinceNanos() > REMEMBERED_NANOS;
    }
}
