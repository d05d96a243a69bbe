package io.bookserver.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;

/**
 * Makes the markets in a checkpoint partition one consistent whole: the log to which they belong, and the offset from
 * which reading continues. Every market beside it contains all records below that offset, or below a higher one of its
 * own.
 *
 * <p><i>Immutable.</i>
 *
 * @param writtenTo the id of the checkpoint topic: a writer knows what it wrote there, but not what a new topic lacks
 * @param marketCount the number of markets in the partition; more may have been added since
 * @param topicId the id of the topic that was read
 * @param partitionCount the number of partitions of that topic
 * @param readFrom the offset of the first record that is not in every market
 * @param newestRecordMs Kafka's timestamp of the newest record read, epoch milliseconds
 * @param firstVersion the first version of markets that become known later
 * @param connections those that publish to the partition, as they were at {@code readFrom}
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
        return new Marker(writtenTo, marketCount, topicId, partitionCount, readFrom, newestRecordMs, firstVersion,
                connections);
    }

    private static OptionalLong heard(FieldReader in) throws IOException {
        boolean told = in.number() != 0;
        long ms = in.number();
        return told ? OptionalLong.of(ms) : OptionalLong.empty();
    }
}
