package io.bookserver.book;

import java.util.OptionalLong;

/**
 * Where a record stands in Kafka and in its subscription, and when it passed which station. All times are epoch
 * milliseconds; the partition and the offset are Kafka's, 0 or more; the connection is the publisher's number of its
 * connection to the exchange, 1 or more; sid and seq are the exchange's, 1 or more, and either both there or both absent.
 *
 * <p><i>Immutable.</i>
 */
public final class RecordStamp {
    private static final long ABSENT = Long.MIN_VALUE;
    /** A feed's time that is later than Kafka's by more than this comes from a broken clock (rule 2). */
    private static final long MAX_AHEAD_OF_KAFKA_MS = 60_000;

    private final int partition;
    private final long offset;
    private final long connection;
    private final long sid;
    private final long seq;
    private final long recordMs;
    private final long exchangeMs;
    private final long feedReceivedMs;
    private final long kafkaPublishedMs;
    private final long receivedMs;

    private RecordStamp(Builder from) {
        this.partition = from.partition;
        this.offset = from.offset;
        this.connection = from.connection;
        this.recordMs = from.recordMs;
        this.sid = from.seq == ABSENT ? ABSENT : from.sid;
        this.seq = from.sid == ABSENT ? ABSENT : from.seq;
        this.exchangeMs = from.exchangeMs;
        this.feedReceivedMs = from.feedReceivedMs;
        this.kafkaPublishedMs = from.kafkaPublishedMs;
        this.receivedMs = from.receivedMs;
    }

    public int partition() {
        return partition;
    }

    public long offset() {
        return offset;
    }

    /** The exchange's own time of the change, where the message gives one. */
    public OptionalLong exchangeMs() {
        return optional(exchangeMs);
    }

    /** When the proxy read the message off the exchange's socket, where the envelope says so. */
    public OptionalLong feedReceivedMs() {
        return optional(feedReceivedMs);
    }

    /** When the proxy handed the record to Kafka; the record's own timestamp where the envelope does not say. */
    public long kafkaPublishedMs() {
        return kafkaPublishedMs;
    }

    /** When this server read the record. */
    public long receivedMs() {
        return receivedMs;
    }

    /** Received less published. Negative only when the two machines' clocks disagree. */
    public long kafkaLatencyMs() {
        return receivedMs - kafkaPublishedMs;
    }

    /** Kafka's own timestamp of the record, which the publisher or the broker gave it. */
    public long recordMs() {
        return recordMs;
    }

    /** The publisher's connection to the exchange that the message came by, where the envelope says so. */
    public OptionalLong connection() {
        return optional(connection);
    }

    /** Whether the envelope names the connection to the exchange. */
    public boolean hasConnection() {
        return connection != ABSENT;
    }

    /** Only where {@link #hasConnection()}. */
    long connectionNumber() {
        return connection;
    }

    /** Whether the record stands in a subscription of the exchange: sid and seq are both there. */
    public boolean hasSequence() {
        return sid != ABSENT;
    }

    /** The exchange's subscription; only where {@link #hasSequence()}. */
    public long sid() {
        return sid;
    }

    /** The place in the subscription; only where {@link #hasSequence()}. */
    public long seq() {
        return seq;
    }

    /** R of rule 2: when the feed read the message, or Kafka's timestamp where that is missing or cannot be true. */
    long feedTimeMs() {
        return feedTimeMs(feedReceivedMs, recordMs);
    }

    /** Whether that one is a later record of the exchange than this, as far as their numbers tell. */
    boolean isOvertakenBy(RecordStamp other) {
        if (!hasSequence() || !other.hasSequence()) {
            return false;
        }
        if (!hasConnection() || !other.hasConnection()) {
            return sid == other.sid && seq < other.seq && feedTimeMs() < other.feedTimeMs();
        }
        if (connection != other.connection) {
            return connection < other.connection;
        }
        return sid < other.sid || sid == other.sid && seq < other.seq;
    }

    /** This record as if it stood at that place of a subscription. */
    RecordStamp at(long newSid, long newSeq) {
        Builder copy = new Builder().reset(partition, offset, recordMs, receivedMs);
        copy.connection = connection;
        copy.exchangeMs = exchangeMs;
        copy.feedReceivedMs = feedReceivedMs;
        copy.kafkaPublishedMs = kafkaPublishedMs;
        return copy.sid(newSid).seq(newSeq).build();
    }

    private static long feedTimeMs(long feedReceivedMs, long recordMs) {
        return feedReceivedMs == ABSENT || feedReceivedMs - recordMs > MAX_AHEAD_OF_KAFKA_MS ? recordMs : feedReceivedMs;
    }

    private static OptionalLong optional(long value) {
        return value == ABSENT ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @Override
    public String toString() {
        return "partition=" + partition + " offset=" + offset + " recordMs=" + recordMs + " connection=" + connection()
                + " sid=" + optional(sid) + " seq=" + optional(seq)
                + " exchangeMs=" + exchangeMs() + " feedReceivedMs=" + feedReceivedMs() + " kafkaPublishedMs="
                + kafkaPublishedMs + " receivedMs=" + receivedMs;
    }

    /**
     * Collects what a record tells about itself, in whatever order it tells it.
     *
     * <p><i>Not thread-safe; confined to the decoder that owns it.</i>
     */
    public static final class Builder {
        private int partition;
        private long offset;
        private long connection;
        private long recordMs;
        private long sid;
        private long seq;
        private long exchangeMs;
        private long feedReceivedMs;
        private long kafkaPublishedMs;
        private long receivedMs;

        public Builder() {
            reset(0, 0, 0, 0);
        }

        /** Forgets the record before and starts the next. */
        public Builder reset(int partition, long offset, long recordTimestampMs, long receivedMs) {
            this.partition = partition;
            this.offset = offset;
            this.recordMs = recordTimestampMs;
            this.kafkaPublishedMs = recordTimestampMs;
            this.receivedMs = receivedMs;
            this.connection = ABSENT;
            this.sid = ABSENT;
            this.seq = ABSENT;
            this.exchangeMs = ABSENT;
            this.feedReceivedMs = ABSENT;
            return this;
        }

        /** The publisher's number of its connection to the exchange, 1 or more. */
        public Builder connection(long value) {
            this.connection = value;
            return this;
        }

        public Builder sid(long value) {
            this.sid = value;
            return this;
        }

        public Builder seq(long value) {
            this.seq = value;
            return this;
        }

        public Builder exchangeMs(long value) {
            this.exchangeMs = value;
            return this;
        }

        public Builder feedReceivedMs(long value) {
            this.feedReceivedMs = value;
            return this;
        }

        public Builder kafkaPublishedMs(long value) {
            this.kafkaPublishedMs = value;
            return this;
        }

        /** Kafka's own timestamp of the record, epoch milliseconds. */
        public long recordMs() {
            return recordMs;
        }

        public OptionalLong connection() {
            return optional(connection);
        }

        /** The subscription, whether or not the record also has a seq. */
        public OptionalLong sid() {
            return optional(sid);
        }

        /** The best time there is for when the message came: the feed's, else Kafka's. */
        public long feedTimeMs() {
            return RecordStamp.feedTimeMs(feedReceivedMs, recordMs);
        }

        public RecordStamp build() {
            return new RecordStamp(this);
        }
    }
}
