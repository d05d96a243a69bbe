package io.bookserver.checkpoint;

import io.bookserver.book.Market;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * One partition in one cycle of the writer: how far it was read when the cycle began, and what to write.
 *
 * <p><i>Not thread-safe; confined to the writer's thread.</i>
 */
final class PartitionCycle {
    final TopicPartition source;
    final SourcePartition partition;
    final WrittenPartition written;
    /** Of the source: a checkpoint that began before there were more is not used. */
    final int partitionCount;
    final Uuid topicId;
    final long readFrom;
    final long newestRecordMs;
    final List<ConnectionState> connections;
    final List<Market> changed = new ArrayList<>();
    final Set<String> gone = new LinkedHashSet<>();
    int alreadyWritten;
    /** Markets of the current transaction that were not in the checkpoint before. */
    int firstTimes;

    PartitionCycle(TopicPartition source, SourcePartition partition, WrittenPartition written, int partitionCount) {
        this.partitionCount = partitionCount;
        this.source = source;
        this.partition = partition;
        this.written = written;
        topicId = partition.topicId();
        readFrom = partition.next();
        newestRecordMs = partition.newestRecordMs();
        connections = partition.connections();
    }

    /** Whether the log is still the one with which the cycle began. */
    boolean goesOn() {
        return partition.isWhole() && partition.topicId().equals(topicId) && partition.next() >= readFrom;
    }

    /** The partition's number, in the checkpoint topic and in the source. */
    int number() {
        return source.partition();
    }
}
