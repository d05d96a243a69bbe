package io.bookserver.checkpoint;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/**
 * The content of one partition of the checkpoint topic, read to its end: the last record of each key.
 *
 * <p><i>Not thread-safe; confined to the thread that reads.</i>
 */
final class PartitionContent {
    private final Map<String, HeldMarket> markets = new HashMap<>();
    /** By key; a later record of the same key replaces it. */
    private final Map<String, UnusableException> unusable = new HashMap<>();
    private Optional<Marker> marker = Optional.empty();
    private Optional<UnusableException> unusableMarker = Optional.empty();

    void add(byte[] key, byte[] value) {
        if (key == null) {
            return; // compaction would not keep it, and we never write one
        }
        if (CheckpointFormat.isMarker(key)) {
            addMarker(value);
            return;
        }
        String ticker = TickerKey.ticker(key);
        markets.remove(ticker);
        unusable.remove(ticker);
        if (value != null) {
            try {
                markets.put(ticker, CheckpointFormat.market(ticker, key, value));
            } catch (UnusableException e) {
                unusable.put(ticker, e);
            }
        }
    }

    private void addMarker(byte[] value) {
        marker = Optional.empty();
        unusableMarker = Optional.empty();
        if (value != null) {
            try {
                marker = Optional.of(CheckpointFormat.marker(value));
            } catch (UnusableException e) {
                unusableMarker = Optional.of(e);
            }
        }
    }

    /**
     * Checks whether a start can use this content.
     *
     * @param writtenTo the id of the topic that contains it
     * @param end the current end of the partition that was read
     */
    void requireUsable(Uuid writtenTo, Uuid topicId, int partitionCount, long end) throws UnusableException {
        if (unusableMarker.isPresent()) {
            throw unusableMarker.get();
        }
        Marker found = marker.orElseThrow(() -> new UnusableException(Usability.ABSENT, "no marker"));
        if (!found.writtenTo().equals(writtenTo) || markets.size() + unusable.size() < found.marketCount()) {
            throw new UnusableException(Usability.INCOMPLETE, markets.size() + " of " + found.marketCount()
                    + " markets, written to topic " + found.writtenTo() + ", this is " + writtenTo);
        }
        if (!found.topicId().equals(topicId)) {
            throw new UnusableException(Usability.OTHER_TOPIC, found.topicId() + ", the topic is " + topicId);
        }
        if (found.partitionCount() != partitionCount) {
            throw new UnusableException(Usability.OTHER_PARTITION_COUNT,
                    found.partitionCount() + ", the topic has " + partitionCount);
        }
        if (!unusable.isEmpty()) {
            throw unusable.values().iterator().next();
        }
        long highest = Math.max(found.readFrom(), highestHeld());
        if (highest > end) {
            throw new UnusableException(Usability.AHEAD, highest + ", the partition ends at " + end);
        }
    }

    long highestHeld() {
        return markets.values().stream().mapToLong(HeldMarket::holdsBelow).max().orElse(0);
    }

    Optional<Marker> marker() {
        return marker;
    }

    Collection<HeldMarket> markets() {
        return markets.values();
    }

    /** The tickers of all records, usable or not. */
    Set<String> tickers() {
        Set<String> all = new HashSet<>(markets.keySet());
        all.addAll(unusable.keySet());
        return all;
    }
}
