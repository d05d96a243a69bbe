package io.bookserver.checkpoint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * Where reading continues after a checkpoint, and which of the records that follow are already in the books.
 *
 * <p><i>Not thread-safe; used by one thread at a time.</i>
 */
public final class RestoredPartition {
    private final Marker marker;
    private final long highestHeld;
    /** Markets that contain more than the marker's offset; empty once that has been passed. */
    private final Map<String, Long> holdsBelow = new HashMap<>();

    RestoredPartition(PartitionContent content) {
        this.marker = content.marker().orElseThrow();
        this.highestHeld = Math.max(content.highestHeld(), marker.readFrom());
        content.markets().stream().filter(market -> market.holdsBelow() > marker.readFrom())
                .forEach(market -> holdsBelow.put(market.state().ticker(), market.holdsBelow()));
    }

    /** The id of the topic from which the books were read. */
    public Uuid topicId() {
        return marker.topicId();
    }

    /** The offset of the first record to read. */
    public long readFrom() {
        return marker.readFrom();
    }

    /** Kafka's timestamp of the newest record that is in the books, epoch milliseconds. */
    public long newestRecordMs() {
        return marker.newestRecordMs();
    }

    /** The connections that publish to the partition, as they were at {@link #readFrom()}. */
    public List<ConnectionState> connections() {
        return marker.connections();
    }

    /** Whether that record is already in the market's book. */
    public boolean holds(String ticker, long offset) {
        if (offset >= highestHeld) {
            if (!holdsBelow.isEmpty()) {
                holdsBelow.clear();
            }
            return false;
        }
        return offset < marker.readFrom() || offset < holdsBelow.getOrDefault(ticker, 0L);
    }

    /** Whether everything at that offset is in the books, whichever market it concerns. */
    public boolean holdsAllAt(long offset) {
        return offset < marker.readFrom();
    }
}
