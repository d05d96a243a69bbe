package io.bookserver.chaos.soak;

/**
 * What is looked at in each sample.
 *
 * <p><i>Immutable.</i>
 */
public enum Figure {
    MINUTES("minutes", 2),
    DAYS("days", 2),
    MARKETS("markets", 0),
    /** Before a sample's own collection of garbage, as it came. */
    HEAP_MB("heap MB", 0),
    /** The least that a collection since the last sample has left, of a full one where the sample asked for it. */
    LEFT_MB("heap after GC MB", 0),
    /** What a full collection left; absent where there was none. */
    FULL_GC_MB("after full GC MB", 1),
    DIRECT_MB("direct MB", 1),
    RESIDENT_MB("resident MB", 0),
    THREADS("threads", 0),
    FILES("open files", 0),
    CLIENTS("clients", 0),
    CHECKPOINT_MB("checkpoint MB", 1),
    RECORDS("records/s", 0),
    MESSAGES("messages/s", 0),
    KAFKA_P50("kafka p50 ms", 0),
    KAFKA_P99("kafka p99 ms", 0),
    SOCKET_P50("kafka to socket p50 ms", 0),
    SOCKET_P99("kafka to socket p99 ms", 0),
    CLIENT_P50("client p50 ms", 0),
    CLIENT_P99("client p99 ms", 0),
    CLIENT_MAX("client max ms", 0),
    PAUSE_MAX("longest GC pause ms", 1),
    CPU("server cores", 2),
    /** Of the machine, with whatever else it does. */
    LOAD("load average", 1);

    private final String title;
    private final int decimals;

    Figure(String title, int decimals) {
        this.title = title;
        this.decimals = decimals;
    }

    public String title() {
        return title;
    }

    /** Empty for none. */
    String text(double value) {
        return Double.isNaN(value) ? "" : String.format("%." + decimals + "f", value);
    }
}
