package io.bookserver.stream;

/**
 * A slice of an event loop's time, after which others are served.
 *
 * <p><i>Not thread-safe; confined to its event loop.</i>
 */
final class Turn {
    private final long endNanos;

    private Turn(long endNanos) {
        this.endNanos = endNanos;
    }

    static Turn of(long nanos) {
        return new Turn(System.nanoTime() + nanos);
    }

    boolean isOver() {
        return System.nanoTime() - endNanos >= 0;
    }
}
