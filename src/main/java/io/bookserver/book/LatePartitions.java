package io.bookserver.book;

import java.util.HashSet;
import java.util.Set;

/**
 * The partitions whose end this server is too far behind. Their books are not shown as live.
 *
 * <p><i>Thread-safe.</i>
 */
final class LatePartitions {
    private volatile Set<Integer> late = Set.of();
    private volatile boolean changed;

    /** Whether this is a change. */
    synchronized boolean set(int partition, boolean isLate) {
        if (late.contains(partition) == isLate) {
            return false;
        }
        Set<Integer> next = new HashSet<>(late);
        if (isLate) {
            next.add(partition);
        } else {
            next.remove(partition);
        }
        late = Set.copyOf(next);
        changed = true;
        return true;
    }

    /** Whether books are to be compared with these partitions again; true once per change. */
    boolean takeChange() {
        boolean was = changed;
        if (was) {
            changed = false;
        }
        return was;
    }

    boolean isEmpty() {
        return late.isEmpty();
    }

    boolean include(int partition) {
        return late.contains(partition);
    }

    /** Whether that book is of one of these partitions. */
    boolean concern(BookSnapshot book) {
        return late.stream().anyMatch(book::isOf);
    }
}
