package io.bookserver.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;

/**
 * What makes the markets of a checkpoint's partition one whole: where reading goes on, and of which log. Every market that
 * stands beside it holds all records below that offset, or below a higher one that it tells itself.
 *
 * <p><i>Immutable.</i>
 *
 * @param writtenTo the identity of the checkpoint topic: who writes knows what it holds, but not what a new one lacks
 * @param marketCount how many markets stood in the partition; more may have come since
 * @param topicId the identity of the topic that was read
 * @param partitionCount how many partitions that had
 * @param readFrom the offset of the first record that is not in every market
 * @param newestRecordMs Kafka's timestamp of the newest record read, epoch milliseconds
 * @param firstVersion where the versions of markets begin that become known
 * @param connections those that feed the partition, as they were at {@code readFrom}
 */
record Marker(Uuid writtenTo, int marketCount, Uuid topicId, int partitionCount, long readFrom, long newestRecordMs,
        long firstVersion, List<ConnectionState> connections) {
    private static final int MAX_CONNECTIONS = 10_000;

    Marker {
        connections = List.copyOf(connections);
    }

    void write(FieldWriter out) {
        out.number(writtenTo.getMostSignificantBits());
        out.number(writtenTo.getLeastSignificantBits());
        out.number(marketCount);
        out.number(topicId.getMostSignificantBits());
        out.number(topicId.getLeastSignificantBits());
        out.number(partitionCount);
        out.number(readFrom);
        out.number(newestRecordMs);
        out.number(firstVersion);
        out.number(connections.size());
        for (ConnectionState connection : connections) {
            out.number(connection.number());
            out.number(connection.up() ? 1 : 0);
            out.number(connection.recordMs());
            out.number(connection.exchangeHeardMs().isPresent() ? 1 : 0);
            out.number(connection.exchangeHeardMs().orElse(0));
        }
    }

    static Marker read(FieldReader in) throws IOException {
        Uuid writtenTo = new Uuid(in.number(), in.number());
        int marketCount = MarketFields.count(in, Integer.MAX_VALUE);
        Uuid topicId = new Uuid(in.number(), in.number());
        int partitionCount = MarketFields.count(in, Integer.MAX_VALUE);
        long readFrom = in.number();
        long newestRecordMs = in.number();
        long firstVersion = in.number();
        List<ConnectionState> connections = new ArrayList<>();
        for (int left = MarketFields.count(in, MAX_CONNECTIONS); left > 0; left--) {
            connections.add(new ConnectionState(in.number(), in.number() != 0, in.number(), heard(in)));
        }
        return new Marker(writtenTo, marketCount, topicId, partitionCount, readFrom, newestRecordMs, firstVersion, connections);
    }

    private static OptionalLong heard(FieldReader in) throws IOException {
        boolean told = in.number() != 0;
        long ms = in.number();
        return told ? OptionalLong.of(ms) : OptionalLong.empty();
    }
}
