package io.bookserver.checkpoint;

import io.bookserver.book.BookRegistry;
import io.bookserver.checkpoint.CheckpointConfig.Mode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/** Checkpoints of a topic that are already restored, each partition's up to the same offset. */
public final class RestoredCheckpoints extends Checkpoints {
    private final Uuid topicId;
    private final long readFrom;

    public RestoredCheckpoints(Uuid topicId, long readFrom) {
        super(new BookRegistry(), new TestConfig(Mode.READ, "group"), new CheckpointMetrics(new SimpleMeterRegistry()),
                new KafkaClients(known -> Map.of()));
        this.topicId = topicId;
        this.readFrom = readFrom;
    }

    @Override
    public synchronized void restore(String ofTopic, Uuid ofTopicId, int partitionCount) {
        // it is
    }

    @Override
    public boolean isOver() {
        return true;
    }

    @Override
    public Optional<RestoredPartition> partition(int number) {
        PartitionContent content = new PartitionContent();
        content.add(CheckpointFormat.markerKey(), new CheckpointFormat().value(
                new Marker(Uuid.randomUuid(), 0, topicId, 1, readFrom, 1, 0, List.of())));
        return Optional.of(new RestoredPartition(content));
    }
}
