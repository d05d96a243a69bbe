package io.bookserver.book;

import java.util.OptionalLong;

/**
 * A record's position in Kafka and in the exchange's subscription, and its timestamps. All times are epoch
 * milliseconds; the partition and the offset are Kafka's, 0 or more; the connection is the number of the publisher's
 * connection to the exchange, 1 or more; sid and seq are the exchange's, 1 or more, and either both present or both
 * absent.
 *
 * <p><i>Immutable.</i>
 */
public final class RecordStamp {
    private static final long ABSENT = Long.MIN_VALUE;
    /** A feed's time that is ahead of Kafka's by more than this comes from a broken clock (rule 2). */
    private static final long MAX_AHEAD_OF_KAFKA_MS = 60_000;
    /**
     * What is later than this after another record is later, whatever their numbers say, if both the feed's clock and
     * Kafka's timestamp say so.
     */
    private static final long MAX_LATENESS_MS = 60_000;

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

    /** The exchange's time of the change, if the message has one. */
    public OptionalLong exchangeMs() {
        return optional(exchangeMs);
    }

    /** When the proxy received the message from the exchange, if the envelope says so. */
    public OptionalLong feedReceivedMs() {
        return optional(feedReceivedMs);
    }

    /** When the proxy handed the record to Kafka; if the envelope does not say, the record's own timestamp. */
    public long kafkaPublishedMs() {
        return kafkaPublishedMs;
    }

    /** When this server read the record. */
    public long receivedMs() {
        return receivedMs;
    }

    /** Received minus published. Negative only if the two machines' clocks disagree. */
    public long kafkaLatencyMs() {
        return receivedMs - kafkaPublishedMs;
    }

    /** Kafka's timestamp of the record, set by the publisher or the broker. */
    public long recordMs() {
        return recordMs;
    }

    /** The number of the publisher's connection to the exchange, if the envelope has it. */
    public OptionalLong connection() {
        return optional(connection);
    }

    /** Whether the envelope has the number of the connection. */
    public boolean hasConnection() {
        return connection != ABSENT;
    }

    /** Call only if {@link #hasConnection()}. */
    long connectionNumber() {
        return connection;
    }

    /** Whether sid and seq are both present. */
    public boolean hasSequence() {
        return sid != ABSENT;
    }

    /** The exchange's subscription; call only if {@link #hasSequence()}. */
    public long sid() {
        return sid;
    }

    /** The sequence number within the subscription; call only if {@link #hasSequence()}. */
    public long seq() {
        return seq;
    }

    /** R of rule 2: when the feed received the message, or Kafka's timestamp if that is absent or implausible. */
    long feedTimeMs() {
        return feedTimeMs(feedReceivedMs, recordMs);
    }

    /** Whether the other record is later than this one, as far as their numbers show. */
    boolean isOvertakenBy(RecordStamp other) {
        if (!hasSequence() || !other.hasSequence()) {
            return false;
        }
        if (!hasConnection() || !other.hasConnection()) {
            return sid == other.sid && seq < other.seq && feedTimeMs() < other.feedTimeMs();
        }
        if (connection == other.connection && sid == other.sid) {
            return seq < other.seq;
        }
        // a number may be damaged: whatever the feed received this much later contains the other record
        return Math.min(feedTimeMs(), recordMs) <= Math.max(other.feedTimeMs(), other.recordMs) + MAX_LATENESS_MS
                && (connection == other.connection ? sid < other.sid : connection < other.connection);
    }

    /** This record with another sid and seq. */
    RecordStamp at(long newSid, long newSeq) {
        Builder copy = new Builder().reset(partition, offset, recordMs, receivedMs);
        copy.connection = connection;
        copy.exchangeMs = exchangeMs;
        copy.feedReceivedMs = feedReceivedMs;
        copy.kafkaPublishedMs = kafkaPublishedMs;
        return copy.sid(newSid).seq(newSeq).build();
    }

    private static long feedTimeMs(long feedReceivedMs, long recordMs) {
        return feedReceivedMs == ABSENT || feedReceivedMs > recordMs + MAX_AHEAD_OF_KAFKA_MS
                ? recordMs : feedReceivedMs;
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
     * Collects the fields of a record, in any order.
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

        /** Discards the previous record and starts the next. */
        public Builder reset(int partition, long offset, long recordTimestampMs, long receivedMs) {
            this.partition = partition;
            this.offset = offset;
            this.recordMs = recordTimestampMs;
            this.receivedMs = receivedMs;
            return restart();
        }

        /** Discards what the record's value said: only its position in Kafka and its times there remain. */
        public Builder restart() {
            this.kafkaPublishedMs = recordMs;
            this.connection = ABSENT;
            this.sid = ABSENT;
            this.seq = ABSENT;
            this.exchangeMs = ABSENT;
            this.feedReceivedMs = ABSENT;
            return this;
        }

        /** The number of the publisher's connection to the exchange, 1 or more. */
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

        /** Kafka's timestamp of the record, epoch milliseconds. */
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

        /** The best known time at which the message was received: the feed's, else Kafka's. */
        public long feedTimeMs() {
            return RecordStamp.feedTimeMs(feedReceivedMs, recordMs);
        }

        public RecordStamp build() {
            return new RecordStamp(this);
        }
    }
}
